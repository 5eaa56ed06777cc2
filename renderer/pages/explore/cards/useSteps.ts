/** The recorded points of a card's runs, and the step that its slider means. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { PointIndex } from '../../../../src/contract/recordings'
import type { RunInfo } from '../../../../src/domain/run'
import { request } from '../../../bridge/host'
import type { StepsView } from '../state/tab-views'
import { useExplore } from '../../../state/explore'
import type { KnownTag } from '../state/tags'
import { lastUpTo, positionOf, unionOfSteps } from './steps'
import { useTabAnswer } from './useTabAnswer'

export interface CardSteps {
  /** Shown runs that have the tag. */
  runs: ComputedRef<RunInfo[]>
  points: ComputedRef<ReadonlyMap<string, PointIndex>>
  /** All recorded steps of those runs. */
  steps: ComputedRef<number[]>
  position: ComputedRef<number>
  /** Null without points. */
  step: ComputedRef<number | null>
  loading: ComputedRef<boolean>
  failure: ComputedRef<string | null>
  move(position: number): void
  /** Index of the point that a run shows at the step; -1 before its first. */
  indexOf(runId: string): number
  retry(): Promise<void>
}

export function useSteps(tag: () => KnownTag, view: () => StepsView): CardSteps {
  const explore = useExplore()
  const runs = computed(() => explore.shown.filter((run) => tag().runIds.has(run.id)))
  const { state, refresh } = useTabAnswer(
    () => {
      if (runs.value.length === 0) return null
      const { tag: name, kind } = tag()
      return { runIds: runs.value.map((run) => run.id), tag: name, kind, attempts: 'latest' as const }
    },
    (question) => request('recordings.points', question)
  )
  const points = computed(() => new Map((state.value.value ?? []).map((point) => [point.runId, point])))
  const steps = computed(() => unionOfSteps([...points.value.values()]))
  const wanted = computed(() => (view().linked ? view().linkedStep : (view().steps[tag().tag] ?? null)))
  const position = computed(() => positionOf(steps.value, wanted.value))
  const step = computed(() => steps.value[position.value] ?? null)

  return {
    runs,
    points,
    steps,
    position,
    step,
    loading: computed(() => state.value.status === 'loading'),
    failure: computed(() => (state.value.status === 'failed' ? state.value.message : null)),
    move(next) {
      // At the end there is no step to keep: what comes later is shown when it comes.
      const chosen = next >= steps.value.length - 1 ? null : steps.value[Math.max(0, next)]
      if (view().linked) view().linkedStep = chosen
      else {
        const { [tag().tag]: _before, ...others } = view().steps
        view().steps = chosen === null ? others : { ...others, [tag().tag]: chosen }
      }
    },
    indexOf(runId) {
      const found = points.value.get(runId)
      return found && step.value !== null ? lastUpTo(found.steps, step.value) : -1
    },
    retry: refresh
  }
}
