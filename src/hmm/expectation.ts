/** The E-step over blocks of rows: one sequence after the other through the kernels, so that it stays in the caches. */
import { packedLength } from '../numeric/linear'
import { differences } from './autoregression'
import { bridged, cellDensities, cellsOf, meansOfCells, prepareCells, shiftCells } from './cells'
import type { Cells, CellTable } from './cells'
import { collectCells, collectChanges, collectRules, loadCellwise, loadRules, placeRecorded } from './recorded'
import { Changes } from './changes'
import { logDensities, prepareEmissions } from './emissions'
import type { EmissionTable } from './emissions'
import { collectGaps, gapsOf, inOrder, loadGaps, modelInOrder, placeGaps, wholeScatter } from './gaps'
import type { Gaps } from './gaps'
import { logPass } from './log-pass'
import type { LogPass } from './log-pass'
import type { SufficientStatistics } from './mstep'
import { centreColumns, checkSequences, placeRows, rowsOfSequence, shiftRows } from './rows'
import type { RowBlocks } from './rows'
import { layOutExpectation, matrixStride } from './simd/layout'
import type { Places, Recorded } from './simd/layout'
import { hmmKernels } from './simd/module'
import type { HmmKernels } from './simd/module'
import { packPanels, panelsLength, unpackPanelSums } from './simd/panels'
import type { CovarianceType } from '../domain/analysis-options'
import type { GaussianHmm, Sequence } from './types'

/** As in the kernels, where they are explained. */
const FLOOR = 1e-150
const LOST = 1e-60

/** How one sequence was passed through: by the kernels, whose buffers then hold the result, or in log space. */
export interface PassedSequence {
  /** Natural log; -Infinity when the model cannot produce the sequence. */
  logLikelihood: number
  log: LogPass | null
}

/**
 * The kernels at work on some sequences and one model at a time. Only one is open per thread: opening the next one takes
 * the memory of this one.
 */
export class Expectation {
  readonly blocks: RowBlocks
  readonly sums: SufficientStatistics
  private readonly kernels: HmmKernels
  private readonly places: Places
  private readonly pairs: number
  private readonly stride: number
  private readonly panels: number
  private model: GaussianHmm | null = null
  private emissions: EmissionTable | null = null
  /** Where cells are missing. */
  private readonly cells: Cells | null
  /** For the sequences that the kernels give up, made when the first one is. */
  private cellTable: CellTable | null = null
  /** Covariances of the model as it was loaded. */
  private covars = new Float64Array(0)
  /** Where cells are missing and covariances connect features. */
  private readonly gaps: Gaps | null
  /** Of tied covariances with gaps, what does not depend on the posteriors. */
  private wholeScatter: Float64Array | null = null
  /** Where the states are rules of change: the rows of the blocks are what changes then, one less than a sequence has. */
  readonly changes: Changes | null
  /** What the kernels read instead of the blocks: rows as they were recorded, with NaN for what is missing. */
  private readonly recorded: RowBlocks | null
  /** What `centre` has taken from the rows of the blocks, [D]. */
  blockMeans: Float64Array = new Float64Array(0)

  /**
   * @param features that the sequences must have; without it those of the first.
   * @param clusters whether `assignRows` will be used.
   * @param autoregression of the models that will be loaded.
   * @param cells work as if cells were missing, also where none is.
   * @param factors numbers of the factors of gaps that are stored at most.
   * @throws on wrong shapes and non-finite numbers.
   */
  constructor(
    sequences: readonly Sequence[],
    private readonly states: number,
    private readonly covariance: CovarianceType,
    {
      features,
      clusters = false,
      autoregression,
      cells = false,
      factors
    }: {
      features?: number
      clusters?: boolean
      autoregression?: 'diag' | 'full'
      cells?: boolean
      factors?: number
    } = {}
  ) {
    const given = checkSequences(sequences, features)
    const rows = autoregression ? sequences.map(differences) : sequences
    const shape = autoregression ? checkSequences(rows, given.features) : given
    const columns = shape.features
    const full = covariance === 'full'
    const tied = covariance === 'tied'
    const independent = covariance === 'diag' || covariance === 'spherical'
    this.pairs = Math.ceil(states / 2)
    this.stride = matrixStride(states)
    this.panels = panelsLength(columns)
    this.kernels = hmmKernels()
    this.changes = autoregression ? new Changes(sequences, states, shape.features, autoregression, covariance) : null
    this.cells = cellsOf(rows, shape, cells)
    const rule = autoregression ?? 'diag'
    const recorded: Recorded | null = this.changes
      ? { kind: this.changes.cellwise ? 'changes' : 'rules', rule, shape: given }
      : this.cells && independent
        ? { kind: 'cells', rule, shape }
        : null
    this.gaps = this.cells && !recorded ? gapsOf(this.cells, shape, factors) : null
    this.places = layOutExpectation(shape, states, covariance, clusters, recorded, this.gaps)
    this.recorded = recorded
      ? placeRecorded(recorded, this.places, sequences)
      : this.gaps && placeGaps(this.gaps, shape, this.places, sequences, states, covariance)
    const means = this.cells && meansOfCells(this.cells)
    this.blocks = placeRows(shape, this.places.rows, means ? rows.map((one) => bridged(one, means)) : rows)
    this.sums = {
      start: new Float64Array(states),
      trans: new Float64Array(states * states),
      post: new Float64Array(states),
      first: new Float64Array(states * columns),
      cells: this.cells && independent ? new Float64Array(states * columns) : null,
      second: new Float64Array(full ? states * packedLength(columns) : tied ? packedLength(columns) : states * columns)
    }
  }

  /** Whether what tied models have as a constant, the scatter around the origin, depends on the posteriors. */
  get scatterMoves(): boolean {
    return this.cells !== null || this.changes !== null
  }

  /** Moves the columns' means to 0. Returns the means. */
  centre(): Float64Array {
    const shift = centreColumns(this.blocks)
    this.blockMeans = shift
    if (this.cells) shiftCells(this.cells, shift)
    const origin = this.changes ? this.changes.centre() : shift
    if (this.recorded) shiftRows(this.recorded, this.gaps ? inOrder(origin, this.gaps.order) : origin)
    this.wholeScatter = null
    return origin
  }

  /** Gives the kernels a model and its densities (`prepareEmissions`). */
  load(model: GaussianHmm, emissions: EmissionTable): void {
    const { states, stride } = this
    const { start, trans, transposed } = this.places
    start.values.fill(0)
    trans.values.fill(0)
    transposed.values.fill(0)
    for (let k = 0; k < states; k++) if (model.startProb[k] >= FLOOR) start.values[k] = model.startProb[k]
    for (let i = 0; i < states; i++)
      for (let j = 0; j < states; j++) {
        const value = model.transMat[i * states + j]
        if (value < FLOOR) continue
        trans.values[i * stride + j] = value
        transposed.values[j * stride + i] = value
      }
    this.model = model
    this.emissions = emissions
    this.cellTable = null
    // EM changes the model in place.
    if (this.gaps) this.covars = model.covars.slice()
    if (this.changes && !this.changes.cellwise) loadRules(emissions, this.places)
    else if (this.gaps) {
      const ordered = prepareEmissions(modelInOrder(model, this.gaps.order, emissions.ridge))
      this.loadDensities(ordered)
      loadGaps(this.gaps, ordered, this.places, this.kernels)
    } else if (this.recorded) loadCellwise(emissions, this.places)
    else this.loadDensities(emissions)
  }

  private loadDensities({ kind, peaks, means, weights }: EmissionTable): void {
    const { states, places, panels } = this
    const { features } = this.blocks
    places.peaks.values.fill(-Infinity)
    places.peaks.values.set(peaks)
    if (kind === 'full') {
      const size = packedLength(features)
      places.means.values.set(means)
      // -1/2 |L^-1 d|^2 = -|L^-1 d / sqrt 2|^2
      for (let k = 0; k < states; k++)
        packPanels(weights, k * size, features, Math.SQRT1_2, places.factors.values, k * panels)
      return
    }
    // Where rows with gaps are filled in, the one factor serves as those of full models do.
    const [scale, weight] = this.gaps ? [Math.SQRT1_2, -1] : [1, -0.5]
    if (kind === 'tied') packPanels(weights, 0, features, scale, places.factors.values, 0)
    places.table.values.fill(0)
    for (let k = 0; k < states; k++) {
      const to = (k >> 1) * 4 * features + (k & 1)
      for (let d = 0; d < features; d++) {
        const p = k * features + d
        let mean = means[p]
        if (kind === 'tied') {
          mean = 0
          for (let j = 0, w = (d * (d + 1)) / 2; j <= d; j++, w++) mean += scale * weights[w] * means[k * features + j]
        }
        places.table.values[to + 4 * d] = mean
        places.table.values[to + 4 * d + 2] = kind === 'tied' ? weight : -0.5 * weights[p]
      }
    }
  }

  /**
   * Passes one sequence that has rows through the loaded model: the scaled pass of the kernels (Rabiner 1989, eq. 19-20,
   * 27, 37, 91-92), or the log pass where that one may have lost something.
   * @param smooth also the posteriors, and adds to the sums what does not depend on the rows themselves.
   */
  pass(s: number, smooth: boolean): PassedSequence {
    const { kernels, blocks } = this
    const rows = blocks.offsets[s + 1] - blocks.offsets[s]
    const shifts = kernels.emissions(this.addressOf(s), rows)
    if (Number.isFinite(shifts)) {
      kernels.recursions(rows)
      const [factor, exponent, lowest] = this.places.report.values
      const logLikelihood = Math.log(factor) + exponent * Math.LN2 + shifts
      if (
        lowest >= LOST &&
        Number.isFinite(logLikelihood) &&
        (smooth ? kernels.posteriors(rows) : kernels.leastShare(rows) >= LOST)
      )
        return { logLikelihood, log: null }
    }
    const log = logPass(this.model!, this.densities(s), rows)
    return { logLikelihood: log.logLikelihood, log }
  }

  /** Where the kernels find the rows of a sequence. */
  private addressOf(s: number): number {
    const { at, firstBlocks, features } = this.recorded ?? this.blocks
    return at + firstBlocks[s] * 32 * features
  }

  /** Log densities (natural log) of the rows of a sequence under the loaded model, [T, K]. */
  densities(s: number): Float64Array {
    const { blocks, emissions } = this
    const rows = blocks.offsets[s + 1] - blocks.offsets[s]
    const logB = new Float64Array(rows * this.states)
    if (this.changes) this.changes.densities(emissions!, s, logB)
    else if (this.cells) {
      this.cellTable ??= prepareCells(this.cells, this.covars, emissions!)
      cellDensities(this.cells, emissions!, this.cellTable, s, logB)
    } else logDensities(emissions!, rowsOfSequence(blocks, s), rows, logB)
    return logB
  }

  /** One E-step over all sequences, into `sums`. Returns the total log-likelihood (natural log). */
  run(): number {
    const { kernels, blocks, places, sums } = this
    sums.trans.fill(0)
    if (this.gaps && this.covariance === 'tied')
      this.wholeScatter ??= wholeScatter(this.gaps, this.recorded!, places, kernels)
    for (const name of ['startSums', 'stateSums', 'jumpSums', 'firstSums', 'secondSums'] as const)
      places[name].values.fill(0)
    if (this.gaps) for (const name of ['patternWeights', 'leftSums'] as const) places[name].values.fill(0)
    let logLikelihood = 0
    for (let s = 0; s + 1 < blocks.offsets.length; s++) {
      const rows = blocks.offsets[s + 1] - blocks.offsets[s]
      if (rows === 0) continue
      const passed = this.pass(s, true)
      logLikelihood += passed.logLikelihood
      if (passed.log) this.takeOver(passed.log, rows)
      const at = this.addressOf(s)
      if (this.gaps) kernels.gapMoments(at, rows, 16 * this.panels)
      else kernels.moments(at, rows, 16 * (this.changes ? panelsLength(2 * blocks.features + 1) : this.panels))
    }
    if (this.gaps) kernels.leftovers(this.gaps.patterns.length)
    this.collect()
    return logLikelihood
  }

  /** Filtered probabilities of the sequence passed last, [T, K]. */
  filtered(s: number): Float64Array {
    const out = this.unpad(this.places.filtered.values, s)
    for (let row = 0; row < out.length; row += this.states) {
      let sum = 0
      for (let k = 0; k < this.states; k++) sum += out[row + k]
      for (let k = 0; k < this.states; k++) out[row + k] /= sum
    }
    return out
  }

  /** Posteriors of the sequence passed last with `smooth`, [T, K]. */
  posteriors(s: number): Float64Array {
    return this.unpad(this.places.future.values, s)
  }

  private unpad(values: Float64Array, s: number): Float64Array {
    const { states, pairs, blocks } = this
    const rows = blocks.offsets[s + 1] - blocks.offsets[s]
    const out = new Float64Array(rows * states)
    for (let t = 0; t < rows; t++) for (let k = 0; k < states; k++) out[t * states + k] = values[t * 2 * pairs + k]
    return out
  }

  /** Puts the result of a log pass where the kernels would have put theirs. */
  private takeOver({ posteriors, transitions }: LogPass, rows: number): void {
    const { states, pairs, places, sums } = this
    const future = places.future.values
    future.fill(0, 0, 2 * pairs * 4 * Math.ceil(rows / 4))
    for (let t = 0, p = 0; t < rows; t++)
      for (let k = 0; k < states; k++, p++) {
        future[t * 2 * pairs + k] = posteriors[p]
        places.stateSums.values[k] += posteriors[p]
        if (t === 0) places.startSums.values[k] += posteriors[p]
      }
    for (let p = 0; p < transitions.length; p++) sums.trans[p] += transitions[p]
  }

  private collect(): void {
    const { states, stride, places, sums, covariance, panels } = this
    const { features } = this.blocks
    const { transMat } = this.model!
    for (let i = 0; i < states; i++)
      for (let j = 0; j < states; j++) {
        const p = i * states + j
        sums.trans[p] += places.jumpSums.values[i * stride + j] * transMat[p]
      }
    sums.start.set(places.startSums.values.subarray(0, states))
    sums.post.set(places.stateSums.values.subarray(0, states))
    if (this.changes?.cellwise) collectChanges(places, this.changes.sums)
    else if (this.changes) collectRules(places, features, this.changes.sums)
    else if (this.gaps) collectGaps(this.gaps, places, this.wholeScatter, sums)
    else if (this.recorded) collectCells(places, sums)
    if (this.cells || this.changes) return
    const moments = places.firstSums.values
    const independent = covariance === 'diag' || covariance === 'spherical'
    for (let p = 0; p < states * features; p++) {
      sums.first[p] = moments[4 * p] + moments[4 * p + 1]
      if (independent) sums.second[p] = moments[4 * p + 2] + moments[4 * p + 3]
    }
    if (covariance === 'full')
      for (let k = 0; k < states; k++)
        unpackPanelSums(places.secondSums.values, k * 2 * panels, features, sums.second, k * packedLength(features))
  }

  /** Packed sum of the outer products of all rows, [P]. */
  scatter(): Float64Array {
    const { kernels, blocks, places, panels } = this
    const out = new Float64Array(packedLength(blocks.features))
    places.secondSums.values.fill(0, 0, 2 * panels)
    kernels.scatter(blocks.at, blocks.firstBlocks[blocks.firstBlocks.length - 1], places.secondSums.at)
    unpackPanelSums(places.secondSums.values, 0, blocks.features, out, 0)
    return out
  }

  /**
   * The nearest of `count` centres [count, D] of every row, and the squared distance to it. Both are indexed as the rows
   * of the blocks are, four per block; those of filling rows mean nothing.
   */
  assignRows(centres: Float64Array, count: number): { nearest: Float64Array; owners: Float64Array } {
    const { kernels, blocks, places } = this
    places.centres.values.set(centres.subarray(0, count * blocks.features))
    const all = blocks.firstBlocks[blocks.firstBlocks.length - 1]
    kernels.assign(blocks.at, all, places.centres.at, count, places.nearest.at, places.owners.at)
    return { nearest: places.nearest.values, owners: places.owners.values }
  }

  /** `assignRows`' distances, after one more centre [D] at `from`; `first`: there was none before. */
  addCentre(centres: Float64Array, from: number, first: boolean): Float64Array {
    const { kernels, blocks, places } = this
    if (first) places.nearest.values.fill(Infinity)
    places.centres.values.set(centres.subarray(from, from + blocks.features))
    const all = blocks.firstBlocks[blocks.firstBlocks.length - 1]
    kernels.nearer(blocks.at, all, places.centres.at, places.nearest.at)
    return places.nearest.values
  }
}
