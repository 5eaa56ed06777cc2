/** No series may leave a chart without a scale, or a tick loop without an end. The same in a browser: e2e/odd-series. */
import { describe, expect, it } from 'vitest'
import { curveScale, hasPositive, meanAndBand } from './curve/curves'
import { axisOf, columnOf } from './hparams/columns'
import { valueRange } from './histogram/geometry'
import { oddSeries } from './odd-series'
import { fromUnit, limited, scaleOver, toUnit } from './scales'
import type { Range, Scale } from './scales'
import { labelled, shortened, ticksOf } from './ticks'
import type { AxisKind } from './ticks'
import { decadesUpTo, roundTicks } from './time-axis'
import { domainOf } from '../pages/explore/histograms/domain'

const all = Object.entries(oddSeries)
const kinds: AxisKind[] = ['number', 'seconds', 'clock']
const everywhere = { min: -Infinity, max: Infinity }
const curveOf = (values: readonly number[]): { epochs: Float64Array; values: Float64Array } => ({
  epochs: Float64Array.from(values, (_, i) => i),
  values: Float64Array.from(values)
})

function expectUsable(scale: Scale, what: string): void {
  expect(scale.max, what).toBeGreaterThan(scale.min)
  expect(scale.max - scale.min, what).toBeLessThan(Infinity)
  if (scale.log) expect(scale.min, what).toBeGreaterThan(0)
  for (const unit of [0, 0.5, 1]) expect(toUnit(fromUnit(unit, scale), scale), what).toBeCloseTo(unit, 3)
  for (const kind of kinds) {
    for (const most of [1, 2, 5, 6.4]) {
      const ticks = ticksOf(scale, most, kind)
      expect(ticks.length, what).toBeLessThanOrEqual(most + 3)
      expect(new Set(ticks.map(({ value }) => value)).size, what).toBe(ticks.length)
      for (const { value } of ticks) expect(toUnit(value, scale), what).toBeCloseTo(0.5, -0.5)
    }
  }
}

describe.each(all)('a series %s', (name, values) => {
  it('has a scale on the curve chart, and a band', () => {
    for (const log of [false, true]) {
      const scale = curveScale([curveOf(values)], everywhere, log)
      expectUsable(scale, `${name} ${log}`)
      // The page's button says "log" exactly where the axis is.
      if (log && values.some(Number.isFinite)) expect(scale.log, name).toBe(hasPositive([curveOf(values)]))
      const band = meanAndBand([curveOf(values), curveOf(values)])!
      expectUsable(curveScale([{ ...curveOf(values), values: band.band.high }], everywhere, log), `${name} band`)
    }
  })

  it('has a scale wherever scales are made from data', () => {
    const finite = values.filter(Number.isFinite)
    const ranges: (Range | null)[] = [finite.length > 0 ? { min: Math.min(...finite), max: Math.max(...finite) } : null]
    for (const range of ranges) {
      for (const log of [false, true]) {
        for (const air of [0, 0.05]) {
          expectUsable(scaleOver(range, log, {}, air), `${name} ${log}`)
          for (const at of finite) {
            for (const limits of [{ min: at }, { max: at }, { min: at, max: at }, { min: range!.min, max: range!.max }])
              expectUsable(limited(scaleOver(range, log, {}, air), limits), `${name} within limits`)
          }
        }
      }
    }
  })

  it('has an axis among hyperparameters, and as the edges of a histogram', () => {
    const rows = values.map((value, i) => ({ runId: String(i), name: '', color: '', cells: { a: value } }))
    for (const log of [false, true]) {
      const axis = axisOf(columnOf('a', 'a', 'metric', rows), log)
      for (const { unit } of axis.ticks) expect(unit).toBeCloseTo(0.5, -0.5)
      for (const value of values.filter((one) => Math.abs(one) <= 1e300)) {
        const unit = axis.unit(value)
        if (!log || value > 1e-300) expect(unit, `${name} ${value}`).toBeGreaterThanOrEqual(-0.001)
      }
    }
    const edges = Float64Array.from(values)
    const nothing = new Float64Array(0)
    const packed = { left: edges, right: edges, counts: edges.map(() => 1), offsets: Int32Array.of(0, edges.length) }
    const range = valueRange([{ runId: 'a', steps: nothing, epochs: nothing, wallTimes: nothing, total: 1, ...packed }])
    if (range) expectUsable({ ...range, log: false }, `${name} histogram`)
    expect(Object.values(domainOf([edges])).every(Number.isFinite)).toBe(true)
  })

  it('has few ticks as it stands, without a scale around it', () => {
    for (const min of values) {
      for (const max of values) {
        for (const count of [1, 5, 40]) expect(roundTicks({ min, max }, count).length).toBeLessThanOrEqual(count + 3)
        expect(decadesUpTo(max).length).toBeLessThan(400)
        for (const kind of kinds) expect(ticksOf({ min, max, log: false }, 5, kind).length).toBeLessThanOrEqual(8)
      }
    }
  })
})

describe('scales of curves', () => {
  it('take the last bits of a constant for a constant', () => {
    for (const name of ['neighbours', 'onebits', 'integers']) {
      const { min, max } = curveScale([curveOf(oddSeries[name])], everywhere, false)
      expect((max - min) / max, name).toBeGreaterThan(0.1)
    }
  })

  it('count what is positive on a logarithmic axis, and are linear where nothing is', () => {
    const mixed = curveScale([curveOf([1, 0, 0.1, -5])], everywhere, true)
    expect(mixed.log).toBe(true)
    expect(mixed.min).toBeGreaterThan(0.08)
    const negative = curveScale([curveOf(oddSeries.negative)], everywhere, true)
    expect(negative.log).toBe(false)
    expect(negative.min).toBeLessThan(-4)
    expect(curveScale([curveOf(oddSeries.nothing)], everywhere, true)).toEqual({ min: 1, max: 10, log: true })
  })

  it('leave out what lies outside of the domain', () => {
    expect(curveScale([curveOf([9, 1, 2, 99])], { min: 1, max: 2 }, false).max).toBeLessThan(3)
  })

  it('tell neighbouring ticks apart in a few characters', () => {
    for (const [, values] of all) {
      const ticks = ticksOf(curveScale([curveOf(values)], everywhere, false), 5)
      const labels = shortened(ticks, 8).map(({ label }) => label)
      expect(new Set(labels).size).toBe(labels.length)
      expect(labels.filter((label) => label.length > 8)).toEqual([])
    }
    expect(labelled([123_400, 123_420, 123_440]).map(({ label }) => label)).toEqual([
      '123.40\u2009k',
      '123.42\u2009k',
      '123.44\u2009k'
    ])
    expect(labelled([0, 5e12, 1e13]).map(({ label }) => label)).toEqual(['0', '5e12', '1e13'])
    const narrow = shortened(labelled([1_000_000, 1_000_000.02, 1_000_000.04]), 8)
    expect(narrow.map(({ label }) => label)).toEqual(['1\u2009M', '+0.02', '+0.04'])
  })
})
