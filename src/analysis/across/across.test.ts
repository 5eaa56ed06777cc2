import { describe, expect, it } from 'vitest'
import { goldenRun } from '../../hmm/testing/golden-runs'
import { leastSquares } from '../../numeric/least-squares'
import { Rng } from '../../numeric/rng'
import { goldenJson } from '../../testing/golden'
import { compareRuns, timeInStates } from './compare'
import { clusterRuns, silhouette } from './clusters'
import { convergenceOf, firstBeyond, proposeThreshold } from './convergence'
import { benjaminiHochberg, testDetours } from './detours'
import { editDistance, meanDistances, wasserstein } from './distances'
import { regressConvergence } from './regression'
import { analyse, goldenSeries, optionsOf, PAPER_FEATURES, runOf } from '../testing/builders'
import type { Finding } from '../../domain/finding'

interface Golden {
  regression: {
    x: number[][]
    y: number[]
    params: number[]
    bse: number[]
    t: number[]
    p: number[]
    r2: number
    adj: number
    df: number
    fitted: number[]
  }
  detours: {
    y: number[]
    v: number[]
    r: number
    p: number
    perm: number
    ways: number
    difference: number
    interval: [number, number] | null
  }[]
  bh: { p: number[]; q: number[] }
  wasserstein: { a: number[]; b: number[]; cost: number[][]; distance: number }[]
  clusters: { distances: number[][]; groups: Record<string, number[]>; silhouettes: Record<string, number> }
}
const golden = goldenJson<Golden>('analysis/across.json')

interface Correlations {
  seeds: number[]
  fits: Record<
    string,
    {
      threshold: number
      column: string
      convergence_row_index: number[]
      has_state: number[][]
      corr: (number | 'NaN')[]
      t_stat: (number | 'NaN')[]
      p_value_as_written: (number | 'NaN')[]
      p_value_two_sided_corrected: (number | 'NaN')[]
      predictions: string[]
    }
  >
}

function close(actual: readonly number[], expected: readonly number[], digits = 8): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(10 ** -digits * (1 + Math.abs(expected[i])))
  )
}

describe('regression against statsmodels', () => {
  const { x, y, ...expected } = golden.regression

  it('gives the same coefficients, errors, t, p, R² and adjusted R², one state left out', () => {
    const findings: Finding[] = []
    const { regression, fitted } = regressConvergence(x, y, 3, ['A', 'B', 'C', 'D'], findings)!
    const column = (key: 'coefficient' | 'standardError' | 't' | 'p') => regression.estimates.map((row) => row[key]!)
    close(column('coefficient'), expected.params)
    close(column('standardError'), expected.bse)
    close(column('t'), expected.t)
    close(column('p'), expected.p)
    close(fitted, expected.fitted)
    close(
      [regression.r2, regression.adjustedR2!, regression.degreesOfFreedom],
      [expected.r2, expected.adj, expected.df]
    )
    expect(regression.estimates.map((row) => row.name)).toEqual(['intercept', 'A', 'B', 'C'])
    expect(regression.reference).toEqual([3])
    expect(findings).toEqual([])
  })

  it('leaves out states that no run visits and says when there is nothing to explain', () => {
    const findings: Finding[] = []
    const idle = x.map((row) => [row[0], 0, row[1], row[2] + row[3]])
    const found = regressConvergence(idle, y, 3, ['A', 'B', 'C', 'D'], findings)!
    expect(found.regression.estimates.map((row) => row.state)).toEqual([null, 0, 2])
    expect(found.regression.reference).toEqual([1, 3])
    expect(regressConvergence(x, y.fill(7, 0), 3, ['A', 'B', 'C', 'D'], findings)).toBeNull()
    expect(findings.at(-1)!.text).toBe('All runs converged at the same point, so there is nothing to explain.')
    expect(regressConvergence(x.slice(0, 2), [1, 2], 3, ['A', 'B', 'C', 'D'], findings)).toBeNull()
    expect(leastSquares([[1], [2]], [1, 2])).toBeNull()
  })
})

describe('detour tests', () => {
  it('correlation, p, exact permutation p, difference and Welch interval as scipy', () => {
    for (const { y, v, ...expected } of golden.detours) {
      const [test] = testDetours([v.map((value) => value === 1)], y, 0)
      close(
        [test.correlation!, test.p!, test.permutationP!, test.difference!],
        [expected.r, expected.p, expected.perm, expected.difference]
      )
      expect([test.permutations, test.exact]).toEqual([expected.ways, true])
      if (expected.interval) close(test.interval!, expected.interval, 7)
      else expect(test.interval).toBeNull()
    }
  })

  it('of runs that presence separates perfectly, p is 0 and t has no value', () => {
    for (let runs = 3; runs <= 9; runs++)
      for (let visiting = 1; visiting < runs; visiting++)
        for (let inside = 12; inside < 58; inside += 2)
          for (let outside = 12; outside < 58; outside += 2) {
            if (inside === outside) continue
            const visits = Array.from({ length: runs }, (_, r) => r < visiting)
            const epochs = visits.map((visit) => (visit ? inside : outside))
            const [test] = testDetours([visits], epochs, 1)
            const what = `${visiting} of ${runs} at ${inside}, others at ${outside}`
            expect(Math.abs(test.correlation!), what).toBeLessThanOrEqual(1)
            expect(Math.abs(test.correlation!), what).toBeGreaterThan(1 - 1e-12)
            // With one degree of freedom, p is still 1e-8 where rounding leaves r just below 1.
            expect(test.p, what).toBeLessThan(1e-6)
            expect(test.t === null || Math.abs(test.t) > 1e6, what).toBe(true)
          }
  })

  it('a sampled permutation p agrees with the exact one', () => {
    const rng = new Rng(5)
    const y = Array.from({ length: 60 }, () => rng.normal())
    const visits = y.map((value) => value + rng.normal() > 0.5)
    const [test] = testDetours([visits], y, 1)
    expect(test.exact).toBe(false)
    // For normal values and 60 runs the t test is nearly the permutation test.
    expect(Math.abs(test.permutationP! - test.p!)).toBeLessThan(0.01)
    expect(testDetours([visits], y, 1)).toEqual([test])
  })

  it('Benjamini-Hochberg as scipy, untested states apart', () => {
    close(benjaminiHochberg(golden.bh.p) as number[], golden.bh.q)
    // Where a larger p has the smaller quotient, it bounds those below it (scipy says the same).
    close(benjaminiHochberg([0.04, 0.045, 0.05]) as number[], [0.05, 0.05, 0.05])
    close(benjaminiHochberg([0.02, 0.9, 0.021, 0.5]) as number[], [0.042, 0.9, 0.042, 2 / 3])
    expect(benjaminiHochberg([null, 0.02, null])).toEqual([null, 0.02, null])
  })

  it('finds a planted detour and says why the others are none', () => {
    const rng = new Rng(8)
    const slow = Array.from({ length: 20 }, (_, r) => r % 4 === 0)
    const y = slow.map((late) => 100 + 5 * rng.normal() + (late ? 40 : 0))
    const tests = testDetours(
      [slow, slow.map((_, r) => r % 3 === 1), slow.map(() => true), slow.map(() => false)],
      y,
      0
    )
    expect(tests.map((test) => test.detour)).toEqual([true, false, false, false])
    expect(tests[0].why).toMatch(/^A detour: 5 of 20 runs visit it and converge [\d.]+ epochs later on average\.$/)
    expect(tests[2].why).toBe('Every run visits it: not optional.')
    expect(tests[3].why).toBe('No run that converged visits it.')
  })

  it('is no detour what comes after convergence', () => {
    const y = [10, 11, 12, 13, 14, 40, 41, 42, 43, 44]
    const slow = y.map((epoch) => epoch > 30)
    expect(testDetours([slow], y, 0)[0]).toMatchObject({ detour: true, visitingBefore: 5 })
    const [late] = testDetours([slow], y, 0, [slow.map((visit, r) => visit && r === 9)])
    expect(late).toMatchObject({ detour: false, visitingBefore: 1 })
    expect(late.why).toBe('No detour: 4 of its 5 visitors enter it only after they have converged.')
  })

  for (const task of ['digits', 'parity', 'modular_noln'])
    it(`${task}: the paper's correlations and t; its p where t is positive, the two-sided one everywhere`, () => {
      const { fits, seeds } = goldenJson<Correlations>(`hmm/state_correlations_${task}.json`)
      let tested = 0
      for (const [name, fit] of Object.entries(fits)) {
        const presence = fit.has_state.map((row) => row.map((value) => value === 1))
        // The same presence from the paths.
        const paths = fit.predictions.map((path) => Array.from(path, Number))
        expect(presence.map((row) => row.map(Number))).toEqual(
          presence.map((_, k) => paths.map((path) => Number(path.includes(k))))
        )
        testDetours(presence, fit.convergence_row_index, 0).forEach((test, k) => {
          const [corr, t, written, corrected] = [
            fit.corr[k],
            fit.t_stat[k],
            fit.p_value_as_written[k],
            fit.p_value_two_sided_corrected[k]
          ]
          // Oddity: a state that every run (or none) visits gives NaN there; here it is not tested, with the reason.
          if (corr === 'NaN') {
            expect([test.correlation, test.q]).toEqual([null, null])
            expect(test.why).not.toBe('')
            return
          }
          tested++
          close([test.correlation!, test.t!, test.p!], [corr, t as number, corrected as number])
          // Oddity: without abs(t) the notebook's p is above 1 for negative t.
          if (test.t! >= 0) close([test.p!], [written as number])
          else expect(written, name).toBeGreaterThan(1)
        })
        // Oddity: convergence is a row number with a strict comparison, and a run that never converges gets the length
        // of the longest run. Here it is the true epoch, strict as well, and such runs stay out of the tests.
        const rows = seeds.map((seed) => firstBeyond(goldenRun(task, seed)[fit.column], fit.threshold, 'above'))
        const longest = Math.max(...seeds.map((seed) => goldenRun(task, seed).epoch.length))
        expect(rows.map((row) => (row < 0 ? longest : row))).toEqual(fit.convergence_row_index)
        const rule = { metric: 'accuracy/val', threshold: fit.threshold, direction: 'above' as const }
        seeds.forEach((seed, r) => {
          const found = convergenceOf(goldenSeries(task, seed), rule)
          expect(found?.epoch ?? null).toBe(rows[r] < 0 ? null : goldenRun(task, seed).epoch[rows[r]])
        })
      }
      expect(tested).toBeGreaterThan(0)
    })
})

describe('convergence', () => {
  it('takes the true epoch at the first value beyond the threshold', () => {
    const run = runOf('a', { 'accuracy/val': [0, 0.9, 0.95, Number.NaN, 1], epoch: [0, 5, 10, 15, 20] })
    expect(convergenceOf(run, { metric: 'accuracy/val', threshold: 0.9, direction: 'above' })).toEqual({
      step: 20,
      epoch: 10
    })
    expect(convergenceOf(run, { metric: 'accuracy/val', threshold: 1, direction: 'above' })).toBeNull()
    expect(convergenceOf(run, { metric: 'loss/val', threshold: 1, direction: 'below' })).toBeNull()
  })

  it('proposes 0.9 for an accuracy that gets there, else nine tenths of the way', () => {
    const good = runOf('a', { 'accuracy/val': [0, 0.95] })
    const poor = runOf('b', { 'accuracy/val': [0, 0.5], 'loss/val': [100, 1], x: [0, 20] })
    const propose = (runs: (typeof good)[], metric: string, direction: 'above' | 'below') =>
      proposeThreshold(runs, { metric, direction, threshold: null })
    expect(propose([good], 'accuracy/val', 'above')).toBe(0.9)
    expect(propose([poor], 'accuracy/val', 'above')).toBe(0.45)
    expect(propose([poor], 'loss/val', 'below')).toBe(1.6)
    expect(propose([poor], 'x', 'above')).toBe(18)
  })

  it('proposes a threshold on the way, however little the metric changes beside its size', () => {
    const ways: [string, 'above' | 'below', number, number][] = [
      ['weights/l2', 'above', 100.2, 101.2],
      ['weights/l2', 'above', 50, 50.4],
      ['f1/val', 'above', 0.97, 1],
      ['loss/val', 'below', 2.302, 2.29],
      ['weights/l2', 'below', 1234, 1200]
    ]
    const rng = new Rng(9)
    for (let i = 0; i < 500; i++) {
      const first = rng.normal() * 10 ** (rng.integer(12) - 4)
      const last = first + first * (rng.uniform() + 0.1) * (rng.integer(2) - 0.5) * 10 ** (2 - rng.integer(10))
      ways.push(['x', last > first ? 'above' : 'below', first, last])
    }
    for (const [metric, direction, first, last] of ways) {
      const run = runOf('a', { [metric]: Array.from({ length: 1001 }, (_, i) => first + ((last - first) * i) / 1000) })
      const threshold = proposeThreshold([run], { metric, direction, threshold: null })
      const index = firstBeyond(run.series[metric].values, threshold, direction)
      const what = `${metric} from ${first} to ${last}: ${threshold} at ${index}`
      expect(index, what).toBeGreaterThanOrEqual(890)
      expect(index, what).toBeLessThanOrEqual(911)
    }
  })

  it('proposes the one value of a metric that does not change', () => {
    const run = runOf('a', { x: [1234.5678, 1234.5678] })
    expect(proposeThreshold([run], { metric: 'x', direction: 'above', threshold: null })).toBe(1234.5678)
  })

  it('counts time in true epochs, whatever the recording interval', () => {
    expect(timeInStates([0, 10, 20, 22], [0, 0, 1, 2], 3)).toEqual([20, 2, 10])
    expect(timeInStates([5], [1], 2)).toEqual([0, 1])
  })
})

describe('distances and groups', () => {
  it('edit distance over visits', () => {
    expect(editDistance([0, 0, 1, 1, 2], [0, 1, 2, 2, 2])).toBe(0)
    expect(editDistance([0, 1, 2], [0, 2])).toBe(1)
    expect(editDistance([0, 1, 2], [2, 1, 0])).toBe(2)
    expect(editDistance([], [1, 2, 3])).toBe(3)
  })

  it('earth mover distance as a linear program has it', () => {
    for (const { a, b, cost, distance } of golden.wasserstein) {
      expect(Math.abs(wasserstein(a, b, cost) - distance)).toBeLessThan(1e-8)
      expect(Math.abs(wasserstein(b, a, cost) - distance)).toBeLessThan(1e-8)
      expect(wasserstein(a, a, cost)).toBe(0)
    }
  })

  it.each([1e-300, 1e-12, 1e-3, 1, 1e4, 1e6, 1e9, 1e12, 1e150])(
    'earth mover distance scales with its costs, times %s',
    (scale) => {
      for (const { a, b, cost, distance } of golden.wasserstein) {
        const scaled = cost.map((row) => row.map((value) => value * scale))
        expect(Math.abs(wasserstein(a, b, scaled) / scale - distance)).toBeLessThan(1e-8)
      }
    }
  )

  it('earth mover distance ends for costs that rounding makes contradict each other', () => {
    for (const scale of [1e4, 1e6, 1e12]) {
      for (let trial = 0; trial < 300; trial++) {
        const rng = new Rng(trial)
        const states = 3 + rng.integer(6)
        const means = Array.from({ length: states }, () => [0, 1, 2].map(() => rng.normal()))
        const mass = (): number[] => {
          const parts = Array.from({ length: states }, () => rng.uniform())
          const sum = parts.reduce((total, part) => total + part, 0)
          return parts.map((part) => part / sum)
        }
        const [a, b] = [mass(), mass()]
        const near = wasserstein(a, b, meanDistances(means))
        const far = wasserstein(a, b, meanDistances(means.map((row) => row.map((value) => value * scale))))
        expect(Math.abs(far / scale - near)).toBeLessThan(1e-10)
      }
    }
  })

  it('earth mover distance on a line is the area between the cumulative sums, with one cost beyond all others too', () => {
    // States at these places; exact for any of them (Vallender 1974). The last lies far beyond what rounding tells apart.
    const places = [0, 1e-9, 1, 2, 1e9]
    const cost = places.map((x) => places.map((y) => Math.abs(x - y)))
    const a = [0.25, 0.25, 0, 0.5, 0]
    const b = [0, 0.25, 0.5, 0, 0.25]
    let sum = 0
    let expected = 0
    places.slice(1).forEach((place, i) => {
      sum += a[i] - b[i]
      expected += Math.abs(sum) * (place - places[i])
    })
    expect(Math.abs(wasserstein(a, b, cost) / expected - 1)).toBeLessThan(1e-12)
  })

  it('earth mover distance without any distance, or with one that is not a number, ends as well', () => {
    const zero = [
      [0, 0],
      [0, 0]
    ]
    expect(wasserstein([1, 0], [0, 1], zero)).toBe(0)
    const unknown = [
      [0, Number.NaN],
      [Number.NaN, 0]
    ]
    expect(wasserstein([1, 0], [0, 1], unknown)).toBeNaN()
  })

  it('groups and silhouettes as scipy and scikit-learn', () => {
    const { distances, groups, silhouettes } = golden.clusters
    for (const [count, own] of Object.entries(groups))
      expect(
        silhouette(
          distances,
          own.map((g) => g - 1)
        )
      ).toBeCloseTo(silhouettes[count], 10)
    const found = clusterRuns(distances)
    const best = Object.entries(silhouettes).sort((a, b) => b[1] - a[1])[0]
    expect(found.count).toBe(Number(best[0]))
    expect(found.silhouette).toBeCloseTo(best[1], 10)
    const pairs = (labels: number[]) => labels.map((a) => labels.map((b) => a === b))
    expect(pairs(found.groups)).toEqual(pairs(groups[best[0]]))
    expect([...found.order].sort((a, b) => a - b)).toEqual(found.groups.map((_, i) => i))
  })

  it('makes one group of runs without structure', () => {
    expect(
      clusterRuns([
        [0, 1],
        [1, 0]
      ]).count
    ).toBe(1)
    const equal = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => (i === j ? 0 : 1)))
    expect(clusterRuns(equal)).toMatchObject({ count: 1, silhouette: null })
  })
})

describe('the runs of an analysis together', () => {
  const runs = Array.from({ length: 10 }, (_, seed) => goldenSeries('modular_noln', seed))
  const analysis = analyse(
    runs,
    optionsOf({ features: PAPER_FEATURES, statesMin: 4, statesMax: 4, restarts: 4, maxIterations: 100 })
  )

  it('modular addition: six seeds converge, the others are left out and named', () => {
    const found = compareRuns(analysis, 4, runs, { metric: 'accuracy/val', threshold: null, direction: 'above' })
    expect(found.threshold).toBe(0.9)
    const converged = found.runs.filter((run) => run.epoch !== null)
    expect(converged.length).toBeLessThan(10)
    expect(Math.min(...converged.map((run) => run.epoch!))).toBeGreaterThan(150)
    expect(found.findings[0].text).toContain(`${10 - converged.length} of 10 runs did not converge`)
    expect(found.detours).toHaveLength(4)
    expect(found.distances.order).toHaveLength(10)
    for (const run of found.runs) expect(run.occupancy.reduce((sum, time) => sum + time, 0)).toBeGreaterThan(300)
    // It crosses the contract as JSON.
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })

  it('refuses a metric that no run recorded', () => {
    expect(() => compareRuns(analysis, 4, runs, { metric: 'nope', threshold: 1, direction: 'above' })).toThrow(
      'No analysed run recorded "nope". Choose another metric.'
    )
  })
})
