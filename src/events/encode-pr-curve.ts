/** Precision-recall curves, as the plugin `pr_curves` stores them. */
import { dataClasses, encodeValue, writeFloats, writeMetadata, type TagMetadata } from './encode-value'
import { ProtoWriter } from './protobuf'

/** Counts at thresholds i / (n - 1), each [n]: an example is called positive when its score is at least the threshold. */
export interface PrCounts {
  truePositives: ArrayLike<number>
  falsePositives: ArrayLike<number>
  trueNegatives: ArrayLike<number>
  falseNegatives: ArrayLike<number>
}

/**
 * A float32 tensor [6, n], rows TP, FP, TN, FN, precision TP / (TP + FP), recall TP / (TP + FN); a quotient of 0 / 0 is 0,
 * as in TensorBoard's `pr_curve/summary.py`. Counts are exact up to 2^24.
 */
export function encodePrCurve(
  wallTime: number,
  step: number | bigint,
  tag: string,
  counts: PrCounts,
  metadata: TagMetadata | null = {}
): Uint8Array {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts
  const n = tp.length
  if (fp.length !== n || tn.length !== n || fn.length !== n) {
    throw new Error(`The counts of the curve "${tag}" at step ${step} have not the same number of thresholds.`)
  }
  const rows = new Float32Array(6 * n)
  for (let i = 0; i < n; i++) {
    rows[i] = tp[i]
    rows[n + i] = fp[i]
    rows[2 * n + i] = tn[i]
    rows[3 * n + i] = fn[i]
    rows[4 * n + i] = ratio(tp[i], tp[i] + fp[i])
    rows[5 * n + i] = ratio(tp[i], tp[i] + fn[i])
  }
  const content = new ProtoWriter().int64(2, n).finish()
  return encodeValue(wallTime, step, tag, (value) => {
    if (metadata) writeMetadata(value, { name: 'pr_curves', content, dataClass: dataClasses.tensor }, metadata)
    writeFloats(value, [6, n], rows)
  })
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}
