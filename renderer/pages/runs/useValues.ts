/** Values of the columns: what a manifest says at once, and what the host evaluates over all runs. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { RunInfo } from '../../../src/domain/run'
import { request } from '../../bridge/host'
import { useAnalyses } from '../../state/analyses'
import { latest } from '../../state/latest'
import { useRoles } from '../../state/roles'
import { useRuns } from '../../state/runs'
import { useTurns } from '../../ui/useTurns'
import { factValue, isFact, type Value } from './columns'
import type { ValueOf } from './rows'

/** Between changes of runs that train. */
const growingMs = 1000

export interface ColumnProblem {
  text: string
  at: number
  length: number
}

/** @param texts expressions that are shown, sorted or grouped by */
export function useValues(texts: () => readonly string[]): {
  valueOf: ComputedRef<ValueOf>
  /** By expression, why it has no values. */
  problems: ComputedRef<ReadonlyMap<string, ColumnProblem>>
  /** Why nothing was answered. */
  failure: ComputedRef<string | null>
  /** Expressions whose values are on their way for the first time. */
  isWaiting: (text: string) => boolean
} {
  const runs = useRuns()
  const analyses = useAnalyses()
  const roles = useRoles()
  const asking = latest()
  const answers = shallowRef(new Map<string, { values: Map<string, Value>; problem: ColumnProblem | null }>())
  const failure = ref<string | null>(null)
  const asked = computed(() => [...new Set(texts())].filter((text) => text !== '' && !isFact(text)))

  async function ask(): Promise<void> {
    const columns = asked.value
    if (columns.length === 0) return
    try {
      const answer = await asking.ask(() =>
        request('runs.values', { columns, analysisId: analyses.current?.id ?? null })
      )
      if (!answer) return
      failure.value = null
      const { runIds, columns: found } = answer.value
      answers.value = new Map(
        columns.map((text, c) => {
          const { values, problem } = found[c]
          return [text, { values: new Map(values.map((value, r) => [runIds[r], value])), problem }]
        })
      )
    } catch (error) {
      failure.value = (error as Error).message
    }
  }
  const again = useTurns(ask, growingMs)
  watch(
    [asked, () => analyses.current?.id, () => analyses.current?.chosenStates, () => roles.version],
    ([columns], before) => {
      if (String(columns) !== String(before?.[0] ?? '') || before?.[1] !== analyses.current?.id) void ask()
      else again()
    },
    { immediate: true }
  )
  watch(() => runs.all, again)

  const valueOf = computed<ValueOf>(() => {
    const known = answers.value
    return (run: RunInfo, text: string) =>
      isFact(text) ? factValue(run, text) : (known.get(text)?.values.get(run.id) ?? null)
  })
  const problems = computed(
    () => new Map([...answers.value].flatMap(([text, { problem }]) => (problem ? [[text, problem] as const] : [])))
  )
  return {
    valueOf,
    problems,
    failure: computed(() => failure.value),
    isWaiting: (text) => !isFact(text) && !answers.value.has(text) && failure.value === null
  }
}
