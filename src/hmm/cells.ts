/**
 * Rows in which cells are missing. A Gaussian without some of its features is the Gaussian of the others, so the density of
 * a row is that of the cells that are there. The loops here serve where the kernels give a sequence up.
 */
import { choleskyPacked, invertLowerPacked, packedLength } from '../numeric/linear'
import { LOG_TWO_PI } from '../numeric/log-space'
import type { EmissionTable } from './emissions'
import type { Shape } from './rows'
import type { Sequence } from './types'

/** Which features rows have: [observed] and [missing], ascending. */
export interface Pattern {
  observed: Int32Array
  missing: Int32Array
}

export interface Cells {
  features: number
  /** First row of every sequence, then the number of rows. */
  offsets: Int32Array
  /** [rows, D]; NaN where nothing was recorded. */
  values: Float64Array
  patterns: Pattern[]
  /** Number of its pattern for every row. */
  patternOf: Int32Array
}

/** What the densities of rows with some pattern need, for one covariance. */
interface PatternTable {
  /** ln of the density at the mean, without what the pattern lacks. */
  peak: number
  /** Packed inverse Cholesky factor of the observed features. */
  factor: Float64Array
}

export interface CellTable {
  /** ln of each cell's density at its mean, [K, D]; diagonal covariances only. */
  cellPeaks: Float64Array | null
  /** By covariance (one for all states, or one each) and pattern, made when a row asks; other covariances only. */
  tables: (PatternTable | undefined)[][] | null
  /** Those of the model as it was loaded, and what was added to their diagonals. */
  covars: Float64Array
  ridge: number
}

/** @returns null where every cell is there, unless they are wanted all the same. */
export function cellsOf(sequences: readonly Sequence[], shape: Shape, always = false): Cells | null {
  const { features, offsets, rows } = shape
  if (!always && !sequences.some(({ missing, data }) => missing && data.some(Number.isNaN))) return null
  const values = new Float64Array(rows * features)
  sequences.forEach(({ data }, s) => values.set(data, offsets[s] * features))
  const patterns: Pattern[] = []
  const known = new Map<number | string, number>()
  const patternOf = new Int32Array(rows)
  for (let t = 0; t < rows; t++) {
    const key = keyOf(values, t * features, features)
    let number = known.get(key)
    if (number === undefined) {
      const all = Array.from({ length: features }, (_, d) => d)
      const lacks = (d: number): boolean => Number.isNaN(values[t * features + d])
      number = patterns.length
      patterns.push({
        observed: Int32Array.from(all.filter((d) => !lacks(d))),
        missing: Int32Array.from(all.filter(lacks))
      })
      known.set(key, number)
    }
    patternOf[t] = number
  }
  return { features, offsets, values, patterns, patternOf }
}

/** A whole number has room for so many bits. */
const KEY_BITS = 52

/** The same for rows that lack the same. */
function keyOf(values: Float64Array, from: number, features: number): number | string {
  let key = 0
  let rest = ''
  for (let d = 0; d < features; d++) {
    const value = values[from + d]
    key = 2 * key + (value === value ? 0 : 1)
    if ((d + 1) % KEY_BITS === 0 && d + 1 < features) {
      rest += `${key} `
      key = 0
    }
  }
  return features > KEY_BITS ? rest + key : key
}

/**
 * The sequence with straight lines through what is missing, from which EM starts: a start that knew only what is there
 * would tell rows apart by what they lack. At the ends the nearest value stays; `means` stand for features of which a
 * sequence has nothing, [D].
 */
export function bridged(sequence: Sequence, means: Float64Array): Sequence {
  const { rows, columns } = sequence
  const data = sequence.data.slice()
  for (let d = 0; d < columns; d++) {
    let before = -1
    for (let t = 0; t <= rows; t++) {
      const to = t < rows ? data[t * columns + d] : NaN
      if (t < rows && to !== to) continue
      if (t > before + 1) {
        const from = before < 0 ? (t < rows ? to : means[d]) : data[before * columns + d]
        const rise = before >= 0 && t < rows ? to - from : 0
        for (let u = before + 1; u < t; u++) data[u * columns + d] = from + (rise * (u - before)) / (t - before)
      }
      before = t
    }
  }
  return { data, rows, columns }
}

/** Means of the columns over the cells that are there, [D]; 0 for one without any. */
export function meansOfCells({ values, features }: Cells): Float64Array {
  const sums = new Float64Array(features)
  const counts = new Float64Array(features)
  for (let row = 0; row < values.length; row += features)
    for (let d = 0; d < features; d++) {
      const value = values[row + d]
      if (value !== value) continue
      sums[d] += value
      counts[d] += 1
    }
  return sums.map((sum, d) => (counts[d] > 0 ? sum / counts[d] : 0))
}

export function shiftCells({ values, features }: Cells, shift: Float64Array): void {
  for (let row = 0; row < values.length; row += features) for (let d = 0; d < features; d++) values[row + d] -= shift[d]
}

/** @param table densities of the model's whole rows. @param covars of the model, as they were when the table was made. */
export function prepareCells({ patterns }: Cells, covars: Float64Array, table: EmissionTable): CellTable {
  const { kind, weights, states, ridge } = table
  if (kind === 'diag') {
    const cellPeaks = weights.map((weight) => 0.5 * (Math.log(weight) - LOG_TWO_PI))
    return { cellPeaks, tables: null, covars, ridge }
  }
  const tables = Array.from({ length: kind === 'full' ? states : 1 }, () => new Array<undefined>(patterns.length))
  return { cellPeaks: null, tables, covars, ridge }
}

/** @throws when the covariance of the pattern's features is not positive definite. */
function tableOf({ observed, missing }: Pattern, { covars, ridge }: CellTable, block: number): PatternTable {
  const features = observed.length + missing.length
  const at = (i: number, j: number): number => covars[(block * features + i) * features + j] + (i === j ? ridge : 0)
  const size = observed.length
  const factor = new Float64Array(packedLength(size))
  for (let i = 0, p = 0; i < size; i++) for (let j = 0; j <= i; j++) factor[p++] = at(observed[i], observed[j])
  if (!choleskyPacked(factor, 0, size))
    throw new Error(`The covariance of state ${block + 1} is not a positive definite matrix.`)
  invertLowerPacked(factor, 0, size)
  let peak = -0.5 * size * LOG_TWO_PI
  for (let i = 0; i < size; i++) peak += Math.log(factor[(i * (i + 1)) / 2 + i])
  return { peak, factor }
}

/** Log densities (natural log) of the rows of sequence s into out, [T, K]. */
export function cellDensities(cells: Cells, table: EmissionTable, own: CellTable, s: number, out: Float64Array): void {
  const { features, offsets, values, patterns, patternOf } = cells
  const { states, means, weights } = table
  const [first, end] = [offsets[s], offsets[s + 1]]
  if (own.cellPeaks) {
    const { cellPeaks } = own
    for (let t = first, to = 0; t < end; t++) {
      const row = t * features
      for (let k = 0, p = 0; k < states; k++, to++) {
        let sum = 0
        for (let d = 0; d < features; d++, p++) {
          const difference = values[row + d] - means[p]
          // False for what is missing.
          if (difference === difference) sum += cellPeaks[p] - 0.5 * difference * difference * weights[p]
        }
        out[to] = sum
      }
    }
    return
  }
  const difference = new Float64Array(features)
  for (let t = first, to = 0; t < end; t++) {
    const { observed } = patterns[patternOf[t]]
    const size = observed.length
    for (let k = 0; k < states; k++, to++) {
      const block = own.tables!.length === 1 ? 0 : k
      const { peak, factor } = (own.tables![block][patternOf[t]] ??= tableOf(patterns[patternOf[t]], own, block))
      for (let i = 0; i < size; i++)
        difference[i] = values[t * features + observed[i]] - means[k * features + observed[i]]
      let squares = 0
      for (let i = 0, p = 0; i < size; i++) {
        let y = 0
        for (let j = 0; j <= i; j++, p++) y += factor[p] * difference[j]
        squares += y * y
      }
      out[to] = peak - 0.5 * squares
    }
  }
}
