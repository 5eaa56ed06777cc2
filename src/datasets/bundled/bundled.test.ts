import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { writeIdx } from '../../formats/idx'
import { Rng } from '../../numeric/rng'
import { loadDataset } from '../../training/datasets'
import { mnistDataset } from './mnist'
import { modularArithmetic, modularResult, type ModularOperation } from './modular-arithmetic'

const own = { streams: 2 as const, data: null, network: null }

describe('modular addition', () => {
  it('has every pair once, labelled with its sum, 30% to train', () => {
    const p = 13
    const { train, validation, inputShape, classes } = modularArithmetic('add', p, 0.3, new Rng(1))
    expect([train.count, validation.count, inputShape, classes]).toEqual([50, 119, [3], 13])
    const seen = new Set<string>()
    for (const { inputs, labels, count } of [train, validation]) {
      expect(inputs).toBeInstanceOf(Int32Array)
      for (let i = 0; i < count; i++) {
        const [a, b, equals] = inputs.slice(i * 3, i * 3 + 3)
        seen.add(`${a},${b}`)
        expect(equals).toBe(p)
        expect(labels[i]).toBe((a + b) % p)
      }
    }
    expect(seen.size).toBe(p * p)
  })

  it.each(['sub', 'mul', 'div'] as const)(
    '%s is the inverse or the product that it says',
    (operation: ModularOperation) => {
      const p = 13
      const { train, validation } = modularArithmetic(operation, p, 0.5, new Rng(2))
      const pairs = p * (operation === 'div' ? p - 1 : p)
      expect(train.count + validation.count).toBe(pairs)
      const seen = new Set<string>()
      for (const { inputs, labels, count } of [train, validation]) {
        for (let i = 0; i < count; i++) {
          const [a, b] = inputs.slice(i * 3, i * 3 + 2)
          const c = labels[i]
          seen.add(`${a},${b}`)
          if (operation === 'sub') expect((c + b) % p).toBe(a)
          if (operation === 'mul') expect(c).toBe((a * b) % p)
          if (operation === 'div') expect((c * b) % p).toBe(a)
        }
      }
      expect(seen.size).toBe(pairs)
      // The largest prime that is allowed, where products are largest.
      expect((modularResult('div', 507, 508, 509) * 508) % 509).toBe(507)
    }
  )

  it('is drawn by the seed, 3,830 of 12,769 by default', async () => {
    const load = (seed: number) =>
      loadDataset({ ...own, experiment: 'modular-addition', params: {}, seed }, { read: () => new Uint8Array() })
    const [a, b, c] = await Promise.all([load(1), load(1), load(2)])
    expect(a).toEqual(b)
    expect(a.train.inputs).not.toEqual(c.train.inputs)
    expect(a.train.count).toBe(3830)
  })
})

describe('MNIST', () => {
  const pixels = Uint8Array.from({ length: 6 * 784 }, (_, i) => Math.floor(i / 784) * 40)
  const images = writeIdx({ shape: [6, 28, 28], data: pixels })
  const labels = writeIdx({ shape: [6], data: Uint8Array.of(0, 1, 2, 3, 4, 5) })

  it('keeps image and label together and draws without repeating', () => {
    const { train, validation } = mnistDataset(images, labels, { train: 4, validation: 2 }, new Rng(3))
    const seen = [train, validation].flatMap(({ inputs, labels: digits, count }) =>
      Array.from({ length: count }, (_, i) => {
        expect(inputs[i * 784 + 5]).toBeCloseTo((digits[i] * 40) / 255, 6)
        return digits[i]
      })
    )
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('refuses files that do not fit, in words', () => {
    const sizes = { train: 1, validation: 1 }
    const wrong = writeIdx({ shape: [5], data: new Uint8Array(5) })
    expect(() => mnistDataset(images, wrong, sizes, new Rng(1))).toThrow('There are 6 images, but labels of shape [5].')
    const eleven = writeIdx({ shape: [6], data: Uint8Array.of(0, 1, 2, 3, 4, 11) })
    expect(() => mnistDataset(images, eleven, sizes, new Rng(1))).toThrow('Label 5 is 11; digits are 0 to 9.')
    expect(() => mnistDataset(images, labels, { train: 6, validation: 1 }, new Rng(1))).toThrow(
      '7 images were asked for, but there are 6.'
    )
    expect(() => mnistDataset(labels, labels, sizes, new Rng(1))).toThrow(
      'The MNIST image file is [6], not [N, 28, 28].'
    )
  })

  it('comes with the application: 10,000 digits, all classes in any prefix', async () => {
    const resources = {
      read: (name: string) => new Uint8Array(readFileSync(new URL(`../../../resources/${name}`, import.meta.url)))
    }
    const { train, validation } = await loadDataset(
      { ...own, experiment: 'mnist', params: { trainSamples: 300 }, seed: 0 },
      resources
    )
    expect([train.count, validation.count]).toEqual([300, 1000])
    expect(new Set(train.labels).size).toBe(10)
    expect(train.inputs.every((v) => v >= 0 && v <= 1)).toBe(true)
    const pixelsOf = train.inputs as Float32Array
    const mean = pixelsOf.reduce((a, b) => a + b) / pixelsOf.length
    // The mean of the original training set is 0.1307.
    expect(mean).toBeGreaterThan(0.12)
    expect(mean).toBeLessThan(0.14)
  })

  it('says which file is damaged', async () => {
    const read = (): Uint8Array => Uint8Array.of(0x1f, 0x8b, 1, 2, 3)
    await expect(loadDataset({ ...own, experiment: 'mnist', params: {}, seed: 0 }, { read })).rejects.toThrow(
      'The data file mnist-10k-images.idx3.gz is damaged: it cannot be unpacked.'
    )
  })
})
