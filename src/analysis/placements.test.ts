import { describe, expect, it } from 'vitest'
import { decodeRun } from './decode'
import { placedIn, spreadOfRuns } from './placement-of-run'
import { placed } from './placements'
import { isStretched, scaleInPlace, scalesOf } from './scaling'
import { weighPhases } from './evidence/weigh'
import { ratesOfBuilt } from './rates'
import { buildSequences } from './sequences'
import type { BuiltSequences } from './sequences'
import { analyse, optionsOf, runOf } from './testing/builders'
import { Rng } from '../numeric/rng'
import type { GaussianHmm, Sequence } from '../hmm/types'

/** Runs of three levels, each with lengths and offsets of its own; cells are left out with the given probability. */
function planted(
  count: number,
  seed: number,
  spread: number,
  open = 0,
  stretch = 0
): {
  runs: Sequence[]
  offsets: number[][]
  scales: number[][]
} {
  const rng = Rng.forPurpose(seed, 'placements test')
  const levels = [
    [0, 3, -2],
    [4, 0, 1],
    [7, 5, -6]
  ]
  const offsets: number[][] = []
  const scales: number[][] = []
  const runs = Array.from({ length: count }, () => {
    const own = levels[0].map(() => spread * rng.normal())
    offsets.push(own)
    const stretched = own.map(() => (stretch > 0 ? Math.exp(stretch * rng.normal()) : 1))
    scales.push(stretched)
    const ends = [5 + rng.integer(70), 80 + rng.integer(35)]
    const data = new Float64Array(120 * 3)
    for (let t = 0; t < 120; t++) {
      const level = levels[t < ends[0] ? 0 : t < ends[1] ? 1 : 2]
      for (let d = 0; d < 3; d++)
        data[t * 3 + d] = rng.uniform() < open ? NaN : 100 * d + own[d] + stretched[d] * (level[d] + 0.2 * rng.normal())
    }
    return { data, rows: 120, columns: 3, ...(open > 0 ? { missing: true } : {}) }
  })
  return { runs, offsets, scales }
}

const centred = (values: number[]): number[] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

describe('placements of runs', () => {
  it.each([
    ['apart', 2, 0],
    ['close to each other', 0.3, 0],
    ['apart, with cells missing', 2, 0.3]
  ])('are the planted ones where runs lie %s, whatever their phases last', (_, spread, open) => {
    const { runs, offsets } = planted(12, 3, spread, open)
    const scales = scalesOf(runs, 'shared')
    for (let d = 0; d < 3; d++) {
      const found = centred(scales.map((own) => own[d].mean))
      const truth = centred(offsets.map((own) => own[d]))
      found.forEach((value, r) => expect(Math.abs(value - truth[r])).toBeLessThan(0.2))
      const stretches = scales.map((own) => own[d].std)
      expect(Math.max(...stretches) / Math.min(...stretches)).toBeLessThan(1.05)
    }
    // A mean over the run is off by what its phases last.
    const byMean = centred(scalesOf(runs, 'run').map((own) => own[0].mean))
    expect(
      Math.max(...byMean.map((value, r) => Math.abs(value - centred(offsets.map((own) => own[0]))[r])))
    ).toBeGreaterThan(0.5)
  })

  it('stretch a run that differs in scale', () => {
    const { runs, scales } = planted(12, 4, 0.5, 0, 0.7)
    const found = scalesOf(runs, 'shared')
    for (let d = 0; d < 3; d++) {
      const logs = centred(found.map((own) => Math.log(own[d].std)))
      const truth = centred(scales.map((own) => Math.log(own[d])))
      logs.forEach((value, r) => expect(Math.abs(value - truth[r])).toBeLessThan(0.1))
    }
  })

  it('do not stretch the noise of a run that stays where it is', () => {
    const { runs } = planted(10, 6, 0)
    const rng = Rng.forPurpose(6, 'still')
    for (let p = 0; p < runs[0].data.length; p++)
      runs[0].data[p] = 100 * (p % 3) + [0, 3, -2][p % 3] + 0.2 * rng.normal()
    const found = scalesOf(runs, 'shared')
    found[0].forEach(({ std }, d) => expect(std / found[1][d].std).toBeGreaterThan(0.8))
    expect(scalesOf(runs, 'run')[0][0].std / scalesOf(runs, 'run')[1][0].std).toBeLessThan(0.2)
  })

  it('are none where there are none', () => {
    const { runs } = planted(10, 5, 0)
    const common = scalesOf(runs, 'all')
    scalesOf(runs, 'shared').forEach((own, r) =>
      own.forEach(({ mean, std }, d) => {
        expect(Math.abs(mean - common[r][d].mean) / std).toBeLessThan(0.03)
        expect(std / common[r][d].std).toBeCloseTo(1, 1)
      })
    )
  })

  it('leave one run as its own z-score would', () => {
    const { runs } = planted(1, 7, 1)
    expect(scalesOf(runs, 'shared')).toEqual(scalesOf(runs, 'run'))
  })

  it('know a feature that changes in no run, and one that a run lacks', () => {
    const { runs } = planted(4, 8, 1)
    for (const { data } of runs) for (let p = 1; p < data.length; p += 3) data[p] = 5
    for (let p = 2; p < runs[1].data.length; p += 3) runs[1].data[p] = NaN
    const scales = scalesOf(runs, 'shared')
    for (const own of scales) {
      expect(own[1]).toEqual({ mean: 5, std: 0 })
      for (const { mean, std } of own) expect(Number.isFinite(mean) && Number.isFinite(std)).toBe(true)
    }
  })
})

describe('whether runs are stretched', () => {
  const rows = (runs: Sequence[]): BuiltSequences => {
    const scaling = scaleInPlace(runs, 'shared')
    const features = ['a', 'b', 'c']
    const at = Array.from({ length: 120 }, (_, t) => t)
    const inputs = runs.map((_, r) => ({ runId: `r${r}`, label: `r${r}`, seed: r, steps: at, epochs: at }))
    return { sequences: runs, findings: [], inputs: { features, runs: inputs, rows: 120 * runs.length, scaling } }
  }

  it.each([
    [0, false],
    [0.7, true]
  ])('with scales that differ by %d is %s, and is told to what weighs their surrogates', async (stretch, stretched) => {
    const built = rows(planted(8, 2, 1, 0, stretch).runs)
    expect(isStretched(built.inputs.scaling)).toBe(stretched)
    const asked: unknown[] = []
    const options = optionsOf({ zscore: 'shared', folds: 2, surrogates: 2, emission: 'levels' })
    await weighPhases(built, options, (tasks) => {
      asked.push(...tasks.map((task) => task.stretched))
      return Promise.resolve([])
    })
    expect(asked).toEqual([stretched, stretched, stretched, stretched])
  })
})

describe('the placement of a run that a model has not seen', () => {
  const model: GaussianHmm = {
    states: 2,
    features: 2,
    covariance: 'diag',
    startProb: Float64Array.of(1, 0),
    transMat: Float64Array.of(0.95, 0.05, 0, 1),
    means: Float64Array.of(-1, 1, 1, -1),
    covars: new Float64Array(4).fill(0.01)
  }

  it.each([0, 0.4, -1.9, 2])('is told by its levels: offset %d', (offset) => {
    const rng = Rng.forPurpose(1, 'unseen')
    const data = Float64Array.from({ length: 80 }, (_, p) => {
      const late = p >= 60
      return (p % 2 === (late ? 1 : 0) ? -1 : 1) + offset + 0.1 * rng.normal()
    })
    const own = placedIn({ data, rows: 40, columns: 2 }, model, {
      logGain: Float64Array.of(1e-6, 1e-6),
      shift: Float64Array.of(1, 1)
    })
    const taken = data[0] - own.data[0]
    expect(Math.abs(taken - offset)).toBeLessThan(0.06)
  })

  it('is drawn towards none where runs lie close together', () => {
    const data = Float64Array.from({ length: 8 }, (_, p) => (p % 2 === 0 ? -1 : 1) + 0.1)
    const own = placedIn({ data, rows: 4, columns: 2 }, model, {
      logGain: Float64Array.of(1e-4, 1e-4),
      shift: Float64Array.of(1e-4, 1e-4)
    })
    expect(data[0] - own.data[0]).toBeLessThan(0.01)
  })

  it('has the spread of the analysed runs, in z', () => {
    const scaling = [-2, 0, 2].map((mean) => [{ mean, std: 2 }])
    expect(spreadOfRuns({ scaling }).shift[0]).toBeCloseTo(2 / 3, 12)
    expect([...spreadOfRuns({ scaling: scaling.slice(0, 1) }).shift]).toEqual([1])
    const stretched = [1, 4].map((std) => [{ mean: 0, std }])
    expect(spreadOfRuns({ scaling: stretched }).logGain[0]).toBeCloseTo(
      (Math.log(2.5) ** 2 + Math.log(0.625) ** 2) / 2,
      12
    )
  })
})

describe('an analysis of runs that lie apart', () => {
  const { runs } = planted(9, 11, 2)
  const series = runs.map(({ data }, r) =>
    runOf(`r${r}`, {
      a: Array.from({ length: 120 }, (_, t) => data[t * 3]),
      b: Array.from({ length: 120 }, (_, t) => data[t * 3 + 1])
    })
  )
  const options = optionsOf({ zscore: 'shared', statesMin: 3, statesMax: 3, restarts: 4 })
  const analysis = analyse(series.slice(0, 8), options)
  const truth = (r: number): number[] => {
    const a = series[r].series.a.values
    const path = [0]
    for (let t = 1; t < 120; t++) path.push(path[t - 1] + (a[t] - a[t - 1] > 2 ? 1 : 0))
    return path
  }

  it('has one level for a phase in all runs', () => {
    analysis.fits[0].paths.forEach((path, r) => expect(path).toEqual(truth(r)))
  })

  it('reads an analysed run as it did, and one that it has not seen as it would have', () => {
    expect([...decodeRun(analysis, 3, series[0]).path]).toEqual(analysis.fits[0].paths[0])
    const unseen = decodeRun(analysis, 3, series[8])
    expect([...unseen.path]).toEqual(truth(8))
    expect(unseen.foreign).toBe(false)
  })

  it('reads the beginning of a run that is still training as the states that it is in', () => {
    const begun = runOf('new', {
      a: Array.from(series[8].series.a.values).slice(0, 40),
      b: Array.from(series[8].series.b.values).slice(0, 40)
    })
    const { path, findings } = decodeRun(analysis, 3, begun, true)
    expect([...path]).toEqual(truth(8).slice(0, 40))
    expect(findings).toEqual([])
  })
})

describe('gain and shift given the levels', () => {
  it('are the most probable ones, by brute force', () => {
    const [x, level, weight] = [
      [0, 1, 2.5, 4],
      [1, 2.2, 3.1, 5.3],
      [4, 2, 9, 1]
    ]
    const sum = (of: (i: number) => number): number => x.reduce((total, _, i) => total + of(i), 0)
    const spread = { logGain: 0.3, shift: 0.5 }
    const found = placed(
      {
        count: 4,
        weight: sum((i) => weight[i]),
        x: sum((i) => weight[i] * x[i]),
        xx: sum((i) => weight[i] * x[i] ** 2),
        level: sum((i) => weight[i] * level[i]),
        xLevel: sum((i) => weight[i] * x[i] * level[i])
      },
      spread
    )
    const logDensity = (gain: number, shift: number): number =>
      sum((i) => -0.5 * weight[i] * (gain * x[i] + shift - level[i]) ** 2) +
      4 * Math.log(gain) -
      (0.5 * Math.log(gain) ** 2) / spread.logGain -
      (0.5 * shift ** 2) / spread.shift
    let best = { gain: 1, shift: 0, value: -Infinity }
    for (let gain = 0.5; gain < 2; gain += 0.001)
      for (let shift = -1; shift < 2; shift += 0.001) {
        const value = logDensity(gain, shift)
        if (value > best.value) best = { gain, shift, value }
      }
    expect(found.gain).toBeCloseTo(best.gain, 2)
    expect(found.shift).toBeCloseTo(best.shift, 2)
    expect(logDensity(found.gain, found.shift)).toBeGreaterThanOrEqual(best.value)
  })
})

describe('an analysis of rates of runs that differ in scale', () => {
  // Two rates of change, one after the other; each run has its own scale, and changes at its own time.
  const rng = Rng.forPurpose(4, 'stretched rates')
  const runs = Array.from({ length: 9 }, (_, r) => {
    const gain = r % 2 === 0 ? 1 : 4
    const change = 80 + rng.integer(80)
    const curve = (early: number, late: number, from: number): number[] =>
      Array.from(
        { length: 240 },
        (_, t) => from + gain * (early * Math.min(t, change) + late * Math.max(0, t - change) + 0.05 * rng.normal())
      )
    return { change, run: runOf(`r${r}`, { a: curve(1, 0.1, 5 * r), b: curve(-0.2, -1, -3 * r) }) }
  })
  const series = runs.map(({ run }) => run)
  const options = optionsOf({ zscore: 'shared', emission: 'rates', statesMin: 2, statesMax: 2, restarts: 4 })
  const inRates = (some: typeof series): BuiltSequences => {
    const built = buildSequences(some, options)
    expect(isStretched(built.inputs.scaling)).toBe(true)
    return ratesOfBuilt(built, 'shared', 6)!
  }
  const built = inRates(series.slice(0, 8))
  const analysis = analyse(series.slice(0, 8), options, null, built)

  it('reads an analysed run as it did', () => {
    series.slice(0, 8).forEach((run, r) => {
      expect([...decodeRun(analysis, 2, run).path]).toEqual(analysis.fits[0].paths[r])
      expect(decodeRun(analysis, 2, run).foreign).toBe(false)
    })
  })

  it('changes an unseen run where it changed, whatever its scale', () => {
    const { path, run } = decodeRun(analysis, 2, { ...series[8], runId: 'unseen' })
    const at = Array.from(path).findIndex((state, t) => t > 0 && state !== path[t - 1])
    expect(Math.abs(run.steps[at] / 10 - runs[8].change)).toBeLessThan(20)
  })
})
