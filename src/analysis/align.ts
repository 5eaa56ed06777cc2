/** One run's chosen features side by side, at true steps. */
import type { Alignment } from '../domain/analysis-options'
import type { Finding } from '../domain/finding'
import type { RunSeries } from '../domain/run-series'

/**
 * Rows of one run before scaling: data [rows, D] row-major, NaN where nothing was recorded. The recorded series themselves
 * are not kept.
 */
export interface AlignedRun {
  run: Pick<RunSeries, 'runId' | 'label' | 'seed'>
  steps: number[]
  /** True epochs, or the steps where none were recorded. */
  epochs: number[]
  data: Float64Array
  /** Some cells are missing. */
  missing: boolean
  /** Of the finite points of each feature, how many the rows rest on. */
  used: { points: number; of: number }[]
  /** Fewer than two rows are left, which a finding says: it has no spread and no transition. */
  short: boolean
}

/** Where the rows go: ordinary memory, or memory that threads share. */
export type Allocate = (length: number) => Float64Array

const MIN_ROWS = 2

/**
 * Puts the features of a run side by side, as `Alignment` says. What is dropped becomes a finding.
 * @returns null when the run lacks a feature, or what the alignment goes by.
 */
export function alignRun(
  run: RunSeries,
  features: readonly string[],
  align: Alignment,
  findings: Finding[],
  allocate: Allocate = (length) => new Float64Array(length)
): AlignedRun | null {
  const { runId, label } = run
  for (const feature of features) {
    const series = run.series[feature]
    if (series && (align === 'common' ? series.steps.length > 0 : series.values.some(Number.isFinite))) continue
    const what = series && series.steps.length > 0 ? `"${feature}" is never a finite number` : `it has no "${feature}"`
    findings.push({ severity: 'warning', runId, feature, text: `Run "${label}" was left out: ${what}.` })
    return null
  }
  const table = tableOf(run, features, align, findings)
  if (typeof table === 'string') {
    findings.push({ severity: 'warning', runId, text: `Run "${label}" was left out: ${table}.` })
    return null
  }
  const { steps, columns } = table
  const short = steps.length < MIN_ROWS
  if (short) findings.push(tooShort(run, steps.length))
  const data = allocate(steps.length * features.length)
  columns.forEach((column, d) => column.forEach((value, row) => (data[row * features.length + d] = value)))
  const missing = columns.some((column) => column.some(Number.isNaN))
  const epochs = Array.from(valuesAtSteps(run.series.epoch, steps) ?? steps)
  return { run: { runId, label, seed: run.seed }, steps, epochs, data, missing, used: table.used, short }
}

function tooShort({ runId, label }: Pick<RunSeries, 'runId' | 'label'>, rows: number): Finding {
  const left = rows === 0 ? 'no usable point' : 'only one usable point'
  return { severity: 'warning', runId, text: `Run "${label}" was left out: it has ${left}.` }
}

/**
 * The run with the rows that hold a value of any kept feature: others held one of a feature that was left out.
 * @param kept indices of features
 * @returns null when fewer than two rows are left, which a finding says.
 */
export function withoutEmptyRows(
  run: AlignedRun,
  columns: number,
  kept: readonly number[],
  findings: Finding[]
): AlignedRun | null {
  if (!run.missing) return run
  const rows = Array.from(run.steps.keys()).filter((t) => kept.some((d) => !Number.isNaN(run.data[t * columns + d])))
  if (rows.length === run.steps.length) return run
  if (rows.length < MIN_ROWS) {
    findings.push(tooShort(run.run, rows.length))
    return null
  }
  rows.forEach((t, row) => run.data.copyWithin(row * columns, t * columns, (t + 1) * columns))
  return {
    ...run,
    steps: rows.map((t) => run.steps[t]),
    epochs: rows.map((t) => run.epochs[t]),
    data: run.data.subarray(0, rows.length * columns)
  }
}

interface Table {
  steps: number[]
  /** One per feature; NaN: missing. */
  columns: number[][]
  /** Finite points of each feature that are in it, of all that it has. */
  used: AlignedRun['used']
}

/** @returns what is wrong, as the end of a sentence, where there is nothing to go by. */
function tableOf(run: RunSeries, features: readonly string[], align: Alignment, findings: Finding[]): Table | string {
  if (align === 'common') return commonSteps(run, features, findings)
  if (align === 'union') {
    const steps = new Set<number>()
    for (const feature of features) eachPoint(run, feature, (step) => steps.add(step))
    const sorted = Float64Array.from(steps).sort()
    // Every point has a row of its own step.
    return averaged(run, features, (step) => step, new Map(Array.from(sorted, (step, row) => [step, row])), findings)
  }
  if (align === 'epoch') {
    const { epoch } = run.series
    if (!epoch || epoch.steps.length === 0) return 'it has recorded no epochs'
    const stretches = epochStretches(epoch.values)
    const epochOf = (step: number): number => stretches[Math.max(0, firstAfter(epoch.steps, step) - 1)]
    const epochs = new Set<number>()
    for (const feature of features) eachPoint(run, feature, (step) => epochs.add(epochOf(step)))
    const sorted = [...epochs].sort((a, b) => a - b)
    return averaged(run, features, epochOf, new Map(sorted.map((value, row) => [value, row])), findings)
  }
  const series = run.series[align.series]
  if (!series || !series.values.some(Number.isFinite)) return `it has no "${align.series}", on whose steps the rows are`
  const steps = series.steps.filter((_, i) => Number.isFinite(series.values[i]))
  /** The first of the steps that is not before this one. */
  const rowOf = (step: number): number => {
    const after = firstAfter(steps, step)
    return after > 0 && steps[after - 1] === step ? step : (steps[after] ?? Infinity)
  }
  return averaged(
    run,
    features,
    rowOf,
    new Map(Array.from(steps, (step, row) => [step, row])),
    findings,
    Array.from(steps)
  )
}

/** Epochs come in single precision and as sums of shares: 2.0001 is the end of epoch 2. */
const ROUNDING = 1e-3

/**
 * Which stretch of equal epochs each recorded epoch is of, from 0. Stretches and not numbers: a run whose epochs begin
 * again from 0 goes through epoch 1 twice.
 */
function epochStretches(values: Float64Array): Int32Array {
  let stretch = 0
  let epoch: number | null = null
  return Int32Array.from(values, (value) => {
    if (!Number.isFinite(value)) return stretch
    const own = Math.ceil(value - ROUNDING)
    if (epoch !== null && own !== epoch) stretch++
    epoch = own
    return stretch
  })
}

/** Index of the first of ascending steps that is beyond this one. */
function firstAfter(steps: Float64Array, step: number): number {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (steps[middle] <= step) low = middle + 1
    else high = middle
  }
  return low
}

function eachPoint(run: RunSeries, feature: string, visit: (step: number, value: number) => void): void {
  const { steps, values } = run.series[feature]
  for (let i = 0; i < steps.length; i++) if (Number.isFinite(values[i])) visit(steps[i], values[i])
}

/**
 * Means of the points that belong to one row; rows without any are left out.
 * @param rowOf key of the row of a step; one that is not in `rows` leaves the point out
 * @param steps of the rows; without it the last step of what is in each
 */
function averaged(
  run: RunSeries,
  features: readonly string[],
  rowOf: (step: number) => number,
  rows: ReadonlyMap<number, number>,
  findings: Finding[],
  steps?: readonly number[]
): Table {
  const last = steps ? [...steps] : new Array<number>(rows.size).fill(-Infinity)
  const full = new Array<boolean>(rows.size).fill(false)
  const used: Table['used'] = []
  const columns = features.map((feature) => {
    const sums = new Array<number>(rows.size).fill(0)
    const counts = new Array<number>(rows.size).fill(0)
    let [inside, all] = [0, 0]
    eachPoint(run, feature, (step, value) => {
      all += 1
      const row = rows.get(rowOf(step))
      if (row === undefined) return
      inside += 1
      sums[row] += value
      counts[row] += 1
      full[row] = true
      if (!steps && step > last[row]) last[row] = step
    })
    used.push({ points: inside, of: all })
    const broken = run.series[feature].values.length - all
    if (broken > 0) {
      const text = `Run "${run.label}": ${points(broken)} of "${feature}" left open, not a finite number.`
      findings.push({ severity: 'warning', runId: run.runId, feature, text })
    }
    return sums.map((sum, row) => (counts[row] === 0 ? NaN : counts[row] === 1 ? sum : sum / counts[row]))
  })
  const kept = full.flatMap((is, row) => (is ? [row] : []))
  const pick = <T>(list: readonly T[]): T[] => kept.map((row) => list[row])
  return { steps: pick(last), columns: columns.map(pick), used }
}

/** The steps at which every feature is recorded with a finite number. */
function commonSteps(run: RunSeries, features: readonly string[], findings: Finding[]): Table {
  const { runId, label } = run
  const recorded = new Map<number, number>()
  for (const feature of features)
    for (const step of run.series[feature].steps) recorded.set(step, (recorded.get(step) ?? 0) + 1)
  const common = [...recorded.keys()].filter((step) => recorded.get(step) === features.length).sort((a, b) => a - b)
  reportMissing(run, features, recorded, common.length, findings)

  const wanted = new Set(common)
  const columns = features.map((feature) => {
    const { steps, values } = run.series[feature]
    return Array.from(values.filter((_, i) => wanted.has(steps[i])))
  })
  const broken = columns.map((column) => column.reduce((n, x) => (Number.isFinite(x) ? n : n + 1), 0))
  const usable = common.map((_, t) => t).filter((t) => columns.every((column) => Number.isFinite(column[t])))
  if (usable.length < common.length)
    features.forEach((feature, d) => {
      if (broken[d] === 0) return
      const text =
        `Run "${label}": ${points(broken[d])} of ${common.length} dropped because "${feature}" ` +
        `was not a finite number there.`
      findings.push({ severity: 'warning', runId, feature, text })
    })
  const used = features.map((feature) => ({
    points: usable.length,
    of: run.series[feature].values.reduce((n, value) => (Number.isFinite(value) ? n + 1 : n), 0)
  }))
  const steps = usable.map((t) => common[t])
  return { steps, columns: columns.map((column) => usable.map((t) => column[t])), used }
}

function reportMissing(
  run: RunSeries,
  features: readonly string[],
  recorded: ReadonlyMap<number, number>,
  common: number,
  findings: Finding[]
): void {
  const all = recorded.size
  if (common === all) return
  const missing = features
    .map((feature) => ({ feature, count: all - run.series[feature].steps.length }))
    .filter(({ count }) => count > 0)
  const what = missing.map(({ feature, count }) => `"${feature}" at ${count}`).join(', ')
  const text =
    `Run "${run.label}": ${points(all - common)} of ${all} dropped because not every feature was recorded there ` +
    `(missing: ${what}).`
  // Most of a run gone is not what somebody chose who looks at it.
  findings.push({ severity: common < all / 2 ? 'warning' : 'info', runId: run.runId, text })
}

/** In words. */
export function points(count: number): string {
  return count === 1 ? '1 point' : `${count} points`
}

/** The value of a series at each step: the last one recorded at or before it, else its first; null without values. */
export function valuesAtSteps(
  series: { steps: Float64Array; values: Float64Array } | undefined,
  steps: readonly number[]
): Float64Array | null {
  if (!series || series.steps.length === 0) return null
  let at = 0
  return Float64Array.from(steps, (step) => {
    while (at + 1 < series.steps.length && series.steps[at + 1] <= step) at++
    return series.values[at]
  })
}
