import { describe, expect, it } from 'vitest'
import type { DrawnCurve } from '../../charts/scalar/model'
import { gate } from './state/tab-gate'
import { pointsFor } from './scalars/drawn'
import { readoutsAt } from './scalars/readouts'
import { sectionOf, sectionsOf } from './scalars/sections'
import { sortRows, tableRows } from './scalars/statistics'

describe('sections', () => {
  it('are what stands before the first slash, in natural order', () => {
    const tags = ['loss/val', 'weights/l10', 'weights/l2', 'lr', 'loss/train', '/odd'].map((tag) => ({ tag }))
    const named = (filter: RegExp | null): string[] =>
      sectionsOf(tags, filter).map((section) => `${section.name}: ${section.tags.map(({ tag }) => tag).join()}`)
    expect(named(null)).toEqual(['loss: loss/train,loss/val', 'weights: weights/l2,weights/l10', ': /odd,lr'])
    expect(named(/val|l2/)).toEqual(['loss: loss/val', 'weights: weights/l2'])
    expect(sectionOf('a/b/c')).toBe('a')
  })

  it('begin with what people look at first, and end with mere checks', () => {
    const tags = ['act/b/zeros', 'act/b/nonfinite', 'act/c', 'Loss/val', 'Loss/a', 'acc'].map((tag) => ({ tag }))
    const all = sectionsOf(tags, null, ['acc', 'Loss/val']).map(({ name, tags: own }) => [
      name,
      ...own.map(({ tag }) => tag)
    ])
    expect(all).toEqual([
      ['', 'acc'],
      ['Loss', 'Loss/val', 'Loss/a'],
      ['act', 'act/c', 'act/b/nonfinite', 'act/b/zeros']
    ])
  })
})

describe('points asked for', () => {
  it('are as many as can be drawn in time', () => {
    expect([1, 10, 200, 5000].map(pointsFor)).toEqual([2000, 2000, 300, 100])
  })
})

describe('readouts', () => {
  const curve = (name: string, value: number): DrawnCurve => ({
    id: name,
    name,
    color: '#000',
    x: Float64Array.of(0, 1, 2),
    y: Float64Array.of(0, value, 0),
    raw: null,
    band: null,
    pieces: [],
    steps: Float64Array.of(0, 10, 20),
    wallTimes: Float64Array.of(100, 101, 102),
    counts: null,
    parts: null,
    ascending: true
  })
  const view = { x: { min: 0, max: 2, log: false }, y: { min: 0, max: 20, log: false }, reach: 0.1 }
  const twenty = Array.from({ length: 20 }, (_, i) => curve(`run ${i}`, i))

  it('come nearest first, with the rest counted', () => {
    const { rows, more, nearest } = readoutsAt(twenty, 1.1, 7.2, view, 'nearest')
    expect(rows.map((row) => row.name).slice(0, 3)).toEqual(['run 7', 'run 8', 'run 6'])
    expect([rows.length, more, nearest]).toEqual([12, 8, 'run 7'])
    expect(rows[0]).toMatchObject({ value: 7, smoothed: null, step: 10, wallTime: 101, relative: 1 })
  })

  it('come by value or by name, and still tell the nearest', () => {
    expect(
      readoutsAt(twenty, 1, 2, view, 'value')
        .rows.map((row) => row.value)
        .slice(0, 3)
    ).toEqual([19, 18, 17])
    const named = readoutsAt(twenty, 1, 19, view, 'name')
    expect(named.rows.slice(0, 2).map((row) => row.name)).toEqual(['run 0', 'run 1'])
    expect(named.rows.some((row) => row.id === 'run 19')).toBe(true)
  })

  it('leave out curves that are elsewhere', () => {
    expect(readoutsAt(twenty, 5, 1, view, 'nearest').rows).toEqual([])
  })
})

describe('statistics', () => {
  const row = (runId: string, first: number, last: number) => ({
    runId,
    tag: 't',
    points: 2,
    firstStep: 0,
    lastStep: 1,
    first,
    last,
    min: first,
    max: last,
    mean: first
  })
  const rows = tableRows([row('b', 2, 1), row('a', 0, 4), row('c', -2, 2)], (name) => ({ name, color: '' }))

  it('tell the change, also in parts of the first value', () => {
    expect(rows.map(({ change }) => change)).toEqual([-1, 4, 4])
    expect(rows.map(({ changeShare }) => changeShare)).toEqual([-0.5, Number.NaN, 2])
  })

  it('sort either way, what is no number last', () => {
    expect(sortRows(rows, 'name', true).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(sortRows(rows, 'changeShare', true).map(({ name }) => name)).toEqual(['b', 'c', 'a'])
    expect(sortRows(rows, 'changeShare', false).map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  })
})

describe('the gate', () => {
  it('lets those who have time pass when nobody else asks', async () => {
    const order: string[] = []
    const { pass, passLast } = gate(2)
    const work = (name: string) => async (): Promise<void> => void order.push(name)
    const card = async (name: string): Promise<void> => {
      await pass(work(`${name} 1`))
      await pass(work(`${name} 2`))
    }
    await Promise.all([card('a'), passLast(work('tags')), card('b'), card('c')])
    expect(order.at(-1)).toBe('tags')
    expect(order).toHaveLength(7)
  })

  it('lets few through at a time, in the order they came, also after a failure', async () => {
    const began: number[] = []
    const ends: (() => void)[] = []
    const { pass } = gate(2)
    const work = (n: number) => async (): Promise<number> => {
      began.push(n)
      await new Promise<void>((resolve) => ends.push(resolve))
      if (n === 0) throw new Error('broken')
      return n
    }
    const results = [0, 1, 2, 3].map((n) => pass(work(n)).catch(() => -1))
    await Promise.resolve()
    expect(began).toEqual([0, 1])
    while (began.length < 4 || ends.length > 0) {
      ends.shift()?.()
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect(await Promise.all(results)).toEqual([-1, 1, 2, 3])
    expect(began).toEqual([0, 1, 2, 3])
  })
})
