import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import type { Split } from '../../domain/dataset'
import { nodulesDataset } from './nodules'
import { fingerprint } from './testing/fingerprint'

const SIZE = 24
const VOXELS = SIZE ** 3

/** Probability that a positive scores above a negative. */
function rankScore({ inputs, labels, count }: Split, score: (volume: Uint8Array) => number): number {
  const scores = Array.from({ length: count }, (_, i) => ({
    score: score((inputs as Uint8Array).subarray(i * VOXELS, (i + 1) * VOXELS)),
    positive: labels[i] === 1
  }))
  let above = 0
  const [positives, negatives] = [true, false].map((kind) => scores.filter(({ positive }) => positive === kind))
  for (const a of positives) for (const b of negatives) above += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0
  return above / (positives.length * negatives.length)
}

/** The largest sum of a cube with an edge of five voxels whose centre lies in the middle third. */
function brightestBall(volume: Uint8Array): number {
  let best = 0
  for (let z = 8; z < 16; z++) {
    for (let y = 8; y < 16; y++) {
      for (let x = 8; x < 16; x++) {
        let sum = 0
        for (let dz = -2; dz <= 2; dz++) {
          for (let dy = -2; dy <= 2; dy++) {
            const row = ((z + dz) * SIZE + y + dy) * SIZE + x
            for (let dx = -2; dx <= 2; dx++) sum += volume[row + dx]
          }
        }
        best = Math.max(best, sum)
      }
    }
  }
  return best
}

describe('nodules', () => {
  it('are in exactly the share asked for of either split, in no order', () => {
    const { train, validation, inputShape } = nodulesDataset({ train: 95, validation: 44, noise: 0.1 }, new Rng(1))
    expect(inputShape).toEqual([24, 24, 24, 1])
    const positives = (split: Split) => split.labels.reduce((sum, label) => sum + label, 0)
    expect([positives(train), positives(validation)]).toEqual([10, 4])
    expect([train.inputs.length, train.inputs.constructor]).toEqual([95 * VOXELS, Uint8Array])
    expect(train.labels.slice(0, 10)).not.toEqual(new Int32Array(10).fill(1))
    for (const positiveShare of [0, 1]) {
      const all = nodulesDataset({ train: 5, validation: 0, positiveShare, noise: 0 }, new Rng(1)).train
      expect([...all.labels]).toEqual(new Array(5).fill(positiveShare))
    }
  })

  it('can be found by their shape, but not by the brightness of the volume', () => {
    const options = { train: 400, validation: 0, positiveShare: 0.5, noise: 0.08 }
    const { train } = nodulesDataset(options, new Rng(3))
    const bright = (volume: Uint8Array) => volume.reduce((sum, value) => sum + +(value > 110), 0)
    const maximum = (volume: Uint8Array) => volume.reduce((most, value) => Math.max(most, value), 0)
    expect(rankScore(train, maximum)).toBeLessThan(0.65)
    expect(rankScore(train, bright)).toBeLessThan(0.75)
    expect(rankScore(train, brightestBall)).toBeGreaterThan(0.88)
  })

  it('have as much noise as asked for', () => {
    const clean = nodulesDataset({ train: 1, validation: 0, noise: 0 }, new Rng(4)).train.inputs
    // The dark background is never clipped at 2 % noise, so its deviation is that of the noise.
    const noisy = nodulesDataset({ train: 1, validation: 0, noise: 0.02 }, new Rng(4)).train.inputs
    let squares = 0
    for (let i = 0; i < VOXELS; i++) squares += (noisy[i] - clean[i]) ** 2
    expect(Math.sqrt(squares / VOXELS) / 255).toBeCloseTo(0.02, 3)
  })

  it('stay what they are', () => {
    const { train, validation } = nodulesDataset({ train: 12, validation: 6, noise: 0.1 }, new Rng(1))
    expect([train, validation].map(({ inputs, labels }) => [fingerprint(inputs), fingerprint(labels)])).toEqual([
      ['cd26418e7ff9fd6e', '6b7d92eaae703991'],
      ['b77451736354cfab', 'cdcd535f452d06ac']
    ])
  })

  it('come in volumes of other sizes, but not of impossible ones', () => {
    expect(nodulesDataset({ train: 2, validation: 1, size: 12, noise: 0 }, new Rng(1)).train.inputs).toHaveLength(3456)
    expect(() => nodulesDataset({ train: 1, validation: 1, size: 8, noise: 0 }, new Rng(1))).toThrow(
      'Volumes of 8 voxels were asked for; an edge has at least 12.'
    )
    expect(() => nodulesDataset({ train: 1, validation: 1, positiveShare: 10, noise: 0 }, new Rng(1))).toThrow(
      'A share of 10 positives was asked for; it is between 0 and 1.'
    )
  })
})
