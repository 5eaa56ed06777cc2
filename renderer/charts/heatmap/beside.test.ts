import { describe, expect, it } from 'vitest'
import { besideInWords, byClass, byState, fitted, lengthOf, wholeRun } from './beside'
import { heatmapWith } from './testing/heatmap-with'

const map = heatmapWith(
  [0, 1, 3],
  [
    [0, 10, 0, 0],
    [0, 10, 0, 0],
    [0, 10, 0, 0],
    [0, 2, 8, 0]
  ]
)

describe('mean histograms beside a heatmap', () => {
  it('are one of the whole run, with what it does by now', () => {
    const [{ mean, line, about }] = wholeRun(map)
    expect([...mean.shares]).toEqual([3.2 / 4, 0.8 / 4])
    expect([...line!.shares]).toEqual([0.2, 0.8])
    expect(about).toBe('Whole run, 4 columns; line: the last 1')
    expect(wholeRun(heatmapWith([0, 1], []))).toEqual([])
  })

  it('are of each class by now, without those that have no values', () => {
    const none = heatmapWith([0, 1, 3], [[0, 0, 0, 0]])
    const groups = byClass([
      { name: 'cat', map },
      { name: 'dog', map: none },
      { name: 'eel', map }
    ])
    expect(groups.map(({ label, color }) => [label, color!.number])).toEqual([
      ['cat', 1],
      ['eel', 3]
    ])
    expect([...groups[0].mean.shares]).toEqual([0.2, 0.8])
  })

  it('are of each state that the run was in, in order', () => {
    const states = [
      { index: 0, number: 1, name: 'Learning', color: 4 },
      { index: 1, number: 2, name: 'Idle', color: 2 },
      { index: 2, number: 3, name: 'Done', color: 1 }
    ]
    const groups = byState(map, { states: [2, 2, 0, 0], times: [0, 1, 2, 3] }, states)
    expect(groups.map(({ label, about, color }) => [label, about, color])).toEqual([
      ['S1', 'S1 Learning, 2 columns', { of: 'state', number: 4 }],
      ['S3', 'S3 Done, 2 columns', { of: 'state', number: 1 }]
    ])
    expect([...groups[0].mean.shares]).toEqual([0.6, 0.4])
    expect(besideInWords(groups)).toBe(
      'Mean histograms, fullest bin of each. S1 Learning, 2 columns: 60% from 0 to 1.0. S3 Done, 2 columns: 100% from 0 to 1.0'
    )
  })

  it('have bars by density, and one that would flatten all others is cut', () => {
    // 0.8 over a bin of width 1 against 0.8 over one of width 2.
    expect(lengthOf(wholeRun(map))).toEqual({ full: 0.8, cut: null })
    const spike = heatmapWith([0, 1, 2, 3], [[0, 90, 6, 4, 0]])
    const { full, cut } = lengthOf(byClass([{ name: 'a', map: spike }]))
    expect(full).toBeCloseTo(0.06 * 1.4, 12)
    expect(cut).toMatchObject({ value: 0.5, share: 0.9 })
    expect(lengthOf([])).toEqual({ full: 1, cut: null })
  })

  it('have names as far as there is room', () => {
    const widthOf = (text: string): number => text.length * 6
    expect([30, 24, 12, 5].map((room) => fitted('plane', room, widthOf))).toEqual(['plane', 'pla…', 'p', 'p'])
  })
})
