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

/**
 * Average precision: the sum over thresholds of precision times what the recall gains there, without interpolation (as
 * scikit-learn's average_precision_score, which takes every score as a threshold; a log has fewer, so this is as coarse as it).
 * @returns NaN where no point is drawn
 */
export function averagePrecision(
  line: Pick<PrLine, 'recall' | 'precision' | 'truePositives' | 'falsePositives'>
): number {
  const points = Array.from(drawnIndices(line), (i) => ({ recall: line.recall[i], precision: line.precision[i] }))
  if (points.length === 0) return Number.NaN
  points.sort((a, b) => a.recall - b.recall || b.precision - a.precision)
  let [sum, reached] = [0, 0]
  for (const { recall, precision } of points) {
    sum += (recall - reached) * precision
    reached = recall
  }
  return sum
}

/** The share of positives among all examples: the precision of calling everything positive. NaN without examples. */
export function baseRate(counts: {
  truePositives: ArrayLike<number>
  falsePositives: ArrayLike<number>
  trueNegatives: ArrayLike<number>
  falseNegatives: ArrayLike<number>
}): number {
  // The same at every threshold.
  const [tp, fp, tn, fn] = [
    counts.truePositives[0],
    counts.falsePositives[0],
    counts.trueNegatives[0],
    counts.falseNegatives[0]
  ]
  return (tp + fn) / (tp + fp + tn + fn)
}
