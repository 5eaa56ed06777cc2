/** Features that nearly copy each other: named, because each counts as one in a model that takes them for independent. */
import type { Sequence } from '../hmm/types'
import { pearson } from '../numeric/statistics'
import type { Finding } from '../domain/finding'

/** Series are nearly copies above this correlation, in size, in every run. */
export const COPY = 0.999
/** Fewer points that both have say nothing. */
const FEW = 5
/** Pairs of more features than this are not looked at. */
const MOST_FEATURES = 200

/**
 * Groups of features of which each nearly copies the first, in every run in which both change.
 * @param sequences [T, D] in any scale.
 * @returns indices, groups of two or more.
 */
export function nearCopies(sequences: readonly Sequence[]): number[][] {
  const { columns } = sequences[0]
  if (columns > MOST_FEATURES) return []
  const groups: number[][] = []
  for (let d = 0; d < columns; d++) {
    const group = groups.find(([first]) => areCopies(sequences, first, d))
    if (group) group.push(d)
    else groups.push([d])
  }
  return groups.filter(({ length }) => length > 1)
}

export function reportNearCopies(
  sequences: readonly Sequence[],
  features: readonly string[],
  findings: Finding[]
): void {
  const groups = nearCopies(sequences).map((group) => group.map((d) => `"${features[d]}"`))
  if (groups.length === 0) return
  const named = groups.map(([first, ...others]) => `${others.join(', ')} of ${first}`).join('; ')
  const text =
    `Near copies (correlation above ${COPY} in every run): ${named}. Each counts as a feature of its own, unless it ` +
    'is left out or the covariance is full or tied.'
  findings.push({ severity: 'info', text })
}

function areCopies(sequences: readonly Sequence[], one: number, other: number): boolean {
  let compared = 0
  for (const sequence of sequences) {
    const r = pearson(columnOf(sequence, one), columnOf(sequence, other), FEW)
    if (r === null) continue
    if (Math.abs(r) <= COPY) return false
    compared++
  }
  return compared > 0
}

function columnOf({ data, rows, columns }: Sequence, d: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, t) => data[t * columns + d])
}
