import { describe, expect, it } from 'vitest'
import {
  ago,
  bytes,
  compact,
  duration,
  epochLabel,
  integer,
  metricValue,
  sharePercent,
  significant,
  tickLabel,
  withSign
} from './format'

const thin = '\u2009'

describe('a number', () => {
  it('is written one way', () => {
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

  it('as a share is neither nothing nor all unless it is', () => {
    const shares = [0, 1e-6, 0.001, 0.0321, 0.0994, 0.12, 0.994, 0.9951, 0.9999, 1]
    expect(shares.map(sharePercent)).toEqual([
      ...['0%', '<0.1%', '0.1%', '3.2%', '9.9%', '12%', '99%', '99.5%', '>99.9%', '100%']
    ])
  })

  it('that rounds to nothing has no sign', () => {
    expect([-0.001, 0.001, 0, -0].map(withSign)).toEqual(['0.00', '0.00', '0.00', '0.00'])
    expect([epochLabel(-0.001), epochLabel(-1.5)]).toEqual(['0.00', '\u22121.50'])
    expect(metricValue('accuracy/val', -0.0001)).toBe('0.000')
    expect(metricValue('accuracy/val', -1)).toBe('\u22121.000')
    expect(metricValue('accuracy/val', 1.3e13)).toBe('1.3e13')
    expect(integer(-0.2)).toBe('0')
    expect([withSign(0.005), withSign(-0.005)]).toEqual(['+0.01', '\u22120.01'])
  })

  it('that is huge is written with its power of ten', () => {
    expect(compact(4.6e6)).toBe(`4.6${thin}M`)
    expect([compact(999_999), compact(999_999_999)]).toEqual([`1${thin}M`, '1e9'])
    expect(compact(9.99e8)).toBe(`999${thin}M`)
    expect([compact(1e12), compact(1.3e13), compact(-1e12)]).toEqual(['1e12', '1.3e13', '\u22121e12'])
    expect([integer(1e21), integer(1e22)]).toEqual(['1e21', '1e22'])
    expect(tickLabel(1e13)).toBe('1e13')
  })

  it('on an axis differs from its neighbours', () => {
    expect([123_400, 123_420, 123_440].map(tickLabel)).toEqual([`123${thin}400`, `123${thin}420`, `123${thin}440`])
    expect([12_340, 12_345].map(tickLabel)).toEqual([`12${thin}340`, `12${thin}345`])
    expect([1_000_000, 1_250_000].map(tickLabel)).toEqual([`1${thin}M`, `1.25${thin}M`])
    expect(significant(1e300, 3)).toBe('1.0e300')
  })

  it('of bytes and of seconds is what a person can read', () => {
    expect([bytes(5e15), bytes(2.5e12)]).toEqual(['5000.0 TB', '2.5 TB'])
    expect([duration(-5), duration(3600)]).toEqual(['0 s', '1 h 0 min'])
  })
})

describe('a date', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  it('of another year says which', () => {
    expect(ago('2024-11-03T12:00:00Z', now)).toBe('3 November 2024')
    expect(ago('2026-11-03T12:00:00Z', now)).toBe('3 November')
  })
  it('that is damaged is no date', () => {
    expect(ago('garbage', now)).toBe('at an unknown time')
  })
})
