import { expect, it } from 'vitest'
import { epochOfFile, naturalOrder, seedFromName, seedsOfSiblings, stemOf } from './file-names'

it.each([
  ['seed12', 12],
  ['parity_seed0', 0],
  ['lr3_seed_7', 7],
  ['Seed=3_run4', 3],
  ['s12', 12],
  ['mlp-s4', 4],
  ['layers12', null],
  ['run_3', null],
  ['experiment 17', null],
  ['resnet50', null],
  ['bs128', null],
  ['lr_0.001', null],
  ['events_wd1e-4', null],
  ['2023-11-14_10-11-12', null],
  ['Nov14_10-11-12_node7', null],
  ['PPO_1', null],
  ['seed_1.monitor', 1],
  ['a_seed_0.5', null],
  ['seed12.5', null],
  ['seed_12e5', null],
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

it('takes numbers for seeds where nothing else tells runs beside each other apart', () => {
  expect(seedsOfSiblings(['run1', 'run2', 'run10'])).toEqual([1, 2, 10])
  expect(seedsOfSiblings(['0', '1'])).toEqual([0, 1])
  for (const names of [['run1'], ['run1', 'run_1'], ['run1', 'best'], ['version_0', 'version_1'], ['lr_1', 'lr_2'], []])
    expect(seedsOfSiblings(names), names.join()).toBeNull()
})
