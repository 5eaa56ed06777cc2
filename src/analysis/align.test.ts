/** Series that do not share steps, side by side. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { alignRun } from './align'
import { emissionGradients, prepareGradients } from './gradients'
import { countRows } from './row-counts'
import { buildSequenceForModel, buildSequences } from './sequences'
import { analyse, optionsOf, runOf } from './testing/builders'
import { randomModel } from '../hmm/testing/models'
import type { Alignment } from '../domain/analysis-options'
import type { Finding } from '../domain/finding'
import type { RunSeries } from '../domain/run-series'

const series = (steps: number[], values: number[]) => ({
  steps: Float64Array.from(steps),
  values: Float64Array.from(values)
})

/** Training loss every 50 steps but the last of an epoch, validation once an epoch of 100 steps at its end. */
function lightning(runId: string, epochs = 60): RunSeries {
  const rng = new Rng(runId.length)
  const train = Array.from({ length: 2 * epochs }, (_, i) => 50 * i + 49)
  const val = Array.from({ length: epochs }, (_, e) => 100 * e + 100)
  const loss = (step: number): number => (step < 2500 ? 2 : 0.5) + 0.05 * rng.normal()
  const all = [...train, ...val].sort((a, b) => a - b)
  return {
    runId,
    label: runId,
    seed: null,
    series: {
      train_loss: series(train, train.map(loss)),
      val_loss: series(val, val.map(loss)),
      epoch: series(
        all,
        all.map((step) => Math.floor((step - 1) / 100))
      )
    }
  }
}

const features = ['train_loss', 'val_loss']

function aligned(run: RunSeries, align: Alignment) {
  const findings: Finding[] = []
  return { table: alignRun(run, features, align, findings), findings }
}

describe('the union of steps', () => {
  it('has every point, and leaves the other cells open', () => {
    const { table, findings } = aligned(lightning('a'), 'union')
    expect(table!.steps).toHaveLength(180)
    expect(table!.missing).toBe(true)
    expect(table!.used).toEqual([
      { points: 120, of: 120 },
      { points: 60, of: 60 }
    ])
    expect(table!.steps.slice(0, 4)).toEqual([49, 99, 100, 149])
    expect(Array.from(table!.data.slice(0, 6)).map(Number.isNaN)).toEqual([false, true, false, true, true, false])
    expect(findings).toEqual([])
  })

  it('is that of common steps where all are common, to the bit', () => {
    const rng = new Rng(1)
    const values = (): number[] => Array.from({ length: 40 }, () => rng.normal())
    const runs = ['a', 'b'].map((id) => runOf(id, { a: values(), b: values(), epoch: [...values().keys()] }))
    const [union, common] = (['union', 'common'] as const).map((align) => buildSequences(runs, optionsOf({ align })))
    expect(union).toEqual(common)
    expect(union.sequences[0].missing).toBeUndefined()
  })

  it('leaves open what is no finite number, and says so', () => {
    const run = runOf('a', { a: [1, NaN, 3, Infinity], b: [1, 2, NaN, 4] })
    const findings: Finding[] = []
    const table = alignRun(run, ['a', 'b'], 'union', findings)!
    expect(Array.from(table.data)).toEqual([1, 1, NaN, 2, 3, NaN, NaN, 4])
    expect(findings.map(({ text }) => text)).toEqual([
      'Run "A": 2 points of "a" left open, not a finite number.',
      'Run "A": 1 point of "b" left open, not a finite number.'
    ])
  })

  it('fits: the states of both series, at all points', () => {
    const runs = ['a', 'bb', 'ccc'].map((id) => lightning(id))
    const options = optionsOf({ align: 'union', features, statesMax: 3, covariance: 'full' })
    const analysis = analyse(runs, options)
    expect(analysis.chosenStates).toBe(2)
    const [{ paths, transitions }] = analysis.fits.filter(({ states }) => states === 2)
    analysis.inputs.runs.forEach(({ steps }, r) => {
      const change = steps[paths[r].findIndex((state) => state !== paths[r][0])]
      expect(Math.abs(change - 2500)).toBeLessThanOrEqual(50)
    })
    const [{ features: ranked, occurrences }] = transitions
    // At each point before the change one of the two is recorded: the other has no gradient there, not one of 0.
    for (const { gradients } of occurrences) expect(gradients.filter((gradient) => gradient === null)).toHaveLength(1)
    for (const { feature, gradient } of ranked) {
      const own = occurrences.flatMap(({ gradients }) => gradients[features.indexOf(feature)] ?? [])
      if (own.length === 0) expect(gradient).toBeNull()
      else expect(gradient).toBeCloseTo(own.reduce((sum, one) => sum + one, 0) / own.length, 12)
    }
    expect(ranked[0].gradient).not.toBeNull()
    expect(JSON.stringify(analysis)).not.toContain('null,null')
    expect(analysis.findings.map(({ text }) => text).join()).toContain('"val_loss" at 180')
    const one = buildSequenceForModel(lightning('new'), analysis.inputs, options)
    expect(one.sequence).toMatchObject({ rows: 180, missing: true })
  })
})

describe('other alignments', () => {
  it('on the steps of a series: the mean of what others recorded since the row before', () => {
    const run: RunSeries = {
      runId: 'a',
      label: 'a',
      seed: null,
      series: {
        train_loss: series([0, 1, 2, 3, 4, 9], [1, 2, 3, 4, 5, 6]),
        val_loss: series([1, 2, 5, 6], [10, 20, 30, 40])
      }
    }
    const { table } = aligned(run, { series: 'val_loss' })
    expect(table!.steps).toEqual([1, 2, 5, 6])
    expect(Array.from(table!.data)).toEqual([1.5, 10, 3, 20, 4.5, 30, NaN, 40])
    // What comes after the last row belongs to none.
    expect(table!.used[0]).toEqual({ points: 5, of: 6 })
    expect(aligned(run, { series: 'other' }).findings[0].text).toBe(
      'Run "a" was left out: it has no "other", on whose steps the rows are.'
    )
  })

  it('per epoch: means', () => {
    const { table } = aligned(lightning('a', 30), 'epoch')
    expect(table!.steps).toHaveLength(30)
    expect(table!.used).toEqual([
      { points: 60, of: 60 },
      { points: 30, of: 30 }
    ])
    expect(table!.missing).toBe(false)
    const none = { ...lightning('a'), series: { ...lightning('a').series } }
    delete none.series.epoch
    expect(aligned(none, 'epoch').findings[0].text).toBe('Run "a" was left out: it has recorded no epochs.')
  })

  it('on common steps are refused where little would be left, unless that is meant', () => {
    const run = lightning('a')
    run.series.val_loss = series([49, 99, 149, 200, 300], [1, 2, 3, 4, 5])
    const build = (changes: object) => buildSequences([run], optionsOf({ features, ...changes }))
    expect(() => build({ align: 'common' })).toThrow(
      'Of run "a" only 3 rows would be left, and of "train_loss" 3 of 120 points: elsewhere not every feature has a number'
    )
    expect(build({ align: 'common', force: true }).inputs.rows).toBe(3)
    // Analyses from before there was a choice can be fitted again.
    expect(build({ align: undefined }).inputs.rows).toBe(3)
    expect(build({ align: 'union' }).inputs.rows).toBe(122)
  })

  it('are refused by the run that keeps the least, and with how many others', () => {
    const runs = [5, 1, 3, 30].map((validations, r) => {
      const run = lightning('abcd'[r])
      const steps = Array.from({ length: validations }, (_, i) => 50 * i + 49)
      run.series.val_loss = series([...steps, 7000], [...steps, 3])
      return run
    })
    const options = optionsOf({ features, align: 'common' })
    expect(() => buildSequences(runs, options)).toThrow(/^Of run "b" only .* 3 other runs keep too little as well\./)
    expect(countRows(runs.slice(0, 2), features, ['common'])[0].problem).toMatch(/^Of run "b".* One other run keeps/)
  })

  it('of short runs that lose nothing are none to refuse', () => {
    const run = runOf('a', { a: [1, 2, 3, 5], b: [2, 1, 4, 3] })
    for (const align of ['common', 'union'] as const)
      expect(buildSequences([run], optionsOf({ align })).inputs.rows).toBe(4)
  })
})

describe('gradients of a row with missing cells', () => {
  it.each(['diag', 'full', 'tied', 'spherical'] as const)('are those of the cells that are there: %s', (covariance) => {
    const model = randomModel(2, 3, covariance, new Rng(3))
    const out = new Float64Array(6)
    emissionGradients(prepareGradients(model), Float64Array.of(0.3, NaN, -1), out)
    const matrix = covariance === 'full' || covariance === 'tied'
    for (let k = 0; k < 2; k++) {
      const at = (i: number, j: number): number => {
        if (matrix) return model.covars[(covariance === 'full' ? k * 9 : 0) + i * 3 + j]
        return i !== j ? 0 : covariance === 'diag' ? model.covars[k * 3 + i] : model.covars[k]
      }
      const [a, b, c] = [at(0, 0), at(0, 2), at(2, 2)]
      const [x, y] = [0.3 - model.means[k * 3], -1 - model.means[k * 3 + 2]]
      const det = a * c - b * b
      expect(out[k * 3]).toBeCloseTo(-(c * x - b * y) / det, 10)
      expect(out[k * 3 + 1]).toBeNaN()
      expect(out[k * 3 + 2]).toBeCloseTo(-(a * y - b * x) / det, 10)
    }
  })
})

/** `a` and `b` at steps of their own, which they never share. */
const apart = (runId: string): RunSeries => ({
  runId,
  label: runId,
  seed: null,
  series: {
    a: series(
      Array.from({ length: 30 }, (_, i) => 2 * i),
      Array.from({ length: 30 }, (_, i) => Math.sin(i))
    ),
    b: series(
      Array.from({ length: 30 }, (_, i) => 2 * i + 1),
      Array.from({ length: 30 }, (_, i) => i)
    )
  }
})

describe('rows', () => {
  it('that only a left out feature had a value in are none, and the same when it is fitted again', () => {
    const run = apart('r')
    run.series.b.values.fill(5)
    const options = { ...optionsOf({ statesMax: 1 }), align: 'union' as const }
    const { inputs, sequences } = buildSequences([run], options)
    expect([inputs.features, inputs.rows, sequences[0].data.length]).toEqual([['a'], 30, 30])
    expect(sequences[0].data.every(Number.isFinite)).toBe(true)
    expect(buildSequences([run], { ...options, features: inputs.features }).inputs.runs).toEqual(inputs.runs)
  })

  it('that alignment takes from one run altogether are refused, though another has them', () => {
    const whole = runOf('s', { a: apart('r').series.a.values.slice(), b: apart('r').series.b.values.slice() } as never)
    const options = { ...optionsOf({ statesMax: 1 }), align: 'common' as const }
    for (const runs of [
      [apart('r'), whole],
      [whole, apart('r')]
    ]) {
      expect(() => buildSequences(runs, options)).toThrow('Of run "r" only 0 rows would be left')
      expect(countRows(runs, ['a', 'b'], ['common'])[0]).toMatchObject({ least: 30, left: 1 })
      expect(countRows(runs, ['a', 'b'], ['common'])[0].problem).toContain('Of run "r" only 0 rows')
      expect(buildSequences(runs, { ...options, force: true }).inputs.runs.map(({ runId }) => runId)).toEqual(['s'])
    }
  })

  it('per epoch are in time, also where epochs begin again from 0, and are no more for rounding', () => {
    const run = apart('r')
    const steps = Array.from({ length: 60 }, (_, i) => i)
    run.series.epoch = series(
      steps,
      steps.map((step) => Math.floor((step % 30) / 10))
    )
    expect(alignRun(run, ['a', 'b'], 'epoch', [])!.steps).toEqual([9, 19, 29, 39, 49, 59])
    run.series.epoch = series(
      steps,
      steps.map((step) => ((step + 1) / 10) * 1.00001)
    )
    expect(alignRun(run, ['a', 'b'], 'epoch', [])!.steps).toEqual([9, 19, 29, 39, 49, 59])
  })
})
