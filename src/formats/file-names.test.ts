import { expect, it } from 'vitest'
import { epochOfFile, naturalOrder, seedFromName, stemOf } from './file-names'

it.each([
  ['seed12', 12],
  ['parity_seed0', 0],
  ['lr3_seed_7', 7],
  ['Seed=3_run4', 3],
  ['s12', 12],
  ['mlp-s4', 4],
  ['layers12', 12],
  ['run_3', 3],
  ['experiment 17', 17],
  ['run_14h_tanx', null],
  ['metrics', null],
  ['seed99999999999999999999', null]
])('the seed of %s is %s', (name, seed) => expect(seedFromName(name)).toBe(seed))

it('sorts numbers in names as numbers', () => {
  expect(['seed10', 'seed2', 'seed1'].sort(naturalOrder)).toEqual(['seed1', 'seed2', 'seed10'])
})

it('knows stems and epochs', () => {
  expect([stemOf('a/b.c/seed1.csv'), stemOf('plain'), stemOf('.hidden')]).toEqual(['seed1', 'plain', '.hidden'])
  expect(['epoch12.json', 'epoch_3.json', 'epoch.json', 'epochs1.json', 'epoch1.csv'].map(epochOfFile)).toEqual([
    ...[12, 3, null, null, null]
  ])
})
