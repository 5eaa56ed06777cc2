/** Sequences joined into one block of rows, checked once. */
import type { Sequence } from './types'

export interface StackedSequences {
  /** [rows, D] */
  data: Float64Array
  rows: number
  features: number
  /** First row of every sequence, then the number of rows. */
  offsets: Int32Array
}

/**
 * Copies all sequences into one array. Empty sequences are allowed and hold no rows.
 * @throws when nothing is left, the number of columns differs, or a number is not finite.
 */
export function stackSequences(sequences: readonly Sequence[], features?: number): StackedSequences {
  if (sequences.length === 0) throw new Error('There is no sequence to work on.')
  const columns = features ?? sequences[0].columns
  if (columns < 1) throw new Error('The sequences have no features.')
  const offsets = new Int32Array(sequences.length + 1)
  sequences.forEach((sequence, s) => {
    if (sequence.columns !== columns)
      throw new Error(`Sequence ${s + 1} has ${sequence.columns} features instead of ${columns}.`)
    if (sequence.data.length !== sequence.rows * sequence.columns)
      throw new Error(`Sequence ${s + 1} has ${sequence.data.length} numbers instead of rows x features.`)
    offsets[s + 1] = offsets[s] + sequence.rows
  })
  const rows = offsets[sequences.length]
  if (rows === 0) throw new Error('The sequences have no rows.')
  const data = new Float64Array(rows * columns)
  sequences.forEach((sequence, s) => data.set(sequence.data, offsets[s] * columns))
  for (let p = 0; p < data.length; p++)
    if (!Number.isFinite(data[p]))
      throw new Error(`Row ${Math.floor(p / columns) + 1} of the sequences contains a number that is not finite.`)
  return { data, rows, features: columns, offsets }
}
