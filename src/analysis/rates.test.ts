/** Rates of change: against loops, on steps that are not even, with open cells, and as a model's input. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { hasRates, noiseOfRates, rateRows, ratesOf, ratesOfBuilt, rateWindow } from './rates'
import { buildSequenceForModel, buildSequences } from './sequences'
import { optionsOf } from './testing/builders'
import type { RunSeries } from '../domain/run-series'

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function randomRun(rng: Rng, rows: number, columns: number, open = 0) {
  const steps = Float64Array.from({ length: rows }, () => 0)
  for (let t = 1; t < rows; t++) steps[t] = steps[t - 1] + 1 + rng.integer(5)
  const data = Float64Array.from({ length: rows * columns }, () => (rng.uniform() < open ? NaN : rng.normal()))
  return { steps, sequence: { data, rows, columns, ...(open > 0 ? { missing: true } : {}) } }
}

describe('rates of change', () => {
  it.each([0, 0.3])(
    'are differences of the means of windows over that of their times, %f of the cells open',
    (open) => {
      const rng = new Rng(5)
      const { steps, sequence } = randomRun(rng, 60, 3, open)
      const rates = ratesOf(sequence, steps, 6)
      expect([rates.rows, rates.columns]).toEqual([9, 3])
      for (let b = 0; b < 9; b++)
        for (let d = 0; d < 3; d++) {
          const windowOf = (from: number): [number, number][] =>
            Array.from({ length: 6 }, (_, i): [number, number] => [
              steps[from + i],
              sequence.data[(from + i) * 3 + d]
            ]).filter(([, value]) => !Number.isNaN(value))
          const [before, after] = [windowOf(6 * b), windowOf(6 * b + 6)]
          const at = (window: [number, number][], i: 0 | 1): number => meanOf(window.map((one) => one[i]))
          const expected = (at(after, 1) - at(before, 1)) / (at(after, 0) - at(before, 0))
          if (before.length === 0 || after.length === 0) expect(rates.data[3 * b + d]).toBeNaN()
          else expect(rates.data[3 * b + d]).toBeCloseTo(expected, 12)
        }
    }
  )

  it('of a straight line are its slope, whatever the steps', () => {
    const { steps } = randomRun(new Rng(2), 47, 1)
    const rates = ratesOf({ data: steps.map((step) => 3 - 0.25 * step), rows: 47, columns: 1 }, steps, 5)
    for (const rate of rates.data) expect(rate).toBeCloseTo(-0.25, 12)
  })

  it('stand where one window ends and the next begins, the outermost at the ends of the run', () => {
    expect(rateRows(24, 6)).toEqual([0, 12, 23])
    // What does not fill a window is shared out.
    expect(rateRows(27, 6)).toEqual([0, 14, 26])
    for (const rows of [48, 49, 55, 300]) {
      const at = rateRows(rows, 6)
      expect(at).toHaveLength(
        ratesOf(
          randomRun(new Rng(1), rows, 1).sequence,
          Float64Array.from({ length: rows }, (_, t) => t),
          6
        ).rows
      )
      expect([at[0], at.at(-1)]).toEqual([0, rows - 1])
      for (let i = 1; i < at.length; i++) expect(at[i]).toBeGreaterThan(at[i - 1])
    }
  })

  it('have wider windows in longer runs and in those with more noise, and none in short ones', () => {
    const windowOf = (rows: number, noise: number, runs = 6): number => {
      const rng = new Rng(3)
      // Two rates, half of the run each.
      const built = Array.from({ length: runs }, () => ({
        data: Float64Array.from({ length: rows }, (_, t) => Math.min(t, rows / 2) / rows + noise * rng.normal()),
        rows,
        columns: 1
      }))
      return rateWindow(
        built,
        built.map(() => Float64Array.from({ length: rows }, (_, t) => t))
      )
    }
    const noises = [0, 0.02, 0.03, 0.04, 0.06]
    const windows = noises.map((noise) => windowOf(120, noise))
    expect([windows[0], windows[4]]).toEqual([4, 12])
    expect([...windows].sort((a, b) => a - b)).toEqual(windows)
    expect(new Set(windows).size).toBeGreaterThan(2)
    expect([windowOf(1000, 0), windowOf(1000, 0.04)]).toEqual([12, 35])
    // Nothing but noise: neither the shortest nor the longest.
    expect([windowOf(120, 9), windowOf(1000, 9)]).toEqual([6, 17])
    expect(windowOf(20, 0)).toBe(3)
    expect(windowOf(120, 0.02, 500)).toBe(windowOf(120, 0.02, 250))
    // A run that stands still has no rates to measure.
    const still = { data: new Float64Array(120), rows: 120, columns: 1 }
    expect(rateWindow([still], [Float64Array.from(still.data.keys())])).toBe(4)
    expect([hasRates(47, 6), hasRates(48, 6)]).toEqual([false, true])
  })

  it('have the noise that they show: that of measurement, over steps', () => {
    const rng = new Rng(9)
    const rows = 6000
    const steps = Float64Array.from({ length: rows }, (_, t) => 10 * t)
    const sequence = { data: Float64Array.from(steps, (step) => 1e-4 * step + 0.3 * rng.normal()), rows, columns: 1 }
    const { data } = ratesOf(sequence, steps, 20)
    const variance = meanOf(Array.from(data, (rate) => (rate - 1e-4) ** 2))
    expect(noiseOfRates(sequence, steps, 20)[0] / variance).toBeGreaterThan(0.85)
    expect(noiseOfRates(sequence, steps, 20)[0] / variance).toBeLessThan(1.15)
  })
})

describe('runs as rates', () => {
  const features = ['a', 'b', 'flat']
  function runs(): RunSeries[] {
    const rng = new Rng(3)
    return [0, 1, 2].map((r) => {
      const rows = r === 2 ? 20 : 70
      const steps = Float64Array.from({ length: rows }, (_, t) => 5 * t)
      const a = steps.map((step) => (step < 150 ? 0.02 : -0.01) * step + 0.1 * rng.normal())
      const b = steps.map((step, t) => (t % 9 === 0 ? Math.sqrt(step) + 0.1 * rng.normal() : NaN))
      return {
        runId: `r${r}`,
        label: `R${r}`,
        seed: r,
        series: { a: { steps, values: a }, b: { steps, values: b }, flat: { steps, values: steps.map((s) => 2 * s) } }
      }
    })
  }

  it.each(['run', 'all', 'none'] as const)(
    'are scaled (%s) as their values would be, and told with what it was',
    (zscore) => {
      const options = optionsOf({ features, zscore, align: 'union', statesMax: 1 })
      const built = buildSequences(runs(), options)
      const rates = ratesOfBuilt(built, zscore, 5)!
      expect(rates.kept).toEqual([0, 1])
      expect(rates.findings.at(-1)?.text).toBe(
        'Run "R2" was left out: 20 points are too few for rates of change over windows of 5.'
      )
      expect([rates.inputs.window, rates.inputs.rows, rates.inputs.runs.map(({ steps }) => steps.length)]).toEqual([
        5,
        26,
        [13, 13]
      ])
      expect(rates.inputs.runs[0].steps.slice(0, 3)).toEqual([0, 50, 75])
      const raw = runs()
        .slice(0, 2)
        .map(({ series }) => {
          const data = new Float64Array(70 * 3)
          features.forEach((feature, d) => series[feature].values.forEach((value, t) => (data[3 * t + d] = value)))
          return ratesOf({ data, rows: 70, columns: 3, missing: true }, series.a.steps, 5)
        })
      rates.sequences.forEach((sequence, r) =>
        sequence.data.forEach((value, p) => {
          const { mean, std } = rates.inputs.scaling[r][p % 3]
          const own = raw[r].data[p]
          if (Number.isNaN(own)) expect(value).toBeNaN()
          else if (std === 0) expect(value).toBe(0)
          else expect(value).toBeCloseTo((own - mean) / std, 9)
        })
      )
      // One rate all along: nothing to tell phases by.
      if (zscore !== 'none') expect(rates.inputs.scaling[0][2].std).toBe(0)
      if (zscore === 'run') {
        const again = buildSequenceForModel(runs()[1], rates.inputs, { zscore, align: 'union' })
        expect(again.run.steps).toEqual(rates.inputs.runs[1].steps)
        again.sequence.data.forEach((value, p) => {
          const known = rates.sequences[1].data[p]
          if (Number.isNaN(known)) expect(value).toBeNaN()
          else expect(value).toBeCloseTo(known, 9)
        })
        expect(() => buildSequenceForModel(runs()[2], rates.inputs, { zscore, align: 'union' })).toThrow(
          'Run "R2" has 20 points, too few for rates of change over windows of 5.'
        )
      }
    }
  )

  it('are none where every run is short', () => {
    const built = buildSequences([runs()[2]], optionsOf({ features, align: 'union', statesMax: 1 }))
    expect(ratesOfBuilt(built, 'run', 5)).toBeNull()
  })
})
