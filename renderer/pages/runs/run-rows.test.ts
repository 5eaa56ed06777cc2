import { describe, expect, it } from 'vitest'
import { originOf, wordsOf } from '../../../src/domain/run-facts'
import { wordTest } from '../../../src/text/plain-words'
import type { RunInfo } from '../../../src/domain/run'
import {
  bestOf,
  columnTitle,
  filterAndSort,
  isAscendingFirst,
  lastValue,
  metricColumns,
  summaryOf,
  varyingParams,
  type RunGroup
} from './run-rows'

const having = (words: string) => {
  const test = wordTest(words)
  return (one: RunInfo) => test(wordsOf(one))
}

function run(seed: number, change: Partial<RunInfo> = {}): RunInfo {
  return {
    id: `run-${seed}`,
    name: `Digits s${seed}`,
    group: 'g',
    groupName: 'Digits',
    spec: {
      experiment: 'mnist',
      params: { learningRate: 0.001 },
      data: null,
      network: null,
      seed,
      streams: 2,
      hooks: [],
      record: {
        metricsEvery: 1,
        metricsUnit: 'epoch',
        observe: [],
        perClass: false,
        pauseOnNonFinite: false,
        keepCheckpoints: 2,
        keepBest: false,
        activationsEvery: 1,
        histogramMin: 0,
        histogramMax: 1,
        histogramBins: 4,
        checkpointEvery: 1
      },
      backend: 'wasm',
      parent: null
    },
    imported: null,
    log: null,
    status: 'done',
    message: null,
    createdAt: `2026-01-01T00:00:0${seed}Z`,
    startedAt: null,
    finishedAt: null,
    step: 10,
    totalSteps: 10,
    epoch: 1,
    totalEpochs: 1,
    elapsedSeconds: 1,
    last: {},
    notes: '',
    tags: [],
    ...change
  }
}

describe('the run table', () => {
  it('says what a column shows of each run, whatever the run calls it', () => {
    const [accuracy] = metricColumns
    expect(columnTitle(accuracy, {})).toBe('Last value of the validation accuracy, told by the names of the series')
    expect(columnTitle(accuracy, { valAccuracy: 'my/score' })).toBe(
      'Last value of the validation accuracy: my/score, where a run has it'
    )
    expect(columnTitle(accuracy, { valAccuracy: null })).toBe('Nothing is the validation accuracy: you have set it so.')
    expect(columnTitle(metricColumns[4], {})).toBe('Last value of weights/l2')
  })

  const runs = [
    run(0, { last: { 'accuracy/val': 0.9, 'loss/val': 0.4 } }),
    run(1, { last: { 'accuracy/val': 0.8, 'loss/val': 'NaN' }, tags: ['odd'] }),
    run(2, { status: 'failed', last: { 'accuracy/val': 0.95 } })
  ]
  const group = { id: 'g', name: 'Digits', runs }

  it('filters by every word and leaves empty groups out', () => {
    const names = (filter: string): string[] =>
      filterAndSort([group], having(filter), 'created', true).flatMap((found) => found.runs.map((item) => item.id))
    expect(names('')).toEqual(['run-0', 'run-1', 'run-2'])
    expect(names('digits odd')).toEqual(['run-1'])
    expect(names('failed')).toEqual(['run-2'])
    expect(filterAndSort([group], having('nothing like it'), 'created', true)).toEqual([])
  })

  it('sorts by metrics, best first, with what is no number last either way', () => {
    for (const ascending of [true, false]) {
      const order = filterAndSort([group], having(''), 'loss/val', ascending)[0].runs.map((item) => item.id)
      expect(order[0]).toBe('run-0')
    }
    expect(['accuracy/val', 'accuracy/train', 'loss/val', 'loss/train', 'seed', 'name'].map(isAscendingFirst)).toEqual([
      ...[false, false, true, true, true, true]
    ])
    expect(lastValue(runs[1], 'loss/val')).toBeNaN()
    expect(lastValue(runs[2], 'loss/val')).toBeNull()
  })

  it('sorts the groups by their first run, and leaves them as they came otherwise', () => {
    const one = (id: string, loss: number): RunGroup => ({
      id,
      name: id,
      runs: [run(0, { id: `${id}-0`, last: { 'loss/val': loss } }), run(1, { id: `${id}-1`, last: {} })]
    })
    const names = (key: string, ascending: boolean): string[] =>
      filterAndSort([one('a', 2), one('b', 1), one('c', 3)], having(''), key, ascending).map(({ id }) => id)
    expect(names('loss/val', true)).toEqual(['b', 'a', 'c'])
    expect(names('loss/val', false)).toEqual(['c', 'a', 'b'])
    expect(names('created', true)).toEqual(['a', 'b', 'c'])
  })

  it('knows the best of a group and its summary', () => {
    expect(bestOf(group, metricColumns[0])).toBe(0.95)
    expect(bestOf(group, metricColumns[2])).toBe(0.4)
    expect(bestOf({ ...group, runs: [runs[0]] }, metricColumns[0])).toBeNull()
    expect(summaryOf(group)).toBe('2 of 3 done, mean val acc 0.850')
  })

  it('gives hyperparameters that differ a column', () => {
    const other = run(3)
    other.spec = { ...other.spec!, params: { learningRate: 0.01, epochs: 3 } }
    expect(varyingParams([...runs, other], 3)).toEqual(['learningRate'])
    expect(varyingParams(runs, 3)).toEqual([])
  })

  it('shows imported runs by their format and file', () => {
    const from = (name: string, seed: number | null): RunInfo =>
      run(0, { id: name, name, spec: null, imported: { format: 'csv', file: `digits/${name}.csv`, seed } })
    const imported = { id: 'i', name: 'digits', runs: [from('a', null), from('b', 7), from('c', null)] }
    expect(originOf(imported.runs[0])).toBe('imported from CSV')
    const both = run(0, {
      spec: null,
      imported: { format: 'csv', file: 'a.csv', seed: 0, beside: [{ format: 'checkpoints', file: 'ckpt' }] }
    })
    expect(having('csv checkpoints a.csv')(both)).toBe(true)
    expect(having('tensorboard')(both)).toBe(false)
    expect(varyingParams(imported.runs, 3)).toEqual([])
    const names = (filter: string, key: string): string[] =>
      filterAndSort([imported], having(filter), key, true).flatMap((one) => one.runs.map((item) => item.name))
    expect(names('', 'seed')).toEqual(['b', 'a', 'c'])
    expect(names('digits/c.csv', 'created')).toEqual(['c'])
    expect(names('', 'learningRate')).toEqual(['a', 'b', 'c'])
  })
})
