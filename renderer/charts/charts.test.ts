import { describe, expect, it } from 'vitest'
import { buildColorMap } from './color-map'
import { toCsv } from '../ui/csv'
import { joinCurves, meanAndBand } from './curve/curves'
import {
  ago,
  bytes,
  compact,
  duration,
  epochLabel,
  integer,
  metricValue,
  significant,
  tickLabel,
  withSign
} from '../ui/format'
import { controlPoint, initialLayout, labelLines, labelPoint } from './training-map/layout'
import { epochToPixel, gutter, margin, nearestIndex, pixelToEpoch, roundTicks, segmentsOf } from './time-axis'

describe('numbers', () => {
  it('are written one way', () => {
    expect(integer(1776)).toBe('1\u2009776')
    expect(integer(-1234567)).toBe('\u22121\u2009234\u2009567')
    expect(compact(12_345)).toBe('12.3\u2009k')
    expect(compact(226_000)).toBe('226\u2009k')
    expect(significant(0.00036, 3)).toBe('3.6e\u22124')
    expect(significant(39.94, 3)).toBe('39.9')
    expect(metricValue('accuracy/val', 0.4987)).toBe('0.499')
    expect(metricValue('loss/train', Number.NaN)).toBe('NaN')
    expect(metricValue('loss/train', null)).toBe('\u2013')
    expect(tickLabel(5)).toBe('5')
    expect(tickLabel(0.30000000000000004)).toBe('0.3')
    expect(epochLabel(222)).toBe('222')
    expect([withSign(1.374), withSign(-0.5), withSign(-7320.64), withSign(0)]).toEqual([
      '+1.37',
      '\u22120.50',
      '\u22127\u2009321',
      '0.00'
    ])
    expect(duration(201)).toBe('3 min 21 s')
    expect(bytes(31_000_000)).toBe('31.0 MB')
    expect(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:12:00Z'))).toBe('12 min ago')
  })
})

describe('the time axis', () => {
  const domain = { min: 0, max: 400 }

  it('maps epochs to pixels and back', () => {
    expect(epochToPixel(0, domain, 600)).toBe(gutter)
    expect(epochToPixel(400, domain, 600)).toBe(600 - margin)
    for (const epoch of [0, 17.25, 222, 400])
      expect(pixelToEpoch(epochToPixel(epoch, domain, 600), domain, 600)).toBeCloseTo(epoch, 9)
    expect(pixelToEpoch(10, domain, 600)).toBeNull()
  })

  it('has few round ticks', () => {
    expect(roundTicks(domain, 5)).toEqual([0, 100, 200, 300, 400])
    expect(roundTicks({ min: 0, max: 0.7 }, 5)).toEqual([0, 0.2, 0.4, 0.6])
    for (let max = 0.01; max < 1e6; max *= 1.7) expect(roundTicks({ min: 0, max }, 5).length).toBeLessThanOrEqual(6)
  })

  it('finds the nearest point', () => {
    const values = [0, 2, 4, 9]
    for (let x = -1; x < 11; x += 0.25) {
      const distance = Math.min(...values.map((value) => Math.abs(value - x)))
      expect(Math.abs(values[nearestIndex(values, x)] - x)).toBe(distance)
    }
    expect(nearestIndex([], 1)).toBe(-1)
  })

  it('turns a path into segments that touch', () => {
    const segments = segmentsOf([0, 0, 1, 1, 0], [0, 1, 2, 3, 4], [3, 5])
    expect(segments.map(({ state, color, start, end, index }) => [state, color, start, end, index])).toEqual([
      [0, 3, 0, 1.5, 0],
      [1, 5, 1.5, 3.5, 2],
      [0, 3, 3.5, 4, 4]
    ])
  })
})

describe('curves', () => {
  it('keep NaN as a gap and bridge points that a run lacks', () => {
    const joined = joinCurves([
      { epochs: Float64Array.of(0, 1, 2), values: Float64Array.of(1, Number.NaN, 3) },
      { epochs: Float64Array.of(0, 2), values: Float64Array.of(5, 6) }
    ])
    expect(joined[0]).toEqual([0, 1, 2])
    expect(joined[1]).toEqual([1, null, 3])
    expect(joined[2]?.[1]).toBeUndefined()
  })

  it('average over runs where they have values', () => {
    const result = meanAndBand([
      { epochs: Float64Array.of(0, 1, 2), values: Float64Array.of(1, 2, 3) },
      { epochs: Float64Array.of(0, 2), values: Float64Array.of(3, 5) }
    ])!
    expect([...result.mean]).toEqual([2, 3, 4])
    expect([...result.band.high]).toEqual([3, 4, 5])
  })
})

describe('the training map', () => {
  it('keeps states apart up to eight', () => {
    for (let count = 1; count <= 8; count++) {
      const points = initialLayout(count)
      points.forEach((a, i) =>
        points.slice(i + 1).forEach((b) => expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(75))
      )
    }
  })

  it('puts labels of both directions on opposite sides', () => {
    const a = { x: 0, y: 0 }
    const b = { x: 100, y: 40 }
    const there = labelPoint(a, b)
    const back = labelPoint(b, a)
    const side = (p: { x: number; y: number }): number => Math.sign(100 * p.y - 40 * p.x)
    expect(side(there)).toBe(-side(back))
    expect(side(controlPoint(a, b))).toBe(side(there))
  })
})

describe('exports', () => {
  it('quote what needs it', () => {
    expect(toCsv(['a', 'b,c'], [['x "y"', 0.1]])).toBe('a,"b,c"\n"x ""y""",0.1\n')
  })

  it('colour maps begin and end with their stops', () => {
    const map = buildColorMap(['#151733', '#079fa7', '#ddfee2'])
    expect([...map.rgb.subarray(0, 3)]).toEqual([0x15, 0x17, 0x33])
    expect([...map.rgb.subarray(255 * 3)]).toEqual([0xdd, 0xfe, 0xe2])
  })
})

describe('names beside the discs of the training map', () => {
  const perLetter = (text: string): number => text.length * 6

  it.each([
    ['Learning', ['Learning']],
    ['Generalising, 0.76 to 0.84', ['Generalising,', '0.76 to 0.84']],
    ['Slow generalisation of what was memorised', ['Slow generalisation', 'of what was memoris…']],
    ['Generalising, norms still grow and the loss falls', ['Generalising,', 'norms still grow an…']],
    ['a'.repeat(40), [`${'a'.repeat(19)}…`]]
  ])('%s', (name, lines) => {
    expect(labelLines(name, 120, 2, perLetter)).toEqual(lines)
  })
})
