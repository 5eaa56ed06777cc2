/** Distances among seeds against a naive reading of their definition, and how often healthy seeds are called unlike. */
import { expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { amongSeeds } from './seeds'

const steps = Array.from({ length: 30 }, (_, i) => i * 10)
/** A loss that falls, each seed by its own factor, with noise of its own. */
function seed(rng: Rng, length = steps.length): { steps: number[]; values: number[] } {
  const own = Math.exp(0.15 * rng.normal())
  const values = steps.map((_, i) => 2.3 * Math.exp((-own * i) / 10) + 0.02 * rng.normal())
  return { steps: steps.slice(0, length), values: values.slice(0, length) }
}

const middle = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
}

it('are of the steps that enough seeds have come to', () => {
  const rng = new Rng(3)
  const lengths = [30, 28, 20, 12, 30, 25]
  const seeds = lengths.map((length) => seed(rng, length))
  const own = seed(rng)
  const found = amongSeeds(own, seeds, 5)!
  // The fifth of them has come to its twentieth point; the sixth, with twelve, is left out.
  expect([found.seeds, found.steps.length]).toEqual([5, 20])
  const far = seeds.filter((_, i) => lengths[i] >= 20)
  const at = (i: number): number[] => far.map(({ values }) => values[i])
  const spreads = found.steps.map((_, i) => 1.4826 * middle(at(i).map((one) => Math.abs(one - middle(at(i))))))
  const centre = found.steps.map((_, i) => middle(at(i)))
  const least = Math.max(middle(spreads) / 2, (Math.max(...centre) - Math.min(...centre)) / 50)
  found.distances.forEach((distance, i) => {
    expect(distance).toBeCloseTo((own.values[i] - centre[i]) / Math.max(spreads[i], least), 10)
  })
  expect(amongSeeds(own, seeds, 7)).toBeNull()
  expect(amongSeeds({ steps: [0, 10], values: [1, 1] }, seeds, 5)).toBeNull()
})

it('are hardly ever beyond four spreads for three points among healthy seeds', () => {
  const rng = new Rng(8)
  let alarms = 0
  const groups = 400
  for (let g = 0; g < groups; g++) {
    const seeds = Array.from({ length: 6 }, () => seed(rng))
    const { distances } = amongSeeds(seed(rng), seeds.slice(0, 5), 5)!
    const end = distances.slice(-3)
    if (end.every((one) => one > 4) || end.every((one) => one < -4)) alarms++
  }
  expect(alarms / groups).toBeLessThan(0.01)
})
