import { expect, test } from 'vitest'
import { runSpec } from '../domain/run'
import { streamOf } from './streams'
import { tinyDataset, tinyMnist, tinySpec } from './testing/tiny-runs'

test('runs of version 0.1 keep the streams that they began with', () => {
  // The first words as version 0.1 drew them.
  const first = (seed: number, purpose: string): number[] => {
    const rng = streamOf({ seed, streams: 1 }, purpose)
    return [rng.uint32(), rng.uint32(), rng.uint32()]
  }
  expect(first(0, 'init')).toEqual([606575527, 1152204246, 1933922322])
  expect(first(5, 'order/3')).toEqual([638928304, 1984567305, 1265569576])
  expect(first(2 ** 33 + 7, 'data')).toEqual([4136040231, 3327631566, 2177729893])
})

test('a manifest without a version of streams is one of version 0.1', () => {
  const { streams: _, ...old } = tinySpec('mnist', tinyMnist)
  expect(runSpec.parse(old).streams).toBe(1)
})

test('the version of its streams decides which examples a run trains on', async () => {
  const [one, again, newer] = await Promise.all(
    ([1, 1, 2] as const).map((streams) => tinyDataset(tinySpec('mnist', tinyMnist, { streams })))
  )
  expect(again.train.labels).toEqual(one.train.labels)
  expect(newer.train.labels).not.toEqual(one.train.labels)
})
