import { describe, expect, it } from 'vitest'
import { axisOf, columnOf, moved, orderColumns, passes, piecesOf, sortRows } from './columns'
import type { CellValue, SessionRow } from './columns'

const row = (runId: string, cells: Record<string, CellValue>): SessionRow => ({
  runId,
  name: runId,
  color: '#fff',
  cells
})
const rows = [
  row('run2', { lr: 0.1, opt: 'sgd', loss: 3 }),
  row('run10', { lr: 0.001, opt: 'adam', loss: Number.NaN }),
  row('run1', { lr: 0.01, opt: 'adam' })
]

describe('columns', () => {
  it('are numeric when all values are numbers', () => {
    expect(columnOf('lr', 'lr', 'param', rows)).toMatchObject({ numeric: true, range: { min: 0.001, max: 0.1 } })
    expect(columnOf('opt', 'opt', 'param', rows)).toMatchObject({ numeric: false, choices: ['adam', 'sgd'] })
    expect(columnOf('loss', 'loss', 'metric', rows)).toMatchObject({ numeric: true, range: { min: 3, max: 3 } })
    expect(columnOf('ghost', 'ghost', 'metric', rows)).toMatchObject({ numeric: true, range: null })
    const mixed = [row('a', { x: 1 }), row('b', { x: 'auto' })]
    expect(columnOf('x', 'x', 'param', mixed)).toMatchObject({ numeric: false, choices: ['1', 'auto'] })
  })

  it('keep the order in which they were dragged', () => {
    const columns = ['a', 'b', 'c', 'd'].map((key) => ({ key }))
    expect(orderColumns(columns, ['c', 'gone', 'a']).map(({ key }) => key)).toEqual(['c', 'a', 'b', 'd'])
    expect(moved(['a', 'b', 'c'], 'c', 'a')).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b', 'c'], 'a', null)).toEqual(['b', 'c', 'a'])
  })
})

describe('filters', () => {
  const found = (ranges: Record<string, [number, number]>, excluded: Record<string, string[]> = {}): string[] =>
    rows.filter((one) => passes(one, { ranges, excluded })).map(({ runId }) => runId)

  it('take ranges with both ends, and nothing without a value', () => {
    expect(found({ lr: [0.001, 0.01] })).toEqual(['run10', 'run1'])
    expect(found({ loss: [0, 10] })).toEqual(['run2'])
    expect(found({})).toHaveLength(3)
  })

  it('take values off', () => {
    expect(found({}, { opt: ['adam'] })).toEqual(['run2'])
    expect(found({ lr: [0, 0.05] }, { opt: ['sgd'] })).toEqual(['run10', 'run1'])
  })
})

describe('sorting', () => {
  const order = (key: string | null, ascending: boolean): string[] =>
    sortRows(rows, key, ascending).map(({ runId }) => runId)

  it('is by size or natural, with what is missing last', () => {
    expect(order('lr', true)).toEqual(['run10', 'run1', 'run2'])
    expect(order(null, true)).toEqual(['run1', 'run2', 'run10'])
    expect(order('loss', true)).toEqual(['run2', 'run10', 'run1'])
    expect(order('loss', false)).toEqual(['run2', 'run10', 'run1'])
    expect(order('opt', false)[0]).toBe('run2')
  })
})

describe('axes of parallel coordinates', () => {
  it('are linear or logarithmic, and a brush is a range', () => {
    const lr = columnOf('lr', 'lr', 'param', rows)
    expect(axisOf(lr, false).unit(0.0505)).toBeCloseTo(0.5)
    const log = axisOf(lr, true)
    expect(log.unit(0.01)).toBeCloseTo(0.5)
    expect(log.unit(-1)).toBeNaN()
    expect(log.unit(undefined)).toBeNaN()
    const brushed = log.filter(0.9, 0.25) as { range: [number, number] }
    expect(brushed.range[0]).toBeCloseTo(0.001 * 10 ** 0.5)
    expect(log.filter(-0.2, 1.3)).toEqual({ range: [0.001, 0.1] })
  })

  it('have no logarithm where values are not positive', () => {
    const column = columnOf('x', 'x', 'param', [row('a', { x: 0 }), row('b', { x: 4 })])
    expect(axisOf(column, true).logarithmic).toBe(false)
    expect(axisOf(column, true).unit(2)).toBe(0.5)
  })

  it('put a single value in the middle', () => {
    const one = columnOf('x', 'x', 'param', [row('a', { x: 8 })])
    expect(axisOf(one, false).unit(8)).toBeCloseTo(0.5)
    expect(axisOf(one, true).unit(8)).toBeCloseTo(0.5)
    expect(axisOf(one, false).ticks).toEqual([{ unit: expect.closeTo(0.5), label: '8' }])
  })

  it('have no ticks between whole numbers', () => {
    const seeds = columnOf('seed', 'seed', 'param', [row('a', { seed: 0 }), row('b', { seed: 1 })])
    expect(axisOf(seeds, false).ticks).toEqual([
      { unit: 0, label: '0' },
      { unit: 1, label: '1' }
    ])
  })

  it('break lines where a value is missing', () => {
    const units = (...values: number[]): number[][] =>
      piecesOf(values.map((unit) => ({ unit }))).map((piece) => piece.map(({ unit }) => unit))
    expect(units(0, 1, Number.NaN, 0.5, Number.NaN)).toEqual([[0, 1], [0.5]])
    expect(units(Number.NaN)).toEqual([])
  })

  it('have a place for each choice, and a brush takes the others off', () => {
    const axis = axisOf(columnOf('opt', 'opt', 'param', rows), true)
    expect([axis.unit('adam'), axis.unit('sgd')]).toEqual([0.25, 0.75])
    expect(axis.unit('other')).toBeNaN()
    expect(axis.filter(0, 0.4)).toEqual({ excluded: ['sgd'] })
  })
})
