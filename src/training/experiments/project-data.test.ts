/** Which examples of the user's own data train, and which validate. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import type { DatasetFacts, Split } from '../../domain/dataset'
import { loadProjectData } from './project-data'

/** Inputs that name their example, so that it can be found again. */
function splitOf(labels: readonly number[]): Split {
  return { inputs: Float32Array.from(labels, (_, i) => i), labels: Int32Array.from(labels), count: labels.length }
}

function factsOf(train: Split, classes: number, validation = 0): DatasetFacts {
  const names = Array.from({ length: classes }, (_, i) => String(i))
  return { id: 'd', name: 'd', inputShape: [1], classes, classNames: names, targetWidth: 0, train: train.count, validation } // prettier-ignore
}

async function loaded(
  train: Split,
  classes: number,
  seed: number,
  params = {},
  own: Split | null = null,
  isStratified = true
) {
  const dataset = { inputShape: [1], classes, train, validation: own ?? splitOf([]) }
  const wanted = { trainSamples: 1_000_000, validationSamples: 10_000, ...params }
  const data = factsOf(train, classes, own?.count)
  return loadProjectData(wanted, data, new Rng(seed), {
    read: () => new Uint8Array(),
    isStratified,
    dataset: () => Promise.resolve({ dataset, validation: own })
  })
}

const countOf = (split: Split, label: number): number => split.labels.filter((one) => one === label).length

describe('a split that is made', () => {
  it('keeps the shares of classes, every rare one among them, and no example twice', async () => {
    const labels = [...Array<number>(48).fill(0), ...Array<number>(9).fill(1), ...Array<number>(3).fill(2)]
    for (let seed = 0; seed < 20; seed++) {
      const { train, validation } = await loaded(splitOf(labels), 3, seed)
      expect([countOf(validation, 0), countOf(validation, 1), countOf(validation, 2)]).toEqual([9, 2, 1])
      const all = [...train.inputs, ...validation.inputs].sort((a, b) => a - b)
      expect(all).toEqual(labels.map((_, i) => i))
    }
    const [a, b] = [await loaded(splitOf(labels), 3, 1), await loaded(splitOf(labels), 3, 2)]
    expect(a.validation.inputs).not.toEqual(b.validation.inputs)
    expect((await loaded(splitOf(labels), 3, 1)).validation.inputs).toEqual(a.validation.inputs)
  })

  it('trains on a class with one example, and is as large as was wanted', async () => {
    const { train, validation } = await loaded(splitOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), 2, 4)
    expect([countOf(train, 1), validation.count]).toEqual([1, 2])
    // Two of a hundred: a share of 0.4, and one validates nevertheless.
    const rare = Array.from({ length: 100 }, (_, i) => (i < 98 ? 0 : 1))
    expect(countOf((await loaded(splitOf(rare), 2, 6)).validation, 1)).toBe(1)
    // Fewer validation examples than classes.
    const many = Array.from({ length: 40 }, (_, i) => i % 20)
    expect((await loaded(splitOf(many), 20, 0, { validationSamples: 5 })).validation.count).toBe(5)
  })

  it('takes parts that keep the shares', async () => {
    const labels = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 0 : 1))
    const { train } = await loaded(splitOf(labels), 2, 5, { trainSamples: 100 })
    expect(countOf(train, 1)).toBe(10)
    const own = splitOf(labels)
    const { validation } = await loaded(splitOf(labels), 2, 5, { validationSamples: 50 }, own)
    expect(countOf(validation, 1)).toBe(5)
  })

  it('is the one of before for runs that began before', async () => {
    const labels = Array.from({ length: 60 }, (_, i) => (i < 57 ? 0 : 1))
    const old = await loaded(splitOf(labels), 2, 3, {}, null, false)
    const rows = new Rng(3).shuffle(Uint32Array.from({ length: 60 }, (_, i) => i))
    expect([...old.train.inputs]).toEqual([...rows.slice(0, 48)])
    expect([...old.validation.inputs]).toEqual([...rows.slice(48)])
  })
})
