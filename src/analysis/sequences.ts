/** Recorded series to the z-scored sequences that a hidden Markov model is fitted to. */
import { parameterCount } from '../hmm'
import type { Sequence } from '../hmm/types'
import { alignRun, points, withoutEmptyRows } from './align'
import type { AlignedRun, Allocate } from './align'
import { collinearFeatures } from './collinear'
import { reportNearCopies } from './near-copies'
import { hasRates, rateRows, ratesOf } from './rates'
import { FEW_ROWS, remnantRemedy, Remnants } from './remnant'
import { scaled, scalesOf, usualScale } from './scaling'
import type { Analysis, AnalysisInputRun } from '../domain/analysis'
import type { AnalysisOptions } from '../domain/analysis-options'
import type { Finding } from '../domain/finding'
import type { RunSeries } from '../domain/run-series'

/** Spread below this share of the largest value is rounding of a constant column (0.1 seven times has 1e-17). */
const CONSTANT = 1e-12

export type SequenceOptions = Pick<
  AnalysisOptions,
  'runIds' | 'features' | 'zscore' | 'covariance' | 'statesMax' | 'align' | 'force'
>

export interface BuiltSequences {
  inputs: Analysis['inputs']
  /** One per run in `inputs.runs`, [rows, D]. */
  sequences: Sequence[]
  findings: Finding[]
}

/** One run made ready for a model that is already fitted. */
export interface DecodableRun {
  run: AnalysisInputRun
  sequence: Sequence
  /** The run is on the common scale, and where it lies beside the others is still to be told (see `placedIn`). */
  unplaced: boolean
  findings: Finding[]
}

/**
 * Puts the features of every run side by side (see `Alignment`), drops what is not a finite number, and scales.
 *
 * Scales are those of `scalesOf`. A feature that is constant in a run becomes 0 there; one that is constant in every run
 * carries no information and is left out. Everything dropped is in `findings`.
 *
 * @param runs in the order wanted; runs not in `options.runIds` are ignored (an empty list takes all). Each is looked at
 *   once and not kept, so that hundreds can be read one after the other.
 * @param allocate makes the memory of the sequences.
 * @throws an Error with a plain sentence when nothing usable is left, or so little that it has to be asked for (`force`).
 */
export function buildSequences(
  runs: Iterable<RunSeries>,
  options: SequenceOptions,
  allocate?: Allocate
): BuiltSequences {
  if (options.features.length === 0) throw new Error('Choose at least one feature.')
  const findings: Finding[] = []
  const features = [...new Set(options.features)]
  let aligned: AlignedRun[] = []
  const wanted = new Set(options.runIds)
  const found = new Set<string>()
  const remnants = new Remnants(features)
  for (const run of runs) {
    if (wanted.size > 0 && !wanted.has(run.runId)) continue
    found.add(run.runId)
    const usable = alignRun(run, features, options.align ?? 'common', findings, allocate)
    if (!usable) continue
    remnants.add(usable)
    if (!usable.short) aligned.push(usable)
  }
  // Analyses from before there was a choice can be fitted again.
  if (remnants.problem !== null && options.align !== undefined && options.force !== true)
    throw new Error(`${remnants.problem} ${remnantRemedy}`)
  for (const runId of wanted)
    if (!found.has(runId))
      findings.push({ severity: 'warning', runId, text: `Run "${runId}" was left out: it was not found.` })
  if (aligned.length === 0)
    throw new Error(['No run can be analysed.', ...findings.map((finding) => finding.text)].join(' '))

  reportOpenCells(aligned, features, findings)
  // Without a z-score all spreads are 1, and an offset is none of a feature that changes in no run. On a common scale a feature
  // may tell runs apart although it changes within none.
  const changing = options.zscore === 'run' || options.zscore === 'shared' ? 'run' : 'all'
  const spreads = scalesOf(
    aligned.map((run) => rowsOf(run, features.length)),
    changing,
    { rounding: CONSTANT }
  )
  let varying = features.filter((_, d) => spreads.some((run) => run[d].std > 0))
  for (const feature of features)
    if (!varying.includes(feature))
      findings.push({
        severity: 'warning',
        feature,
        text: `"${feature}" was left out: it never changes.`
      })
  if (varying.length === 0) throw new Error('No feature changes, so there is nothing to tell phases by.')
  varying = withoutCollinear(aligned, features, varying, options, findings)
  const kept = varying.map((feature) => features.indexOf(feature))
  if (kept.length < features.length)
    aligned = aligned.flatMap((run) => withoutEmptyRows(run, features.length, kept, findings) ?? [])

  const scaling = scalesOf(
    aligned.map((run) => rowsOf(run, features.length)),
    options.zscore,
    { columns: kept, rounding: CONSTANT }
  )
  scaling.forEach((own, r) =>
    own.forEach(({ std }, v) => {
      if (std > 0) return
      const [{ run }, feature] = [aligned[r], varying[v]]
      const text = `Run "${run.label}": "${feature}" never changes and was set to 0.`
      findings.push({ severity: 'warning', runId: run.runId, feature, text })
    })
  )
  const sequences = aligned.map((run, r) => {
    const rows = run.steps.length
    // In place: a row's kept features move to its front, and never past what is still to be read.
    for (let t = 0; t < rows; t++)
      kept.forEach((from, d) => {
        run.data[t * kept.length + d] = scaled(run.data[t * features.length + from], scaling[r][d])
      })
    const sequence = { data: run.data.subarray(0, rows * kept.length), rows, columns: kept.length }
    return run.missing ? { ...sequence, missing: true } : sequence
  })
  const rows = sequences.reduce((sum, sequence) => sum + sequence.rows, 0)
  warnAboutShortRuns(aligned, findings)
  warnAboutRows(rows, varying.length, options, findings)
  reportNearCopies(sequences, varying, findings)
  return {
    inputs: {
      runs: aligned.map(({ run, steps, epochs }) => ({ ...run, steps, epochs })),
      features: varying,
      rows,
      scaling
    },
    sequences,
    findings
  }
}

/**
 * Scales one more run as `buildSequences` does, for decoding it with a model that is already fitted.
 *
 * A run that is still training has no mean and spread of its own yet: points so far would all be high or low. With
 * `unfinished` it is put on the average scale of the analysed runs instead, which a finding says. Where runs are placed beside
 * each other, one that is not in the analysis is still to be.
 * @throws an Error with a plain sentence when the run lacks a feature or has no usable rows.
 */
export function buildSequenceForModel(
  run: RunSeries,
  inputs: Analysis['inputs'],
  { zscore, align }: Pick<AnalysisOptions, 'zscore' | 'align'>,
  unfinished = false
): DecodableRun {
  const findings: Finding[] = []
  const { features, window, scaling } = inputs
  const recorded = alignRun(run, features, align ?? 'common', findings)
  if (!recorded || recorded.short) throw new Error(findings.map((finding) => finding.text).join(' '))
  const aligned = window === undefined ? recorded : alignedRates(recorded, features.length, window)
  const rows = aligned.steps.length
  const data = new Float64Array(rows * features.length)
  const analysed = inputs.runs.findIndex(({ runId }) => runId === run.runId)
  const unplaced = zscore === 'shared' && analysed < 0
  if (zscore === 'run' && unfinished) {
    const text =
      `Run "${run.label}" is not finished: it is scaled by the average mean and spread of the analysed runs, ` +
      'not by its own.'
    findings.push({ severity: 'info', runId: run.runId, text })
  }
  const own =
    zscore === 'run' && !unfinished ? scalesOf([rowsOf(aligned, features.length)], 'run', { rounding: CONSTANT }) : null
  features.forEach((_, d) => {
    // But for a z-score of its own a run has the scale that it was analysed with, rates as well as levels.
    const scale = own ? own[0][d] : zscore !== 'run' && analysed >= 0 ? scaling[analysed][d] : usualScale(scaling, d)
    for (let t = 0; t < rows; t++) data[t * features.length + d] = scaled(aligned.data[t * features.length + d], scale)
  })
  const sequence: Sequence = { data, rows, columns: features.length, ...(aligned.missing ? { missing: true } : {}) }
  return {
    run: { ...aligned.run, steps: aligned.steps, epochs: aligned.epochs },
    sequence,
    unplaced,
    findings
  }
}

/** @throws an Error with a plain sentence when the run is too short. */
function alignedRates(run: AlignedRun, columns: number, window: number): AlignedRun {
  const { steps, epochs, data, missing } = run
  if (!hasRates(steps.length, window))
    throw new Error(
      `Run "${run.run.label}" has ${points(steps.length)}, too few for rates of change over windows of ${window}.`
    )
  const rates = ratesOf({ data, rows: steps.length, columns, missing }, steps, window)
  const at = rateRows(steps.length, window)
  return { ...run, steps: at.map((t) => steps[t]), epochs: at.map((t) => epochs[t]), data: rates.data }
}

function rowsOf({ data, steps }: AlignedRun, columns: number): Sequence {
  return { data, rows: steps.length, columns }
}

/** Where a covariance ties features to each other, those that follow from others are left out, and it is said. */
function withoutCollinear(
  aligned: readonly AlignedRun[],
  features: readonly string[],
  varying: readonly string[],
  { covariance, zscore }: SequenceOptions,
  findings: Finding[]
): string[] {
  if (covariance !== 'full' && covariance !== 'tied') return [...varying]
  const at = varying.map((feature) => features.indexOf(feature))
  const columns = { columns: at, rounding: CONSTANT }
  const scales = scalesOf(
    aligned.map((run) => rowsOf(run, features.length)),
    zscore,
    columns
  )
  function* rows(): Generator<Float64Array> {
    const row = new Float64Array(at.length)
    for (const [r, { data, steps }] of aligned.entries()) {
      for (let t = 0; t < steps.length; t++) {
        at.forEach((from, d) => (row[d] = scaled(data[t * features.length + from], scales[r][d])))
        yield row
      }
    }
  }
  const collinear = collinearFeatures(at.length, rows)
  for (const { feature, from } of collinear) {
    const others = from.slice(0, 4).map((d) => `"${varying[d]}"`)
    if (from.length > others.length) others.push(`${from.length - others.length} more`)
    findings.push({
      severity: 'warning',
      feature: varying[feature],
      text:
        `"${varying[feature]}" was left out: it follows from ${others.join(', ')}, and a ${covariance} covariance of features ` +
        'that follow from each other has no inverse. The diag covariance takes it.'
    })
  }
  return varying.filter((_, d) => !collinear.some(({ feature }) => feature === d))
}

/** What was recorded of a feature in the rows of a run. */
function column(run: AlignedRun, d: number, columns: number): Float64Array {
  const values = Float64Array.from(run.steps, (_, t) => run.data[t * columns + d])
  return run.missing ? values.filter((value) => !Number.isNaN(value)) : values
}

/** Which features have cells in which part of the rows, where not all have all. */
function reportOpenCells(runs: readonly AlignedRun[], features: readonly string[], findings: Finding[]): void {
  if (!runs.some(({ missing }) => missing)) return
  const rows = runs.reduce((sum, { steps }) => sum + steps.length, 0)
  const shares = features.map((feature, d) => {
    const there = runs.reduce((sum, run) => sum + column(run, d, features.length).length, 0)
    return { feature, there }
  })
  const open = shares.filter(({ there }) => there < rows)
  const named = open.slice(0, 6).map(({ feature, there }) => `"${feature}" at ${there}`)
  if (open.length > named.length) named.push(`${open.length - named.length} more`)
  const text = `Of ${rows} points not all have every feature: ${named.join(', ')}. What was not recorded is left open.`
  findings.push({ severity: 'info', text })
}

/** Runs that recorded no more than this are fitted as they are: there is nothing that another alignment would bring back. */
function warnAboutShortRuns(runs: readonly AlignedRun[], findings: Finding[]): void {
  const short = runs.filter(({ steps }) => steps.length < FEW_ROWS)
  if (short.length === 0) return
  const [first] = short
  const who =
    short.length === 1
      ? `Run "${first.run.label}" has`
      : `${short.length} of ${runs.length} runs have under ${FEW_ROWS} points, "${first.run.label}"`
  const text = `${who} ${points(first.steps.length)}: phases of so few are hardly told from chance. Record more often.`
  findings.push({ severity: 'warning', text, ...(short.length === 1 ? { runId: first.run.runId } : {}) })
}

/** Without this the criterion would still name a winner among models that merely memorise the rows. */
function warnAboutRows(rows: number, features: number, options: SequenceOptions, findings: Finding[]): void {
  const { statesMax, covariance } = options
  const parameters = parameterCount({ states: statesMax, features, covariance })
  const perState = Math.floor(rows / statesMax)
  if (rows * features < 2 * parameters || (covariance === 'full' && perState <= features))
    findings.push({
      severity: 'warning',
      text:
        `${rows} points of ${features} features are few for ${statesMax} states with ${covariance} covariances ` +
        `(${parameters} parameters). Use more runs, fewer features or fewer states.`
    })
}
