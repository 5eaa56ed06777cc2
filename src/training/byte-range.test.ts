/** Bytes of a data set as the network takes them. */
import { describe, expect, it } from 'vitest'
import type { NetworkSpec } from '../domain/network'
import { Rng } from '../numeric/rng'
import { BatchSource, consecutive } from './batches'
import { experimentOf } from './experiments'
import { examplePictures } from './pictures'
import { recipeOf } from './testing/tiny-runs'
import type { Dataset, DatasetFacts } from '../domain/dataset'

const bytes = Uint8Array.from([0, 51, 102, 255, 5, 10, 15, 20, 0, 0, 0, 0])
const facts: DatasetFacts = {
  id: 'bytes',
  name: 'bytes',
  inputShape: [2, 2, 1],
  classes: 2,
  classNames: ['0', '1'],
  targetWidth: 0,
  train: 3,
  validation: 0
}
const dataset: Dataset = {
  inputShape: [2, 2, 1],
  classes: 2,
  train: { inputs: bytes, labels: Int32Array.of(0, 1, 0), count: 3 },
  validation: { inputs: bytes.slice(0, 0), labels: new Int32Array(0), count: 0 }
}
const network = (byteMaximum?: 255): NetworkSpec => ({
  title: 'n',
  input: [2, 2, 1],
  ...(byteMaximum ? { byteMaximum } : {}),
  layers: [
    { name: 'flat', type: 'flatten' },
    { name: 'fc', type: 'dense', units: 2 }
  ]
})

async function load(spec: NetworkSpec): Promise<Dataset> {
  const recipe = { ...recipeOf('custom', {}, facts), network: spec }
  const resources = { read: () => new Uint8Array(0), dataset: async () => ({ dataset, validation: null }) }
  return experimentOf('custom').load(recipe, new Rng(1), resources)
}

describe('bytes reach a network', () => {
  it('as 0 to 1, and as 0 to 255 where it scales them itself', async () => {
    for (const [spec, white] of [
      [network(), 1],
      [network(255), 255]
    ] as const) {
      const { train, validation } = await load(spec)
      const all = [...consecutive(train, 8), ...consecutive(validation, 8)].flatMap(({ inputs }) => [...inputs])
      const expected = Array.from(bytes, (byte) => Math.fround((byte / 255) * white))
      const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b)
      sorted(all).forEach((value, i) => expect(value).toBeCloseTo(sorted(expected)[i], 4))
      expect(Math.max(...all)).toBe(white)
    }
  })

  it('and are shown as they are either way', async () => {
    const [plain, whole] = await Promise.all([network(), network(255)].map(load))
    const tiles = ({ train }: Dataset): Uint8Array[] =>
      examplePictures(new BatchSource(train, 4, { seed: 1, streams: 2 }).batchAt(0), [2, 2, 1]).tiles
    expect(tiles(whole)).toEqual(tiles(plain))
  })
})
