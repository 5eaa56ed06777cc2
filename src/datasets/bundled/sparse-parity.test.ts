import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import type { Split } from '../../domain/dataset'
import { sparseParity } from './sparse-parity'
import { fingerprint } from './testing/fingerprint'

const usual = { bits: 10, relevant: 3, train: 400, validation: 300 }

/** Every set of `size` bits whose product decides all labels. */
function decidingSets({ inputs, labels, count }: Split, bits: number, size: number): number[][] {
  const sets: number[][] = []
  const extend = (set: number[]): void => {
    if (set.length === size) {
      const decides = (i: number): boolean =>
        set.reduce((product, bit) => product * inputs[i * bits + bit], 1) > 0 === (labels[i] === 1)
      if (Array.from({ length: count }, (_, i) => decides(i)).every(Boolean)) sets.push(set)
      return
    }
    for (let bit = (set.at(-1) ?? -1) + 1; bit < bits; bit++) extend([...set, bit])
  }
  extend([])
  return sets
}

describe('sparse parity', () => {
  it('has one set of bits that decides every label, the same in both splits and another for another seed', () => {
    const sets = [1, 2, 3, 4].map((seed) => {
      const { train, validation } = sparseParity(usual, new Rng(seed))
      const found = decidingSets(train, 10, 3)
      expect(found).toHaveLength(1)
      expect(decidingSets(validation, 10, 3)).toEqual(found)
      return String(found[0])
    })
    expect(new Set(sets).size).toBeGreaterThan(1)
  })

  it('is -1 and +1 in equal parts in every bit, and in its labels', () => {
    const { train, inputShape, classes } = sparseParity({ ...usual, bits: 40, train: 20000 }, new Rng(7))
    expect([inputShape, classes, train.inputs.length]).toEqual([[40], 2, 800000])
    const ups = new Float64Array(40)
    train.inputs.forEach((value, at) => {
      if (Math.abs(value) !== 1) throw new Error(`${value} at ${at}`)
      if (value > 0) ups[at % 40]++
    })
    // Five standard deviations of a fair coin thrown 20,000 times are 354.
    for (const count of ups) expect(Math.abs(count - 10000)).toBeLessThan(354)
    expect(Math.abs(train.labels.reduce((sum, label) => sum + label, 0) - 10000)).toBeLessThan(354)
  })

  it('draws fresh examples to validate, and the same training whatever their number', () => {
    const few = sparseParity(usual, new Rng(5))
    const many = sparseParity({ ...usual, validation: 900 }, new Rng(5))
    expect(many.train).toEqual(few.train)
    expect(few.validation.inputs.slice(0, 3000)).not.toEqual(few.train.inputs.slice(0, 3000))
  })

  it('stays what it is', () => {
    const { train, validation } = sparseParity(usual, new Rng(1))
    expect([train, validation].map(({ inputs, labels }) => [fingerprint(inputs), fingerprint(labels)])).toEqual([
      ['c65b335e60f52b4c', 'ae25caf5f647f647'],
      ['048ac47c1b4c48b8', 'd8f37a65df66b486']
    ])
  })

  it('takes one relevant bit or all of them, and refuses none or too many in words', () => {
    expect(decidingSets(sparseParity({ ...usual, relevant: 1 }, new Rng(1)).train, 10, 1)).toHaveLength(1)
    expect(decidingSets(sparseParity({ ...usual, relevant: 10 }, new Rng(1)).train, 10, 10)).toHaveLength(1)
    const message = (relevant: number) => `${relevant} relevant bits were asked for; with 10 bits they can be 1 to 10.`
    for (const relevant of [0, 11]) {
      expect(() => sparseParity({ ...usual, relevant }, new Rng(1))).toThrow(message(relevant))
    }
    expect(() => sparseParity({ ...usual, bits: 0 }, new Rng(1))).toThrow('needs at least 1 bit')
  })
})
