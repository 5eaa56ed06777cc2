import { afterEach, describe, expect, it } from 'vitest'
import { meanAndBand } from '../charts/curve/curves'
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
} from './format'
import { ticksOf } from '../charts/ticks'

const thin = '\u2009'

describe('a number', () => {
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

describe('clock axes', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  const at = (text: string): number => Date.parse(text) / 1000

  it('have a tick at every midnight over the end and the beginning of summer time', () => {
    process.env.TZ = 'Europe/Berlin'
    const autumn = { min: at('2026-10-23T00:00:00+02:00'), max: at('2026-10-28T00:00:00+01:00'), log: false }
    const ticks = ticksOf(autumn, 6, 'clock')
    expect(ticks.map(({ label }) => label)).toEqual(['23 Oct', '24 Oct', '25 Oct', '26 Oct', '27 Oct', '28 Oct'])
    for (const { value } of ticks) expect(new Date(value * 1000).getHours()).toBe(0)
    const spring = { min: at('2026-03-29T00:00:00+01:00'), max: at('2026-03-29T06:00:00+02:00'), log: false }
    expect(ticksOf(spring, 6, 'clock').map(({ label }) => label)).toEqual([
      ...['29 Mar', '01:00', '03:00', '04:00', '05:00', '06:00']
    ])
  })
})

describe('the band of one standard deviation', () => {
  const of = (...values: number[]): { epochs: Float64Array; values: Float64Array } => ({
    epochs: Float64Array.from(values, (_, i) => i),
    values: Float64Array.from(values)
  })
  /** Half the width of the band at the first point. */
  function spread(...values: number[]): number {
    const { mean, band } = meanAndBand(values.map((value) => of(value)))!
    return band.high[0] - mean[0]
  }

  it('holds where values are large and close together', () => {
    expect(spread(1e8, 1e8 + 1)).toBeCloseTo(0.5, 7)
    expect(spread(3e6, 3e6 + 0.01)).toBeCloseTo(0.005, 7)
    expect(spread(1, 2, 3, 4)).toBeCloseTo(Math.sqrt(1.25), 12)
    expect(spread(7, Number.NaN)).toBe(0)
  })
})
