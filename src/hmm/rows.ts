/** The rows of all sequences, checked, and as the kernels want them: in blocks of four, every block [D][4]. */
import type { Place } from './simd/module'
import type { Sequence } from './types'

export interface Shape {
  features: number
  /** Rows of all sequences. */
  rows: number
  /** Rows of the longest. */
  longest: number
  /** First row of every sequence, then the number of rows. */
  offsets: Int32Array
  /** First block of every sequence, then the number of blocks: no block holds rows of two sequences. */
  firstBlocks: Int32Array
}

/** Rows beyond the end of a sequence fill up its last block with zeros. */
export interface RowBlocks extends Shape, Place {}

/**
 * The shape of sequences. Empty sequences are allowed and hold no rows.
 * @throws when nothing is left, the number of columns differs, or a number is not finite and no missing cell.
 */
export function checkSequences(sequences: readonly Sequence[], features?: number): Shape {
  if (sequences.length === 0) throw new Error('There is no sequence to work on.')
  const columns = features ?? sequences[0].columns
  if (columns < 1) throw new Error('The sequences have no features.')
  const offsets = new Int32Array(sequences.length + 1)
  const firstBlocks = new Int32Array(sequences.length + 1)
  let longest = 0
  sequences.forEach(({ data, rows, columns: own }, s) => {
    if (own !== columns) throw new Error(`Sequence ${s + 1} has ${own} features instead of ${columns}.`)
    if (data.length !== rows * own)
      throw new Error(`Sequence ${s + 1} has ${data.length} numbers instead of rows x features.`)
    offsets[s + 1] = offsets[s] + rows
    firstBlocks[s + 1] = firstBlocks[s] + Math.ceil(rows / 4)
    longest = Math.max(longest, rows)
  })
  if (offsets[sequences.length] === 0) throw new Error('The sequences have no rows.')
  sequences.forEach(({ data, missing }, s) => {
    for (let p = 0; p < data.length; p++)
      if (!Number.isFinite(data[p]) && !(missing && Number.isNaN(data[p]))) {
        const row = offsets[s] + Math.floor(p / columns) + 1
        throw new Error(`Row ${row} of the sequences contains a number that is not finite.`)
      }
  })
  return { features: columns, rows: offsets[sequences.length], longest, offsets, firstBlocks }
}

/** Numbers in all blocks. */
export function blocksLength({ features, firstBlocks }: Shape): number {
  return firstBlocks[firstBlocks.length - 1] * 4 * features
}

/** Copies the sequences into the blocks at `place`. @param filling of the rows that fill up last blocks. */
export function placeRows(shape: Shape, place: Place, sequences: readonly Sequence[], filling = 0): RowBlocks {
  const { features, firstBlocks } = shape
  const { values } = place
  sequences.forEach(({ data, rows }, s) => {
    const begin = firstBlocks[s] * 4 * features
    if (rows % 4 !== 0) values.fill(filling, (firstBlocks[s + 1] - 1) * 4 * features, firstBlocks[s + 1] * 4 * features)
    for (let t = 0, p = 0; t < rows; t++) {
      let to = begin + (t >> 2) * 4 * features + (t & 3)
      for (let d = 0; d < features; d++, p++, to += 4) values[to] = data[p]
    }
  })
  return { ...shape, ...place }
}

/** Where row t of sequence s has its first feature in the blocks; the next feature is 4 further. */
export function indexOfRow(blocks: Shape, s: number, t: number): number {
  return (blocks.firstBlocks[s] + (t >> 2)) * 4 * blocks.features + (t & 3)
}

/** Row `row` of all rows, [D]. */
export function copyRow(blocks: RowBlocks, row: number, out: Float64Array, to: number): void {
  let s = 0
  while (blocks.offsets[s + 1] <= row) s++
  const from = indexOfRow(blocks, s, row - blocks.offsets[s])
  for (let d = 0; d < blocks.features; d++) out[to + d] = blocks.values[from + 4 * d]
}

/** The rows of one sequence, [T, D]. */
export function rowsOfSequence(blocks: RowBlocks, s: number): Float64Array {
  const { features, offsets, values } = blocks
  const rows = offsets[s + 1] - offsets[s]
  const out = new Float64Array(rows * features)
  for (let t = 0, p = 0; t < rows; t++) {
    const from = indexOfRow(blocks, s, t)
    for (let d = 0; d < features; d++) out[p++] = values[from + 4 * d]
  }
  return out
}

/** Moves the columns' means to 0, so that sums of squares do not cancel for columns far from 0. Returns the means. */
export function centreColumns(blocks: RowBlocks): Float64Array {
  const { features, rows, values } = blocks
  const means = new Float64Array(features)
  eachRow(blocks, (_row, _lane, at) => {
    for (let d = 0; d < features; d++) means[d] += values[at + 4 * d]
  })
  for (let d = 0; d < features; d++) means[d] /= rows
  shiftRows(blocks, means)
  return means
}

/** Measures the rows from `origin` [D] instead of 0; a missing cell stays one. */
export function shiftRows(blocks: RowBlocks, origin: Float64Array): void {
  const { features, values } = blocks
  eachRow(blocks, (_row, _lane, at) => {
    for (let d = 0; d < features; d++) values[at + 4 * d] -= origin[d]
  })
}

/** Sums of the squares of the columns, [D]. */
export function sumsOfSquares(blocks: RowBlocks): Float64Array {
  const { features, values } = blocks
  const out = new Float64Array(features)
  eachRow(blocks, (_row, _lane, at) => {
    for (let d = 0; d < features; d++) out[d] += values[at + 4 * d] * values[at + 4 * d]
  })
  return out
}

/** Visits every row: its number among all rows, its number among the lanes of all blocks, the index of its first value. */
export function eachRow(blocks: RowBlocks, visit: (row: number, lane: number, at: number) => void): void {
  const { offsets, firstBlocks } = blocks
  for (let s = 0; s + 1 < offsets.length; s++)
    for (let t = 0, row = offsets[s]; row < offsets[s + 1]; t++, row++)
      visit(row, firstBlocks[s] * 4 + t, indexOfRow(blocks, s, t))
}
