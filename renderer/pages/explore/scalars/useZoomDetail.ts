/** More points for the part of the x axis that is looked at, where the whole had to leave some out. */
import { ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { ScalarCurve } from '../../../../src/contract/recordings'
import { request } from '../../../bridge/host'
import type { Range } from '../../../charts/scales'
import { tabGate } from '../state/tab-gate'
import { pointsFor } from './drawn'
import type { CurvesQuestion } from './useScalarCurves'

export interface Detail {
  range: Range
  curves: ReadonlyMap<string, ScalarCurve>
}

const batch = 64

export function useZoomDetail(
  question: () => CurvesQuestion,
  wholes: () => ReadonlyMap<string, ScalarCurve>
): { zoom: Ref<Range | null>; detail: ShallowRef<Detail | null> } {
  const zoom = ref<Range | null>(null)
  const detail = shallowRef<Detail | null>(null)
  let turn = 0

  /** Several attempts, or another metric as x, have no one place in a curve where more points would go. */
  function decimated(): string[] {
    if (typeof question().x === 'object') return []
    return [...wholes().values()]
      .filter((curve) => curve.pieces.length < 2 && curve.total > curve.x.length)
      .map((curve) => curve.runId)
  }

  async function look(): Promise<void> {
    const mine = ++turn
    const range = zoom.value
    const ids = range ? decimated() : []
    if (!range || ids.length === 0) {
      detail.value = null
      return
    }
    const { inner: _inner, ...rest } = question()
    const points = pointsFor(ids.length)
    // A little more than what is seen, so that lines reach the edges.
    const span = range.max - range.min
    const wider = { min: range.min - span * 0.05, max: range.max + span * 0.05 }
    const found = new Map<string, ScalarCurve>()
    for (let at = 0; at < ids.length; at += batch) {
      const params = { ...rest, runIds: ids.slice(at, at + batch), from: wider.min, to: wider.max, mostPoints: points }
      // Without the closer look the whole stays on screen.
      const answer = await tabGate.pass(() => request('recordings.scalars', params)).catch(() => null)
      if (mine !== turn || !answer) return
      for (const curve of answer.curves) if (curve.x.length > 1) found.set(curve.runId, curve)
    }
    detail.value = { range: wider, curves: found }
  }

  watch([zoom, () => JSON.stringify(question())], () => void look())
  return { zoom, detail }
}
