/** Precision against recall: which points are drawn, and which of them the pointer means. */
export interface PrLine {
  id: string
  name: string
  color: string
  /** [n] each. */
  recall: Float64Array
  precision: Float64Array
  truePositives: Float64Array
  falsePositives: Float64Array
}

/**
 * Indices of the points to draw, in the order of their thresholds. Where nothing is called positive (TP + FP = 0) the
 * precision is 0 / 0, which the log holds as 0: such points are left out, as TensorBoard does.
 */
export function drawnIndices(
  line: Pick<PrLine, 'recall' | 'precision' | 'truePositives' | 'falsePositives'>
): Int32Array {
  const kept: number[] = []
  for (let i = 0; i < line.recall.length; i++) {
    const finite = Number.isFinite(line.recall[i]) && Number.isFinite(line.precision[i])
    if (finite && line.truePositives[i] + line.falsePositives[i] > 0) kept.push(i)
  }
  return Int32Array.from(kept)
}

export interface PrPlace {
  id: string
  /** Index of the threshold. */
  index: number
}

/** The drawn point nearest to a place, both axes in the given units per one; null beyond `reach`. */
export function nearestPoint(
  lines: readonly PrLine[],
  at: { recall: number; precision: number },
  scale: { x: number; y: number },
  reach: number
): PrPlace | null {
  let best: PrPlace | null = null
  let least = reach * reach
  for (const line of lines) {
    for (const i of drawnIndices(line)) {
      const distance =
        ((line.recall[i] - at.recall) * scale.x) ** 2 + ((line.precision[i] - at.precision) * scale.y) ** 2
      if (distance > least) continue
      least = distance
      best = { id: line.id, index: i }
    }
  }
  return best
}
