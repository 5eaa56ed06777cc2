import { describe, expect, it } from 'vitest'
import { originOf, wordsOf } from '../../../src/domain/run-facts'
import { wordTest } from '../../../src/text/plain-words'
import { textOf } from '../../../src/expressions/parse'
import type { RunInfo } from '../../../src/domain/run'
import {
  columnOf,
  factValue,
  hyperparameters,
  isAscendingFirst,
  isFact,
  meanText,
  quoted,
  usualColumns,
  valueText
} from './columns'
import {
  asBegun,
  bestOf,
  byExperiment,
  groupings,
  groupsOf,
  rowsOf,
  sameValue,
  sorted,
  summaryOf,
  ungrouped
} from './rows'

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
        histogramRange: 'fixed',
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

const facts = (one: RunInfo, text: string) => factValue(one, text)
const names = (runs: readonly RunInfo[], by: string, key: string, ascending: boolean): string[] =>
  sorted(groupsOf(runs, by, facts), { key, ascending }, facts).flatMap((group) => group.runs.map(({ id }) => id))

describe('columns', () => {
  it('say what they show of each run, whatever the run calls it', () => {
    const about = (said: Parameters<typeof columnOf>[1]) => columnOf('valAccuracy', said).about
    expect(about({})).toBe('Last value of the validation accuracy, told by the names of the series')
    expect(about({ valAccuracy: 'my/score' })).toBe(
      'Last value of the validation accuracy: my/score, where a run has it'
    )
    expect(about({ valAccuracy: null })).toBe('Nothing is the validation accuracy: you have set it so.')
    expect(columnOf('last("loss/val")')).toMatchObject({ title: 'loss/val last', best: 'min' })
    expect(columnOf('max(\'a "b" acc\')')).toMatchObject({ title: 'a "b" acc max', best: 'max' })
    expect(columnOf('entered(12)')).toMatchObject({ title: 'S12 at', best: 'min' })
    expect(columnOf('max("a") - last("b")')).toMatchObject({ title: 'max("a") - last("b")', best: null })
    expect(columnOf('last("a\\"b")').title).toBe('a"b last')
    expect(columnOf('lr * 2')).toMatchObject({ title: 'lr * 2', best: null })
  })

  it('begin with the best', () => {
    const ends = ['valAccuracy', 'trainAccuracy', 'valLoss', 'trainLoss', 'seed', 'max("accuracy/val")', 'last("mse")']
    expect(ends.map((text) => isAscendingFirst(columnOf(text)))).toEqual([false, false, true, true, true, false, true])
  })

  it('have tags in quotes, whatever these are called', () => {
    for (const tag of ['loss/val', 'a "b"', "it's", 'C:\\logs\\', '\\"', 'x") or ("'])
      expect([textOf(quoted(tag)), columnOf(`last(${quoted(tag)})`).title]).toEqual([tag, `${tag} last`])
  })

  it('ask the host only for what no manifest says', () => {
    expect(['seed', 'lr', 'params.step', 'model.x'].every(isFact)).toBe(true)
    expect(['path', 'last("x")', 'lr + 1', 'entered(2)', ''].some(isFact)).toBe(false)
  })

  it('are at first what differs, and the outcomes that are there', () => {
    const other = run(3, { last: { 'accuracy/val': 0.5 } })
    other.spec = { ...other.spec!, params: { learningRate: 0.01, epochs: 3, step: 1 } }
    expect(hyperparameters([run(0), other])).toEqual({ differ: ['learningRate', 'epochs', 'params.step'], same: [] })
    expect(usualColumns([run(0), other])).toEqual([
      ...['seed', 'learningRate', 'epochs', 'params.step', 'path', 'valAccuracy', 'step', 'seconds', 'tags']
    ])
    expect(hyperparameters([run(0), run(1)])).toEqual({ differ: [], same: ['learningRate'] })
    const imported = run(0, { spec: null, imported: { format: 'csv', file: 'a.csv', seed: null } })
    expect(hyperparameters([imported])).toEqual({ differ: [], same: [] })
  })

  it('write values as the field does', () => {
    const text = (column: string, value: Parameters<typeof valueText>[1]) => valueText(columnOf(column), value)
    expect(text('learningRate', 0.001)).toBe('0.001')
    expect(text('valAccuracy', 0.98765)).toBe('0.988')
    expect(text('last("loss/val")', Number.NaN)).toBe('NaN')
    expect(text('path', [1, 2, 1])).toBe('1 2 1')
    expect(text('seconds', 61)).toBe('1 min 1 s')
    expect(text('starred', true)).toBe('yes')
    expect(text('data', null)).toBe('–')
    expect(meanText(columnOf('trainLoss'), 0.02103, 0.00311)).toEqual(['0.021', '0.003'])
    expect(meanText(columnOf('trainLoss'), -0.02103, 0.00151)).toEqual(['−0.0210', '0.0015'])
    expect(meanText(columnOf('step'), 12345.6, 234)).toEqual(['12\u2009346', '234'])
  })
})

describe('rows', () => {
  const runs = [
    run(0, { last: { 'accuracy/val': 0.9, 'loss/val': 0.4 } }),
    run(1, { last: { 'accuracy/val': 0.8, 'loss/val': 'NaN' }, tags: ['odd'] }),
    run(2, { status: 'failed', last: { 'accuracy/val': 0.95 } })
  ]

  it('are sorted with what is no number last either way', () => {
    expect(names(runs, byExperiment, 'valLoss', true)).toEqual(['run-0', 'run-1', 'run-2'])
    expect(names(runs, byExperiment, 'valLoss', false)).toEqual(['run-0', 'run-1', 'run-2'])
    expect(names(runs, ungrouped, 'valAccuracy', false)).toEqual(['run-2', 'run-0', 'run-1'])
    expect(names(runs, ungrouped, 'name', false)).toEqual(['run-2', 'run-1', 'run-0'])
  })

  it('groups are sorted by their means, and else stay newest first', () => {
    const of = (group: string, loss: number): RunInfo[] => [
      run(0, { id: `${group}-0`, group, last: { 'loss/val': loss } }),
      run(1, { id: `${group}-1`, group, last: { 'loss/val': loss + 2 } })
    ]
    const all = [...of('a', 2), ...of('b', 1), ...of('c', 3)]
    const order = (key: string, ascending: boolean): string =>
      names(all, byExperiment, key, ascending).filter((id) => id.endsWith('0')).join(' ') // prettier-ignore
    expect(order('valLoss', true)).toBe('b-0 a-0 c-0')
    expect(order('valLoss', false)).toBe('c-0 a-0 b-0')
    expect(order(asBegun.key, true)).toBe('c-0 b-0 a-0')
    // One that is best alone does not lift its group.
    const uneven = [...of('a', 0), run(5, { id: 'a-5', group: 'a', last: { 'loss/val': 100 } }), ...of('b', 1)]
    expect(names(uneven, byExperiment, 'valLoss', true)[0]).toBe('b-0')
  })

  it('are grouped by anything, what a run does not have last', () => {
    const rates = [0.1, 0.01, 1].map((learningRate, seed) => {
      const one = run(seed)
      return { ...one, spec: { ...one.spec!, params: { learningRate } } }
    })
    const imported = run(9, { spec: null, imported: { format: 'csv', file: 'a.csv', seed: null } })
    const found = groupsOf([imported, ...rates], 'learningRate', facts)
    expect(found.map(({ name }) => name)).toEqual([
      ...['learningRate = 0.01', 'learningRate = 0.1', 'learningRate = 1', 'no learningRate']
    ])
    expect(groupsOf(runs, 'tags', facts).map(({ name, runs: its }) => [name, its.length])).toEqual([
      ...[['tags = none', 2], ['tags = odd', 1]] // prettier-ignore
    ])
    expect(groupsOf([], ungrouped, facts)).toEqual([])
    const offered = (now: string): string[] => groupings(rates, false, now).map(({ value }) => value)
    expect(offered(ungrouped).slice(0, 2)).toEqual([byExperiment, 'learningRate'])
    expect(offered('lr * 2').at(-1)).toBe('lr * 2')
    expect(rowsOf(found, 'learningRate', new Set([found[0].key])).map(({ kind }) => kind).join(' ')).toBe('group group run group run group run') // prettier-ignore
    expect(rowsOf(groupsOf(runs, ungrouped, facts), ungrouped, new Set()).every(({ kind }) => kind === 'run')).toBe(
      true
    )
  })

  it('a group has mean, 95% interval and count of its finite values', () => {
    // scipy.stats.t.interval(0.95, 3, loc=2.5, scale=scipy.stats.sem([1, 2, 3, 4])) = (0.4457397, 4.5542603)
    const summary = summaryOf([1, 2, 3, 4, null, Number.NaN, Infinity, 'x'])!
    expect([summary.n, summary.mean]).toEqual([4, 2.5])
    expect(summary.half).toBeCloseTo(2.0542603, 6)
    expect(summaryOf([3, null])).toEqual({ n: 1, mean: 3, half: null })
    expect(summaryOf([null, 'a'])).toBeNull()
    expect(sameValue([[1, 2], [1, 2]])).toEqual([1, 2]) // prettier-ignore
    expect(sameValue([1, 2])).toBeUndefined()
    expect(sameValue([null, null])).toBeNull()
  })

  it('know the best of a group, but of a tie', () => {
    const [accuracy, loss] = [columnOf('valAccuracy'), columnOf('valLoss')]
    const of = (text: string) => runs.map((one) => facts(one, text))
    expect(bestOf(of('valAccuracy'), accuracy)).toBe(0.95)
    expect(bestOf(of('valLoss'), loss)).toBe(0.4)
    expect(bestOf([0.9], accuracy)).toBeNull()
    expect(bestOf([0.9, 0.9], accuracy)).toBeNull()
    expect(bestOf([1, 2], columnOf('seed'))).toBeNull()
  })

  it('are found by every word, imported ones by format and file', () => {
    expect(runs.filter(having('digits odd')).map(({ id }) => id)).toEqual(['run-1'])
    expect(runs.filter(having('failed')).map(({ id }) => id)).toEqual(['run-2'])
    const both = run(0, {
      spec: null,
      imported: { format: 'csv', file: 'a.csv', seed: 0, beside: [{ format: 'checkpoints', file: 'ckpt' }] }
    })
    expect(originOf(run(0, { spec: null, imported: { format: 'csv', file: 'a.csv', seed: 0 } }))).toBe(
      'imported from CSV'
    )
    expect(having('csv checkpoints a.csv')(both)).toBe(true)
    expect(having('tensorboard')(both)).toBe(false)
  })
})
