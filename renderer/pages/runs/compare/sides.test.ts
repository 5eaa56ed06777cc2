import { describe, expect, it } from 'vitest'
import type { GroupCurve } from '../../../../src/contract/recordings'
import type { RunInfo } from '../../../../src/domain/run'
import { columnOf } from '../columns'
import { ungrouped, type ValueOf } from '../rows'
import { differences, mostSides, rowOf, sidesOf } from './sides'

const run = (id: string, values: Record<string, unknown>) => ({ id, name: id, values }) as unknown as RunInfo
const valueOf: ValueOf = (one, text) =>
  ((one as never as { values: Record<string, never> }).values[text] ?? null) as never
const runs = [
  run('a', { lr: 0.1, valAccuracy: 0.5 }),
  run('b', { lr: 0.1, valAccuracy: 0.7 }),
  run('c', { lr: 1, valAccuracy: 0.9 })
]

describe('sides', () => {
  it('are runs, or groups by anything, as many as fit', () => {
    expect(sidesOf(runs, ungrouped, valueOf).sides.map(({ letter, name }) => letter + name)).toEqual(['Aa', 'Bb', 'Cc'])
    const { sides } = sidesOf(runs, 'lr', valueOf)
    expect(sides.map(({ letter, name, runs: its }) => [letter, name, its.length])).toEqual([
      ['A', 'lr = 0.1', 2],
      ['B', 'lr = 1', 1]
    ])
    const many = Array.from({ length: mostSides + 3 }, (_, i) => run(`r${i}`, {}))
    expect(sidesOf(many, ungrouped, valueOf)).toMatchObject({ left: 3 })
  })

  it('differ from the baseline in words and numbers', () => {
    const { sides } = sidesOf(runs, 'lr', valueOf)
    const texts = (text: string, baseline: number | null, measured: boolean) =>
      rowOf(columnOf(text), sides, valueOf, baseline, measured).cells.map((cell) => cell.text)
    expect(texts('lr', 0, false)).toEqual(['0.1', '1'])
    expect(texts('valAccuracy', null, true)).toEqual(['0.6 ± 1.3', '0.900'])
    expect(texts('valAccuracy', 0, true)[1]).toBe('+0.300')
    expect(texts('valAccuracy', 1, true)[0]).toBe('−0.300')
    const [a, , c] = runs
    const times = rowOf(columnOf('seconds'), sidesOf([a, c], ungrouped, valueOf).sides, () => null, 0, true)
    expect(times.cells.map(({ text }) => text)).toEqual(['–', '–'])
    const took: ValueOf = (one) => (one === a ? 70 : 10)
    expect(rowOf(columnOf('seconds'), sidesOf([a, c], ungrouped, valueOf).sides, took, 0, true).cells[1].text).toBe('−1 min 0 s') // prettier-ignore
    expect(rowOf(columnOf('lr'), sides, valueOf, 1, false).cells.map(({ differs }) => differs)).toEqual([true, false])
    expect(rowOf(columnOf('data'), sides, valueOf, 0, false)).toMatchObject({ differs: false })
  })

  it('have differences of curves where both are, linear in between', () => {
    const curve = (x: number[], center: number[]): GroupCurve => {
      const [xs, values] = [Float64Array.from(x), Float64Array.from(center)]
      return { name: '', runs: 1, x: xs, center: values, low: values, high: values, counts: xs.map(() => 1) }
    }
    const base = curve([0, 10, 20], [0, 10, 40])
    const [zero, other] = differences([base, curve([-5, 0, 5, 10, 15, 20, 25], [9, 1, 7, 12, 25, 40, 9])], 0)
    expect([...zero.center]).toEqual([0, 0, 0])
    expect([...other.x]).toEqual([0, 5, 10, 15, 20])
    expect([...other.center]).toEqual([1, 2, 2, 0, 0])
    expect(other.counts.length).toBe(5)
    const [, none] = differences([curve([], []), base], 0)
    expect(none.x.length).toBe(0)
  })
})
