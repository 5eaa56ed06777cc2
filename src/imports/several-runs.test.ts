/** Several runs in one file, however long it is: what the first lines do not show is in the rest. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../project/testing/folders'
import { readTree, writeTree } from './testing/trees'

const tree = (files: Record<string, string>) => readTree(writeTree(join(temporaryFolder(), 'out'), files))

it.each([10, 6000])('are told apart by a column, with %d rows each', async (rows) => {
  const steps = Array.from({ length: rows }, (_, step) => step)
  const csv = [1, 2].flatMap((seed) => steps.map((step) => `${seed},${step},${step * seed}`))
  const lines = ['a', 'b'].flatMap((run) => steps.map((step) => JSON.stringify({ run, step, loss: step })))
  const { runs } = await tree({ 'sweep.csv': `seed,step,loss\n${csv.join('\n')}\n`, 'log.jsonl': lines.join('\n') })
  expect(runs.map(({ name, seed, problems, series }) => [name, seed, problems, series['loss/train'].length])).toEqual([
    ['a', null, [], rows],
    ['b', null, [], rows],
    ['seed 1', 1, [], rows],
    ['seed 2', 2, [], rows]
  ])
})

it.each([2, 500])(
  'are the columns of a panel of Weights & Biases, of %d runs, with their limits or without',
  async (count) => {
    const names = Array.from({ length: count }, (_, i) => `a-name-of-a-run-that-is-rather-long-${i}`)
    const limits = names.flatMap((name) => ['', '__MIN', '__MAX'].map((end) => `"${name} - train/loss${end}"`))
    const plain = names.map((name) => `"${name} - train/loss"`)
    const row = (step: number, cells: number): string => [step, ...Array<number>(cells).fill(step + 0.5)].join()
    const { runs } = await tree({
      'limits.csv': `"Step",${limits.join()}\n${row(0, 3 * count)}\n${row(1, 3 * count)}\n`,
      'plain.csv': `"Step",${plain.join()}\n${row(0, count)}\n${row(1, count)}\n`
    })
    expect(runs.map(({ name }) => name)).toEqual([...names, ...names])
    for (const { series } of runs) expect(series).toEqual({ 'loss/train': [[0, 0.5], [1, 1.5]] }) // prettier-ignore
  }
)

it('keep what belongs to none of them out, and say so', async () => {
  const { runs, notes } = await tree({
    'points.csv': 'run,tag,step,value\na,x,0,1\na,x,1,2\n,x,2,5\nb,x,0,1\nb,x,,7\n'
  })
  expect(runs.map(({ name, series }) => [name, series])).toEqual([
    ['a', { x: [[0, 1], [1, 2]] }], // prettier-ignore
    ['b', { x: [[0, 1]] }]
  ])
  expect(notes).toContain('1 row without a run left out.')
  expect(notes).toContain('1 row without a series, a step or a value left out.')
})
