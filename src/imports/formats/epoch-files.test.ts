/** Run folders of visualizing-training, against what the package itself makes of them. */
import { describe, expect, it } from 'vitest'
import { readdirSync } from 'node:fs'
import { goldenJson, goldenText } from '../../testing/golden'
import { epochOfFile } from '../../formats/file-names'
import { checkEpochs, collateEpochs, readEpoch } from './epoch-files'
import { pointsOf } from '../points'
import { tagsOf } from '../series-names'
import type { RawTable } from '../../formats/types'

const folders = new URL('../../../testdata/package-files/', import.meta.url)

function readFolder(name: string): RawTable {
  const epochs = readdirSync(new URL(name, folders))
    .map((file) => file.replace(/\.gz$/, ''))
    .flatMap((file) => {
      const epoch = epochOfFile(file)
      return epoch === null ? [] : [readEpoch(goldenText(`package-files/${name}/${file}`), epoch, file)]
    })
  return collateEpochs(epochs)
}

type Expected = Record<string, (number | { accuracy: number })[]>

describe('a run folder of the package', () => {
  it.each([['parity_seed0'], ['modular_noln_seed0'], ['manager_transformer_seed0']])('%s has its averages', (name) => {
    const table = readFolder(name)
    const expected = goldenJson<Expected>(`package-files/${name}/expected_get_stats_for_run.json`)
    const columns = new Map(table.columns.map((column) => [column.name, column]))
    // Where there is no list of known steps, the package's step is the row number; ours is the epoch of the file.
    const order = Array.from(columns.get('epoch')!.values, (epoch) => expected.step.indexOf(epoch))
    expect([...order].sort()).toEqual(expected.step.map((_, row) => row))
    for (const [key, values] of Object.entries(expected)) {
      if (key === 'step') continue
      const ours = columns.get(key)
      expect(ours, key).toBeDefined()
      order.forEach((row, i) => {
        const value = values[row]
        const theirs = typeof value === 'number' ? value : value.accuracy
        expect(Math.abs(ours!.values[i] - theirs), `${key}, row ${i}`).toBeLessThanOrEqual(1e-12 * Math.abs(theirs))
      })
    }
  })

  it('is in order of its epochs, not of its names (the package takes them as glob gives them)', () => {
    const table = readFolder('modular_noln_seed0')
    const points = pointsOf(table, 'epoch', 'modular_noln_seed0')
    expect(Array.from(points.steps)).toEqual([0, 40, 64, 188, 220, 416])
    expect(points.notes).toEqual([])
    expect(points.series.map(({ tag }) => tag)).toEqual(expect.arrayContaining(['epoch', 'weights/l2', 'loss/val']))
    expect([...tagsOf(table.columns.map((column) => column.name)).values()]).toHaveLength(19)
  })

  it('may write accuracies as numbers', () => {
    const table = readFolder('manager_mlp_seed0')
    const accuracy = table.columns.find((column) => column.name === 'train_accuracy')!
    expect(accuracy.values[0]).toBe(0.5)
  })

  it('leaves the missing variance of a single singular value out of the mean, as the package does, and says so', () => {
    const table = readFolder('parity_seed0')
    expect(table.notes).toEqual([
      'As in the package, the variance of a single singular value was left out of its mean.'
    ])
  })

  it('shows a matrix that is not finite (the package drops it from the mean)', () => {
    const matrix = (l1: string): string => `{"l1": ${l1}, "l2": 1}`
    const point = readEpoch(`{"w": [${matrix('2')}, ${matrix('NaN')}], "train_loss": Infinity}`, 3, 'epoch3.json')
    expect([...point.values]).toEqual([
      ['l1', NaN],
      ['l2', 1],
      ['train_loss', Infinity]
    ])
  })

  it('keeps further numbers, measures of modular addition among them', () => {
    const text =
      '{"grad_sym": 0.5, "train_dist_irr": 0.25, "test_dist_irr": null, "extra": {"a": {"b": 1}}, "word": "x"}'
    const { values } = readEpoch(text, 0, 'epoch0.json')
    expect([...values]).toEqual([
      ['grad_sym', 0.5],
      ['train_dist_irr', 0.25],
      ['extra/a/b', 1]
    ])
  })

  it.each([
    [
      '{"train_loss": 1,\n "eval_loss" 2}',
      'r/epoch3.json, line 2, column 14: this is not JSON: ":" was expected. Write the file again with visualizing-training, or remove it.'
    ],
    ['[1, 2]', 'r/epoch3.json is not an object with the metrics of an epoch. Remove it from the folder.'],
    [
      '{"name": "x"}',
      'r/epoch3.json holds none of the values that visualizing-training writes (metrics of matrices, losses, accuracies). Remove it from the folder, or check that it belongs there.'
    ]
  ])('with a bad file is refused in words: %#', (text, message) =>
    expect(() => readEpoch(text, 3, 'r/epoch3.json')).toThrow(message)
  )

  it('with an epoch twice is refused', () => {
    const files = ['epoch7.json', 'epoch_07.json'].map((name) => ({ name, epoch: epochOfFile(name)! }))
    expect(() => checkEpochs(files, 'run')).toThrow(
      'run holds epoch 7 twice: "epoch7.json", "epoch_07.json". Remove one.'
    )
  })
})
