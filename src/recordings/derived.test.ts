/** Derived curves of recorded runs: at which steps they are, where there are none, and wherever a tag could stand. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { mostDerived } from '../contract/recordings'
import { requests } from '../contract/requests'
import { encodeFileVersion, encodeScalars, frameRecord } from '../events'
import { curvesAskedBy } from './derived'
import { exportScalars } from './export-scalars'
import type { RunSource } from './run-source'
import { groupsOf, scalarsOf, statisticsOf } from './scalars'

const own = mkdtempSync(join(tmpdir(), 'phasescope-derived-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))

/** [step, values, wall time] of each event. */
function written(name: string, events: [number, Record<string, number>, number?][]): RunSource {
  const folder = join(own, name)
  mkdirSync(folder, { recursive: true })
  const records = events.map(([step, values, wall]) => encodeScalars(wall ?? 100 + step, step, values))
  writeFileSync(
    join(folder, 'events.out.tfevents.1000.host'),
    Buffer.concat([encodeFileVersion(100), ...records].map(frameRecord))
  )
  return { runId: name, folder, place: null, label: name, seed: null }
}

const plain = { x: 'step', attempts: 'latest', smoothing: 0, mostPoints: 1000, tag: 'gap' } as const
const gap = { gap: '"val" - "train"' }
const curveOf = (runs: RunSource[], derived: Record<string, string> = gap, more: object = {}) =>
  scalarsOf({ ...plain, runs, derived, ...more }).curves.map(({ runId, steps, values }) => [
    runId,
    [...steps],
    [...values]
  ])

/** Training loss at every step, validation at every second and a third series at others. */
const run = written(
  'run',
  [0, 1, 2, 3, 4, 5, 6].map((step) => [
    step,
    {
      train: step,
      ...(step % 2 === 0 ? { val: 10 * step } : {}),
      ...(step % 3 === 0 ? { third: step === 3 ? Number.NaN : 2 } : {}),
      ...(step === 5 ? { odd: 1 } : {})
    }
  ])
)

describe('a derived curve', () => {
  it('has a point at each step at which all of its series have one', () => {
    expect(curveOf([run])).toEqual([['run', [0, 2, 4, 6], [0, 18, 36, 54]]])
    expect(curveOf([run], { gap: '"train" + "third" * 0 + "val" * 0' })).toEqual([['run', [0, 6], [0, 6]]])
  })

  it('has a gap where the arithmetic has no number', () => {
    expect(curveOf([run], { gap: '"train" + third' })).toEqual([['run', [0, 3, 6], [2, Number.NaN, 8]]])
    expect(curveOf([run], { gap: 'log10("train")' })[0][2]).toEqual([0, 1, 2, 3, 4, 5, 6].map(Math.log10))
  })

  it('is there, without points, where its series share no step, and not there where a series is missing', () => {
    expect(curveOf([run], { gap: '"val" + odd' })).toEqual([['run', [], []]])
    const other = written('other', [[0, { train: 1 }]])
    expect(curveOf([other, run]).map(([id]) => id)).toEqual(['run'])
    expect(curveOf([run], { gap: '"train" / last("none")' })).toEqual([])
  })

  it('takes numbers of whole series, also of other steps', () => {
    expect(curveOf([run], { gap: '"val" / max("train") + last(odd)' })).toEqual([['run', [0, 2, 4, 6], [1, 1 + 20 / 6, 1 + 40 / 6, 11]]]) // prettier-ignore
  })

  it('agrees with every pair of series that miss points here and there', () => {
    let state = 3
    const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
    for (let round = 0; round < 40; round++) {
      const events = Array.from({ length: 30 }, (_, step): [number, Record<string, number>] => {
        const values: Record<string, number> = { other: 0 }
        if (random() < 0.7) values.train = Math.fround(random())
        if (random() < 0.5) values.val = Math.fround(random())
        return [step * (1 + (round % 3)), values]
      })
      const both = events.filter(([, { train, val }]) => train !== undefined && val !== undefined)
      expect(curveOf([written(`random${round}`, events)])).toEqual([
        [`random${round}`, both.map(([step]) => step), both.map(([, { train, val }]) => val - train)]
      ])
    }
  })

  it('is of the latest attempt', () => {
    const twice = written('twice', [
      [0, { train: 1, val: 2 }],
      [1, { train: 1, val: 3 }],
      [2, { train: 1, val: 4 }],
      [1, { train: 2, val: 9 }],
      [3, { train: 2, val: 10 }]
    ])
    for (const attempts of ['latest', 'all'])
      expect(curveOf([twice], gap, { attempts })).toEqual([['twice', [0, 1, 3], [1, 7, 8]]])
  })

  it('stands wherever a tag could: smoothed, over another axis, of a group, in statistics, in files', () => {
    const [curve] = scalarsOf({ ...plain, runs: [run], derived: gap, smoothing: 0.5 }).curves
    expect(curve.smoothed[1]).toBeCloseTo((0.5 * 0 + 18) / 1.5)
    expect([...curve.wallTimes]).toEqual([100, 102, 104, 106])
    const over = scalarsOf({ ...plain, runs: [run], tag: 'train', derived: gap, x: { tag: 'gap' } }).curves[0]
    expect([[...over.x], [...over.values]]).toEqual([
      [0, 18, 36, 54],
      [0, 2, 4, 6]
    ])
    const group = { ...plain, center: 'mean', band: 'none' } as const
    const [mean] = groupsOf({ ...group, groups: [{ name: 'all', runs: [run] }], derived: gap })
    expect([...mean.center]).toEqual([0, 18, 36, 54])
    const rows = statisticsOf({ runs: [run], tags: ['gap', 'val'], derived: gap, x: 'step', attempts: 'latest' })
    expect(rows.map(({ tag, points, max }) => [tag, points, max])).toEqual([
      ['gap', 4, 54],
      ['val', 4, 60]
    ])
    const file = join(own, 'out.csv')
    const query = { runs: [run], tags: ['gap'], derived: gap, attempts: 'latest', format: 'csv', file } as const
    expect(exportScalars({ ...query, runs: [run], tags: ['gap'] })).toEqual({ points: 4 })
    expect(readFileSync(file, 'utf8').split('\n')[2]).toBe('run,gap,2,102,18')
  })

  it('that cannot be read is an error in words with its column, and hides no recorded series', () => {
    expect(() => curveOf([run], { gap: '"val" -' })).toThrow('The curve gap cannot be computed. Column 7: It ends too')
    expect(curveOf([run], { gap: '"val" -' }, { tag: 'odd' })).toEqual([['run', [5], [1]]])
    // A name that every object has is no curve.
    expect(curveOf([run], {}, { tag: 'constructor' })).toEqual([])
  })

  it('is one of a hundred in a request, with an expression of 2,000 letters, at most', () => {
    const allowed = (derived: Record<string, string>): boolean =>
      requests['recordings.scalars'].params.safeParse({ ...plain, runIds: [], derived }).success
    const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, '"a"']))
    expect([mostDerived, mostDerived + 1].map((count) => allowed(named(count)))).toEqual([true, false])
    expect(allowed({ long: 'a'.repeat(2001) })).toBe(false)
  })

  it('tells what it asks for', () => {
    expect(curvesAskedBy({ expressions: ['"a" / first("b")', '"a" ='] })).toEqual([
      { tags: [{ tag: 'a', at: 0, length: 3 }], whole: [{ tag: 'b', at: 12, length: 3 }], problem: null },
      { tags: [], whole: [], problem: { text: '"=" is written == here.', at: 4, length: 1 } }
    ])
  })
})
