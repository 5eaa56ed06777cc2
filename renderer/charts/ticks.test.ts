import { afterEach, describe, expect, it } from 'vitest'
import { ticksOf } from './ticks'

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
