/** Curves of one tag for many runs, asked for piece by piece and again while runs grow. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { Attempts, ScalarCurve, XAxis } from '../../../../src/contract/recordings'
import { request } from '../../../bridge/host'
import { useGrowth } from '../../../state/useGrowth'
import { tabGate } from '../state/tab-gate'
import { pointsFor } from './drawn'

export interface CurvesQuestion {
  tag: string
  /** Expressions of the curves among the tags of the question. */
  derived?: Record<string, string>
  x: XAxis
  attempts: Attempts
  smoothing: number
  /** Whether the 5th and 95th percentile are wanted. */
  inner: boolean
}

export interface ScalarCurves {
  curves: ShallowRef<ReadonlyMap<string, ScalarCurve>>
  inner: Ref<readonly [number, number] | null>
  /** Runs that have been asked for, of those wanted; null: nothing is on its way. */
  progress: Ref<{ done: number; total: number } | null>
  failure: Ref<string | null>
  retry(): void
}

const batches = [4, 12, 32, 64]
/** Two answers a second keep up with the eye and leave the disk alone. */
const followMs = 500

export function useScalarCurves(question: () => CurvesQuestion, runIds: () => string[]): ScalarCurves {
  const curves = shallowRef<ReadonlyMap<string, ScalarCurve>>(new Map())
  const inner = ref<readonly [number, number] | null>(null)
  const progress = ref<{ done: number; total: number } | null>(null)
  const failure = ref<string | null>(null)
  /** Answered for the present question, also those without the tag. */
  let answered = new Set<string>()
  /** Answers to an earlier question are none; more or fewer runs are still the same question. */
  let version = 0
  let loading = false
  /** Ends with the loading that was begun last. */
  let loaded: Promise<void> = Promise.resolve()
  /** The runs that the percentiles are about. */
  let innerOf = ''

  /** Hidden since they were asked for: what comes is from before, and their growth was not followed meanwhile. */
  const left = new Set<string>()

  const ask = (runs: string[], mostPoints: number) => {
    for (const id of runs) left.delete(id)
    const { inner: _inner, ...rest } = question()
    return tabGate.pass(() => request('recordings.scalars', { ...rest, runIds: runs, mostPoints }))
  }

  /** Runs that come up while it goes on are asked for along with the others. */
  function load(): void {
    if (!loading) loaded = askForMissing()
  }

  /** Asks until nothing is missing. */
  async function askForMissing(): Promise<void> {
    const mine = version
    loading = true
    failure.value = null
    try {
      for (let n = 0; ; n++) {
        const wanted = runIds()
        const missing = wanted.filter((id) => !answered.has(id))
        progress.value = missing.length > 0 ? { done: wanted.length - missing.length, total: wanted.length } : null
        if (missing.length === 0) break
        const batch = missing.slice(0, batches[Math.min(n, batches.length - 1)])
        const answer = await ask(batch, pointsFor(wanted.length))
        if (mine !== version) return
        take(batch, answer.curves)
        // Of some of the runs it is better than nothing; all of them are asked for together at the end.
        if (n === 0) {
          inner.value = answer.inner
          innerOf = batch.join(' ')
        }
      }
      await askInner()
    } catch (error) {
      if (mine !== version) return
      failure.value = (error as Error).message
      progress.value = null
    } finally {
      if (mine === version) loading = false
    }
  }

  /** What was hidden while it was asked for is not kept: nobody would follow it, and it would be old when shown again. */
  function take(batch: string[], found: ScalarCurve[]): void {
    const next = new Map(curves.value)
    const wanted = new Set(runIds())
    for (const id of batch) {
      next.delete(id)
      if (wanted.has(id) && !left.has(id)) answered.add(id)
    }
    for (const curve of found) if (wanted.has(curve.runId)) next.set(curve.runId, curve)
    curves.value = next
  }

  /** The percentiles of all shown runs together: those of parts cannot be put together. */
  async function askInner(): Promise<void> {
    const wanted = runIds()
    const mine = version
    if (!question().inner || wanted.length === 0 || wanted.join(' ') === innerOf) return
    const answer = await ask(wanted, 2)
    if (mine !== version) return
    inner.value = answer.inner
    innerOf = wanted.join(' ')
  }

  /** Another tag or axis makes what is shown wrong; other smoothing only makes it old. */
  function begin(now: string, before: string | undefined): void {
    const axis = (text: string): string =>
      JSON.stringify({ ...(JSON.parse(text) as CurvesQuestion), smoothing: 0, inner: false })
    if (before === undefined || axis(before) !== axis(now)) {
      curves.value = new Map()
      inner.value = null
    }
    version += 1
    loading = false
    innerOf = ''
    answered = new Set()
    load()
  }

  watch(() => JSON.stringify(question()), begin, { immediate: true })
  watch(
    () => runIds().join(' '),
    (_now, before: string | undefined) => {
      const wanted = new Set(runIds())
      for (const id of before?.split(' ') ?? []) if (!wanted.has(id)) left.add(id)
      // What is not drawn is not kept: hundreds of runs may come and go.
      for (const id of answered) if (!wanted.has(id)) answered.delete(id)
      if ([...curves.value.keys()].some((id) => !wanted.has(id)))
        curves.value = new Map([...curves.value].filter(([id]) => wanted.has(id)))
      load()
    }
  )

  useGrowth((runId) => runIds().includes(runId), follow, followMs)

  /** What has grown while curves were on their way is asked for when all of them are there. */
  async function follow(grown: readonly string[]): Promise<void> {
    const mine = version
    while (loading && mine === version) await loaded
    // A new question has asked for all of them since they have grown.
    if (mine !== version) return
    const wanted = new Set(runIds())
    const batch = grown.filter((id) => wanted.has(id))
    const answer = batch.length > 0 ? await ask(batch, pointsFor(wanted.size)).catch(() => null) : null
    if (mine !== version || !answer) return
    take(batch, answer.curves)
    innerOf = ''
    await askInner().catch(() => undefined)
  }

  onScopeDispose(() => (version += 1))
  return { curves, inner, progress, failure, retry: () => load() }
}
