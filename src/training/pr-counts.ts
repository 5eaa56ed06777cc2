/** Precision-recall curves of a classifier by counting, one class against the rest. */
import type { PrCurveRecord } from '../domain/records'

/** Thresholds are 0, 0.01, ..., 1. */
export const prThresholds = 101
/** Up to this many classes each has a curve of its own; beyond, only the one over all of them can be looked at. */
const mostCurves = 20

type Counts = PrCurveRecord['counts']

/** How many curves `PrCounter` makes for so many classes. */
export function prCurveCount(classes: number): number {
  return classes <= mostCurves ? classes + 1 : 1
}

/**
 * The score of an example for class c is softmax(logits)[c], in double precision; it is called c when the score is at least
 * the threshold i / (n - 1). A score that is NaN is never called anything. Sums over all classes are the curve `micro`.
 */
export class PrCounter {
  private readonly curves: number
  /** Examples of the curve's class, and others, by the highest threshold that their score reaches; the last cell: none. */
  private readonly positives: Float64Array[]
  private readonly negatives: Float64Array[]

  constructor(
    private readonly classes: number,
    private readonly thresholds = prThresholds
  ) {
    this.curves = classes <= mostCurves ? classes : 1
    const cells = (): Float64Array => new Float64Array(thresholds + 1)
    this.positives = Array.from({ length: this.curves }, cells)
    this.negatives = Array.from({ length: this.curves }, cells)
  }

  /** @param logits [examples, classes] row-major */
  add(logits: Float32Array, labels: Int32Array): void {
    const { classes } = this
    const exponentials = new Float64Array(classes)
    labels.forEach((label, example) => {
      const at = example * classes
      let highest = -Infinity
      for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[at + c])
      let sum = 0
      for (let c = 0; c < classes; c++) sum += exponentials[c] = Math.exp(logits[at + c] - highest)
      for (let c = 0; c < classes; c++) {
        const curve = this.curves === 1 ? 0 : c
        const cells = c === label ? this.positives[curve] : this.negatives[curve]
        cells[this.reached(exponentials[c] / sum)]++
      }
    })
  }

  /** By name: `0`, `1`, ... where there are few classes, and `micro`. */
  counts(): Map<string, Counts> {
    const named = new Map<string, Counts>()
    if (this.classes <= mostCurves) {
      this.positives.forEach((positives, c) => named.set(String(c), cumulated(positives, this.negatives[c])))
    }
    named.set('micro', cumulated(total(this.positives), total(this.negatives)))
    return named
  }

  /** Index of the highest threshold that `score` is not below. The product may round across a threshold, hence the steps. */
  private reached(score: number): number {
    const last = this.thresholds - 1
    if (!(score >= 0)) return this.thresholds
    let i = Math.min(last, Math.floor(score * last))
    while (i < last && score >= (i + 1) / last) i++
    while (i > 0 && score < i / last) i--
    return i
  }
}

function total(cells: readonly Float64Array[]): Float64Array {
  return cells[0].map((_, i) => cells.reduce((sum, counts) => sum + counts[i], 0))
}

function cumulated(positives: Float64Array, negatives: Float64Array): Counts {
  const sum = (cells: Float64Array): number => cells.reduce((a, b) => a + b, 0)
  const truePositives = reversed(positives)
  const falsePositives = reversed(negatives)
  return {
    truePositives,
    falsePositives,
    trueNegatives: falsePositives.map((count) => sum(negatives) - count),
    falseNegatives: truePositives.map((count) => sum(positives) - count)
  }
}

/** Of each threshold, how many reach it or a higher one. */
function reversed(cells: Float64Array): Float64Array {
  const counts = cells.slice(0, -1)
  for (let i = counts.length - 2; i >= 0; i--) counts[i] += counts[i + 1]
  return counts
}
