/** What a filter of runs lets through: words are looked for here, expressions are evaluated by the host. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { RunInfo } from '../../src/domain/run'
import { wordsOf } from '../../src/domain/run-facts'
import { isPlain, wordTest } from '../../src/text/plain-words'
import type { RequestResult } from '../../src/contract/requests'
import { request } from '../bridge/host'
import { useAnalyses } from './analyses'
import { latest } from './latest'
import { useRuns } from './runs'
import { useTurns } from '../ui/useTurns'

/** Between changes of runs that train. */
const growingMs = 1000
/** Between keys: so many runs are asked before the next key is there, more are not asked for half of a word. */
const typing = { many: 2000, fewMs: 30, manyMs: 120 }

export type FilterProblem = NonNullable<RequestResult<'runs.filter'>['problem']>

export function useRunFilter(text: Readonly<Ref<string>>) {
  const runs = useRuns()
  const analyses = useAnalyses()
  const asking = latest()
  /** Runs that the last expression that could be read holds for; null: none was read yet, and all are shown. */
  const found = shallowRef<ReadonlySet<string> | null>(null)
  const problem = shallowRef<FilterProblem | null>(null)
  /** What is shown are runs that have the words of a text that is no expression. */
  const asWords = ref(false)
  const failure = ref<string | null>(null)
  /** The text that the last answer was about. */
  const answered = ref<string | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    if (isPlain(text.value)) return
    try {
      const asked = text.value
      const answer = await asking.ask(() =>
        request('runs.filter', { text: asked, analysisId: analyses.current?.id ?? null })
      )
      if (!answer) return
      failure.value = null
      answered.value = asked
      problem.value = answer.value.problem
      asWords.value = answer.value.asWords
      if (!answer.value.problem || asWords.value) found.value = new Set(answer.value.runIds)
    } catch (error) {
      failure.value = (error as Error).message
    }
  }
  /** A question that follows the typing, and is asked when it pauses. */
  function afterTyping(): void {
    timer = undefined
    void ask()
  }
  // Several runs that train change the list all the time: it must not wait until they have ended.
  const again = useTurns(() => (timer === undefined ? ask() : undefined), growingMs)
  onScopeDispose(() => clearTimeout(timer))

  watch(text, (now) => {
    clearTimeout(timer)
    timer = isPlain(now)
      ? undefined
      : setTimeout(afterTyping, runs.all.length > typing.many ? typing.manyMs : typing.fewMs)
    if (timer !== undefined) return
    asking.drop()
    found.value = null
    problem.value = null
    failure.value = null
  })
  watch([() => runs.all, () => analyses.current?.id, () => analyses.current?.chosenStates], () => {
    if (!isPlain(text.value)) again()
  })

  const matches = computed<(run: RunInfo) => boolean>(() => {
    if (!isPlain(text.value)) {
      const ids = found.value
      return ids ? (run) => ids.has(run.id) : () => true
    }
    const test = wordTest(text.value)
    return (run) => test(wordsOf(run))
  })
  /** Whether `matches` is about what stands there now, and not about what could be read before. */
  const settled = computed(() => {
    if (isPlain(text.value)) return true
    return answered.value === text.value && failure.value === null && (problem.value === null || asWords.value)
  })
  return { matches, problem, asWords, failure, settled }
}
