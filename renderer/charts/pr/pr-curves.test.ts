import { expect, it } from 'vitest'
import { averagePrecision, baseRate } from './pr-curves'

/** scikit-learn's example: y_true = [0, 0, 1, 1], y_scores = [0.1, 0.4, 0.35, 0.8], thresholds at every score and above. */
const labels = [0, 0, 1, 1]
const scores = [0.1, 0.4, 0.35, 0.8]
function curveOver(thresholds: number[]) {
  const count = (label: number, above: boolean, threshold: number): number =>
    scores.filter((score, i) => labels[i] === label && score >= threshold === above).length
  const of = (label: number, above: boolean): Float64Array =>
    Float64Array.from(thresholds, (threshold) => count(label, above, threshold))
  const [truePositives, falsePositives, trueNegatives, falseNegatives] = [
    of(1, true),
    of(0, true),
    of(0, false),
    of(1, false)
  ]
  return {
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
    recall: truePositives.map((tp, i) => tp / (tp + falseNegatives[i])),
    precision: truePositives.map((tp, i) => (tp + falsePositives[i] > 0 ? tp / (tp + falsePositives[i]) : 0))
  }
}

it('average precision is what scikit-learn says, 0.8333, and the base rate the share of positives', () => {
  const curve = curveOver([0, ...[...scores].sort(), 1])
  expect(averagePrecision(curve)).toBeCloseTo(0.8333333333, 9)
  expect(baseRate(curve)).toBe(0.5)
})

it('a threshold at which nothing is positive counts for nothing', () => {
  expect(averagePrecision(curveOver([0.9, 1]))).toBeNaN()
  expect(averagePrecision(curveOver([0.5, 1]))).toBeCloseTo(0.5, 12)
})
