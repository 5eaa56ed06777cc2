/** What the runs of the shown analysis say together, under a rule for convergence that the user sets per project. */
import { computed, ref, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import type { AcrossRuns, ConvergenceRule } from '../../../../src/domain/across-runs'
import type { TimeAxis } from '../../../../src/domain/time'
import { request } from '../../../bridge/host'
import { useAsked } from '../../../ui/useAsked'
import type { Asked } from '../../../ui/useAsked'
import { isLoss, rolesOf, tagsOf } from '../../../state/roles-of-analysis'
import { useTags } from '../../../state/useTags'
import { useAnalyses } from '../../../state/analyses'
import { useProject } from '../../../state/project'
import { useRuns } from '../../../state/runs'

export interface Across {
  rule: Ref<ConvergenceRule>
  /** Metrics that may decide. */
  metrics: ComputedRef<string[]>
  state: ShallowRef<Asked<AcrossRuns>>
  /** Whether the numbers are still those of the threshold before. */
  old: ComputedRef<boolean>
  setMetric(metric: string): void
}

export function useAcross(): Across {
  const analyses = useAnalyses()
  const app = useProject()
  const runs = useRuns()
  const key = keyOf(app.project?.id)
  const rule = ref<ConvergenceRule>(savedRule(app.project?.id) ?? { metric: '', threshold: null, direction: 'above' })
  const { scalars, roles } = useTags(
    () => analyses.current?.inputs.runs.map((run) => run.runId).filter((id) => runs.byId.has(id)) ?? []
  )
  const metrics = computed(() => scalars.value.filter((tag) => tag !== 'epoch' && !tag.startsWith('time/')))

  function setMetric(metric: string): void {
    rule.value = {
      metric,
      threshold: null,
      direction: isLoss(metric, rolesOf(analyses.current, roles.value)) ? 'below' : 'above'
    }
  }
  watch(
    metrics,
    (list) => {
      if (list.length === 0 || list.includes(rule.value.metric)) return
      const deciding = tagsOf(rolesOf(analyses.current, roles.value), [
        'valAccuracy',
        'valLoss',
        'trainAccuracy',
        'trainLoss'
      ])
      setMetric(deciding.find((tag) => list.includes(tag)) ?? list[0])
    },
    { immediate: true }
  )
  watch(rule, (value) => localStorage.setItem(key, JSON.stringify(value)), { deep: true })

  const { state, asking } = useAsked(
    () => {
      const { current, fit } = analyses
      if (!current || !fit || !metrics.value.includes(rule.value.metric)) return null
      const { axis } = analyses
      return { id: current.id, states: fit.states, restart: fit.restart, axis, convergence: { ...rule.value } }
    },
    ({ id, states, axis, convergence }) => request('analysis.across', { id, states, axis, convergence }),
    // Only the threshold changed: the numbers on screen stay until the new ones are there.
    keepsNumbers
  )
  const old = computed(() => asking.value && state.value.status === 'loaded')
  return { rule, metrics, state, old, setMetric }
}

interface AcrossQuestion {
  id: string
  states: number
  restart: number
  axis: TimeAxis
  convergence: ConvergenceRule
}

/** Numbers of another metric, direction, restart or axis would be read as those of the one that is chosen. */
export function keepsNumbers(before: AcrossQuestion, now: AcrossQuestion): boolean {
  return (
    before.id === now.id &&
    before.states === now.states &&
    before.restart === now.restart &&
    before.axis === now.axis &&
    before.convergence.metric === now.convergence.metric &&
    before.convergence.direction === now.convergence.direction
  )
}

function keyOf(projectId: string | undefined): string {
  return `phasescope-convergence-${projectId ?? ''}`
}

/** What the user set for this project, or null. */
export function savedRule(projectId: string | undefined): ConvergenceRule | null {
  try {
    const value = JSON.parse(localStorage.getItem(keyOf(projectId)) ?? 'null') as Partial<ConvergenceRule> | null
    if (!value || typeof value.metric !== 'string') return null
    if (value.threshold !== null && typeof value.threshold !== 'number') return null
    return {
      metric: value.metric,
      threshold: value.threshold,
      direction: value.direction === 'below' ? 'below' : 'above'
    }
  } catch {
    return null
  }
}
