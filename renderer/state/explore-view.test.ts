import { describe, expect, it } from 'vitest'
import type { RunInfo } from '../../src/domain/run'
import { readScalarsView } from '../pages/explore/state/scalars-view'
import { defaultView, readView } from './explore-view'
import { assignColors } from './run-colors'
import { capture, choosableKeys, compareNaturally, groupRuns, matches, patternOf } from './run-groups'

function runOf(
  name: string,
  rest: { groupName?: string; seed?: number; params?: Record<string, number | string> } = {}
): RunInfo {
  const { groupName = 'first try', seed, params = {} } = rest
  return {
    id: name,
    name,
    group: groupName,
    groupName,
    imported: null,
    status: 'done',
    message: null,
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    step: 1,
    totalSteps: 1,
    epoch: 1,
    totalEpochs: 1,
    elapsedSeconds: 1,
    last: {},
    notes: '',
    tags: [],
    log: null,
    spec:
      seed === undefined
        ? null
        : {
            experiment: 'mnist',
            params,
            seed,
            streams: 2,
            hooks: [],
            backend: 'wasm',
            data: null,
            network: null,
            parent: null,
            record: {
              metricsEvery: 1,
              metricsUnit: 'epoch',
              activationsEvery: 1,
              histogramRange: 'fixed',
              histogramMin: 0,
              histogramMax: 1,
              histogramBins: 4,
              checkpointEvery: 1,
              observe: [],
              perClass: false,
              pauseOnNonFinite: false,
              keepCheckpoints: 2,
              keepBest: false
            }
          }
  }
}
const paramsOf = (run: RunInfo): Record<string, number | string | boolean> => run.spec?.params ?? {}

describe('patterns', () => {
  it('match names, experiments and both together', () => {
    const run = runOf('seed 3', { groupName: 'Grokking' })
    for (const text of ['', 'SEED', '^seed \\d$', 'grok', '^grokking/seed', 'g.*3'])
      expect(matches(run, patternOf(text).regex), text).toBe(true)
    expect(matches(run, patternOf('^ed').regex)).toBe(false)
  })

  it('that are broken are explained and filter nothing', () => {
    expect(patternOf('(')).toEqual({ regex: null, problem: 'A "(" is not closed.' })
    expect(patternOf('*a').problem).toBe('Column 1: A "*", "+" or "?" has nothing before it. Write ".*" for anything.')
    expect(patternOf('[a').problem).toBe('A "[" is not closed.')
    expect(patternOf('a)').problem).toMatch(/never opened/)
    expect(patternOf('(?<a').problem).toMatch(/\.$/)
    expect(patternOf('a\\-b').regex?.test('a-b')).toBe(true)
  })

  it('capture the group of a run', () => {
    const run = runOf('adam lr=0.1', { groupName: 'Sweep' })
    expect(capture(run, patternOf('lr=([\\d.]+)').regex)).toBe('0.1')
    expect(capture(run, patternOf('adam|sgd').regex)).toBe('adam')
    expect(capture(run, patternOf('^(sw)').regex)).toBe('Sw')
    expect(capture(run, patternOf('momentum').regex)).toBeNull()
    expect(capture(run, null)).toBeNull()
  })
})

describe('groups of runs', () => {
  const runs = [
    runOf('a', { seed: 10, params: { lr: 0.1, model: 'mlp' } }),
    runOf('b', { seed: 2, params: { lr: 0.01, model: 'mlp' } }),
    runOf('c', { seed: 10, params: { lr: 0.1, model: 'mlp' } }),
    runOf('d', { groupName: 'second try' })
  ]
  const named = (by: string, pattern = ''): string[] =>
    groupRuns(runs, by, patternOf(pattern).regex, paramsOf).map(
      (group) => `${group.name}: ${group.runs.map(({ name }) => name).join()}`
    )

  it('are in the order of their values, those without one last', () => {
    expect(named('seed')).toEqual(['2: b', '10: a,c', 'no seed: d'])
    expect(named('param:lr')).toEqual(['0.01: b', '0.1: a,c', 'no lr: d'])
    expect(named('experiment')).toEqual(['first try: a,b,c', 'second try: d'])
    expect(named('regex', '[ab]')).toEqual(['a: a', 'b: b', 'no match: c,d'])
  })

  it('can be made by every hyperparameter that differs', () => {
    expect(choosableKeys(runs.slice(0, 3), paramsOf, 'none')).toEqual(['lr'])
    // Having it at all is a difference, too.
    expect(choosableKeys(runs, paramsOf, 'param:lr')).toEqual(['lr', 'model'])
    // One that was chosen stays on offer, also where it does not differ any more.
    expect(choosableKeys(runs.slice(0, 3), paramsOf, 'param:model')).toEqual(['lr', 'model'])
    expect(choosableKeys([], paramsOf, 'experiment')).toEqual([])
  })
})

describe('natural order', () => {
  it('counts numbers in names', () => {
    expect(['layer10', 'layer2', 'layer1'].sort(compareNaturally)).toEqual(['layer1', 'layer2', 'layer10'])
    const values = ['0.1', '0.01', '1e-5', '10', '-2', 'none', '0.001']
    expect(values.sort(compareNaturally)).toEqual(['-2', '1e-5', '0.001', '0.01', '0.1', '10', 'none'])
  })
})

describe('colours', () => {
  it('go round the palette and stay with their runs', () => {
    const first = assignColors(['a', 'b', 'c', 'd'], {}, 3)
    expect(first).toEqual({ a: 1, b: 2, c: 3, d: 1 })
    const { a: _gone, ...left } = first
    expect(assignColors(['b', 'c', 'd', 'e'], left, 3)).toEqual({ e: 1 })
    expect(assignColors(['b', 'b', 'x', 'x'], { b: 2 }, 3)).toEqual({ x: 1 })
    expect(assignColors(['a'], { a: 99 }, 3)).toEqual({})
  })
})

describe('what is remembered', () => {
  it('comes back as it was kept', () => {
    const view = { ...defaultView(), tab: 'images', boards: { scalars: { pinned: ['loss/val'] } } }
    view.runs = { ...view.runs, shown: { a: false }, colors: { 'run a': 3 }, colorBy: 'regex', regex: 'x(.)' }
    expect(readView(JSON.stringify(view))).toEqual({ view, writable: true })
    for (const colorBy of ['states', 'param:lr'] as const) {
      view.runs = { ...view.runs, colorBy }
      expect(readView(JSON.stringify(view)).view.runs.colorBy).toBe(colorBy)
    }
  })

  it('gives way part by part when it is damaged', () => {
    for (const text of [null, '', 'no JSON', '[]', '7', '{"version":"x"}', '{"tab":3}'])
      expect(readView(text)).toEqual({ view: defaultView(), writable: true })
    const { view } = readView(
      JSON.stringify({
        version: 1,
        tab: 5,
        runs: { shown: { a: false, b: 'no' }, colors: { x: -1, y: 2 }, colorBy: 'moon' },
        boards: 4
      })
    )
    expect(view).toEqual({ ...defaultView(), runs: { ...defaultView().runs, shown: { a: false }, colors: { y: 2 } } })
  })

  it('of a newer version is neither understood nor written over', () => {
    expect(readView('{"version":2,"tab":"images"}')).toEqual({ view: defaultView(), writable: false })
  })

  it('about scalars falls back field by field', () => {
    const view = readScalarsView({
      smoothing: 7,
      x: { tag: 'loss/val' },
      pinned: ['a', 3],
      groupBy: 'seed',
      range: { min: 1 },
      cards: { good: { logY: true, yMin: 'x', yMax: 3 }, bad: 7 }
    })
    expect(view).toMatchObject({ smoothing: 0, x: { tag: 'loss/val' }, pinned: [], groupBy: 'seed', range: null })
    expect(view.cards).toEqual({
      good: { logX: null, logY: true, wide: false, xMin: null, xMax: null, yMin: null, yMax: 3 }
    })
    const derived = { gap: '"a" - "b"', constructor: '"a"', ' ': '"a"', long: 'a'.repeat(2001), none: 3 }
    expect(readScalarsView({ derived }).derived).toEqual({ gap: '"a" - "b"' })
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`c${i}`, '"a"']))
    expect(Object.keys(readScalarsView({ derived: many }).derived)).toHaveLength(100)
    expect(readScalarsView({ derived: ['"a"'] }).derived).toEqual({})
    expect(readScalarsView('nothing')).toEqual(readScalarsView({}))
  })
})
