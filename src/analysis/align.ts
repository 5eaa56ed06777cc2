/** One run's chosen features on common true steps. */
import type { Finding, RunSeries } from './types'

/** Rows of one run before scaling: data [rows, D] row-major, finite. The recorded series themselves are not kept. */
export interface AlignedRun {
  run: Pick<RunSeries, 'runId' | 'label' | 'seed'>
  steps: number[]
  /** True epochs, or the steps where none were recorded. */
  epochs: number[]
  data: Float64Array
}

/** Where the rows go: ordinary memory, or memory that threads share. */
export type Allocate = (length: number) => Float64Array

/** A run with fewer usable rows has no spread and no transition. */
const MIN_ROWS = 2

/**
 * Keeps the steps at which every feature is recorded with a finite number. What is dropped becomes a finding.
 * @returns null when the run lacks a feature or fewer than two rows are left.
 */
export function alignRun(
  run: RunSeries,
  features: readonly string[],
  findings: Finding[],
  allocate: Allocate = (length) => new Float64Array(length)
): AlignedRun | null {
  const { runId, label } = run
  for (const feature of features) {
    const series = run.series[feature]
    if (series && series.steps.length > 0) continue
    const text = `Run "${label}" was left out: it has no "${feature}".`
    findings.push({ severity: 'warning', runId, feature, text })
    return null
  }
  const recorded = new Map<number, number>()
  for (const feature of features)
    for (const step of run.series[feature].steps) recorded.set(step, (recorded.get(step) ?? 0) + 1)
  const common = [...recorded.keys()].filter((step) => recorded.get(step) === features.length).sort((a, b) => a - b)
  reportMissing(run, features, recorded, common.length, findings)

  const wanted = new Set(common)
  const columns = features.map((feature) => {
    const { steps, values } = run.series[feature]
    return values.filter((_, i) => wanted.has(steps[i]))
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
  if (usable.length < MIN_ROWS) {
    const left = usable.length === 0 ? 'no usable point' : 'only one usable point'
    findings.push({ severity: 'warning', runId, text: `Run "${label}" was left out: it has ${left}.` })
    return null
  }
  const data = allocate(usable.length * features.length)
  usable.forEach((t, row) => columns.forEach((column, d) => (data[row * features.length + d] = column[t])))
  const steps = usable.map((t) => common[t])
  const epochs = Array.from(valuesAtSteps(run.series.epoch, steps) ?? steps)
  return { run: { runId, label, seed: run.seed }, steps, epochs, data }
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
  findings.push({ severity: 'info', runId: run.runId, text })
}

function points(count: number): string {
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
