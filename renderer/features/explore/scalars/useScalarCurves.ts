/** Curves of one tag for many runs, asked for piece by piece and again while runs grow. */
import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { Attempts, ScalarCurve, XAxis } from '../../../../src/contract/boards'
import { onEvent, request } from '../../../bridge/host'
import { boardGate } from '../request-gate'
import { pointsFor } from './drawn'

export interface CurvesQuestion {
  tag: string
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

const batches = [8, 24, 64]
/** Two answers a second keep up with the eye and leave the disk alone. */
const followMs = 500

export function useScalarCurves(question: () => CurvesQuestion, runIds: () => string[]): ScalarCurves {
  const curves = shallowRef<ReadonlyMap<string, ScalarCurve>>(new Map())
  const inner = ref<readonly [number, number] | null>(null)
  const progress = ref<{ done: number; total: number } | null>(null)
  const failure = ref<string | null>(null)
  /** Answered for the present question, also those without the tag. */
  let answered = new Set<string>()
  let turn = 0
  let timer = 0
  const grown = new Set<string>()

  const ask = (runs: string[], maxPoints: number) => {
    const { inner: _inner, ...rest } = question()
    return boardGate.pass(() => request('board.scalars', { ...rest, runIds: runs, maxPoints }))
  }

  async function load(): Promise<void> {
    const mine = ++turn
    const wanted = runIds()
    const missing = wanted.filter((id) => !answered.has(id) || grown.delete(id))
    const points = pointsFor(wanted.length)
    failure.value = null
    try {
      for (let at = 0, n = 0; at < missing.length; n++) {
        progress.value = { done: at, total: missing.length }
        const batch = missing.slice(at, at + batches[Math.min(n, batches.length - 1)])
        const answer = await ask(batch, points)
        if (mine !== turn) return
        take(batch, answer.curves)
        // Of some of the runs it is better than nothing; all of them are asked for together at the end.
        if (n === 0 && inner.value === null) inner.value = answer.inner
        if (batch.length === wanted.length) inner.value = answer.inner
        at += batch.length
      }
      progress.value = null
      if (question().inner && missing.length > 0 && wanted.length > batches[0]) {
        const { inner: over } = await ask(wanted, 2)
        if (mine === turn) inner.value = over
      }
    } catch (error) {
      if (mine !== turn) return
      failure.value = (error as Error).message
      progress.value = null
    }
  }

  function take(batch: string[], found: ScalarCurve[]): void {
    const next = new Map(curves.value)
    for (const id of batch) {
      next.delete(id)
      answered.add(id)
    }
    for (const curve of found) next.set(curve.runId, curve)
    curves.value = next
  }

  /** Another tag or axis makes what is shown wrong; other smoothing only makes it old. */
  function begin(now: string, before: string | undefined): void {
    const axis = (text: string): string => JSON.stringify({ ...(JSON.parse(text) as CurvesQuestion), smoothing: 0 })
    if (before === undefined || axis(before) !== axis(now)) {
      curves.value = new Map()
      inner.value = null
    }
    answered = new Set()
    void load()
  }

  watch(() => JSON.stringify(question()), begin, { immediate: true })
  watch(
    () => runIds().join(' '),
    () => {
      const wanted = new Set(runIds())
      // The percentiles are of the runs that are shown.
      if (runIds().every((id) => answered.has(id))) void refreshInner()
      else void load()
      if ([...curves.value.keys()].some((id) => !wanted.has(id))) {
        curves.value = new Map([...curves.value].filter(([id]) => wanted.has(id)))
        for (const id of answered) if (!wanted.has(id)) answered.delete(id)
      }
    }
  )
  async function refreshInner(): Promise<void> {
    const wanted = runIds()
    if (!question().inner || wanted.length === 0) return
    const mine = ++turn
    progress.value = null
    const answer = await ask(wanted, 2).catch(() => null)
    if (mine === turn && answer) inner.value = answer.inner
  }

  const stop = onEvent('runs.grew', ({ runId }) => {
    if (!runIds().includes(runId)) return
    grown.add(runId)
    timer ||= window.setTimeout(() => void follow(), followMs)
  })

  /** One question under way at a time: a slow disk is asked less often instead of ever more. */
  async function follow(): Promise<void> {
    if (progress.value === null) {
      const mine = turn
      const batch = [...grown].filter((id) => runIds().includes(id))
      grown.clear()
      const answer = await ask(batch, pointsFor(runIds().length)).catch(() => null)
      if (mine === turn && answer) {
        take(batch, answer.curves)
        if (batch.length === runIds().length) inner.value = answer.inner
        else if (question().inner) await refreshInner()
      }
    }
    timer = grown.size > 0 ? window.setTimeout(() => void follow(), followMs) : 0
  }

  onBeforeUnmount(() => {
    stop()
    clearTimeout(timer)
    turn += 1
  })
  return { curves, inner, progress, failure, retry: () => void load() }
}
