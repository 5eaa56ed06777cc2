import { expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { PrCounter, prCurveCount } from './pr-counts'

/** One example and class at a time, one threshold at a time. */
function bruteForce(logits: Float32Array, labels: Int32Array, classes: number, thresholds: number, wanted: number[]) {
  const empty = (): number[] => new Array<number>(thresholds).fill(0)
  const counts = { truePositives: empty(), falsePositives: empty(), trueNegatives: empty(), falseNegatives: empty() }
  labels.forEach((label, example) => {
    const row = Array.from(logits.subarray(example * classes, (example + 1) * classes))
    const highest = Math.max(...row)
    const exponentials = row.map((logit) => Math.exp(logit - highest))
    const sum = exponentials.reduce((a, b) => a + b, 0)
    for (const c of wanted) {
      for (let i = 0; i < thresholds; i++) {
        const called = exponentials[c] / sum >= i / (thresholds - 1)
        if (c === label) counts[called ? 'truePositives' : 'falseNegatives'][i]++
        else counts[called ? 'falsePositives' : 'trueNegatives'][i]++
      }
    }
  })
  return counts
}

const asArrays = (counts: object): object =>
  Object.fromEntries(Object.entries(counts).map(([key, values]) => [key, Array.from(values as Float64Array)]))

it('counts as brute force does, class by class and all together, batches added up', () => {
  const rng = new Rng(8)
  for (const [classes, examples, thresholds, scale] of [
    [2, 40, 101, 1],
    [10, 60, 101, 6],
    [10, 30, 7, 0],
    [20, 20, 2, 100],
    [113, 25, 101, 3]
  ]) {
    const logits = Float32Array.from({ length: classes * examples }, () => scale * rng.normal())
    const labels = Int32Array.from({ length: examples }, () => rng.integer(classes))
    const counter = new PrCounter(classes, thresholds)
    const half = Math.floor(examples / 2)
    counter.add(logits.subarray(0, half * classes), labels.subarray(0, half))
    counter.add(logits.subarray(half * classes), labels.subarray(half))
    const counts = counter.counts()
    const all = Array.from({ length: classes }, (_, c) => c)
    expect(asArrays(counts.get('micro')!)).toEqual(bruteForce(logits, labels, classes, thresholds, all))
    expect(counts.size).toBe(prCurveCount(classes))
    if (classes > 20) continue
    for (const c of all) {
      expect(asArrays(counts.get(String(c))!)).toEqual(bruteForce(logits, labels, classes, thresholds, [c]))
    }
  }
})

it('takes scores on a threshold, and none that is NaN', () => {
  // Equal logits of 2, 4, 5 and 10 classes are scores of 0.5, 0.25, 0.2 and 0.1, all of them thresholds.
  for (const classes of [2, 4, 5, 10]) {
    const counter = new PrCounter(classes)
    counter.add(new Float32Array(classes), Int32Array.of(0))
    const { truePositives, falsePositives } = counter.counts().get('0')!
    expect([truePositives[100 / classes], truePositives[100 / classes + 1]]).toEqual([1, 0])
    expect(falsePositives.every((count) => count === 0)).toBe(true)
  }
  const counter = new PrCounter(2)
  counter.add(Float32Array.of(NaN, 1), Int32Array.of(1))
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counter.counts().get('micro')!
  expect([truePositives[0], falsePositives[0], trueNegatives[0], falseNegatives[0]]).toEqual([0, 0, 1, 1])
})
