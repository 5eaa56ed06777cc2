/** Features that nearly copy each other: named, because each counts as one in a model that takes them for independent. */
import type { Sequence } from '../hmm/types'
import type { Finding } from './types'

/** Copies have at least this correlation, in size, in every run. */
const COPY = 0.999
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
    `Near copies (correlation of ${COPY} or more in every run): ${named}. Each counts as a feature of its own, unless it ` +
    'is left out or the covariance is full.'
  findings.push({ severity: 'info', text })
}

function areCopies(sequences: readonly Sequence[], one: number, other: number): boolean {
  let compared = 0
  for (const sequence of sequences) {
    const r = correlation(sequence, one, other)
    if (r === null) continue
    if (Math.abs(r) < COPY) return false
    compared++
  }
  return compared > 0
}

/** Pearson's, over the rows that have both; null where these are few, or neither changes in them. */
function correlation({ data, rows, columns }: Sequence, one: number, other: number): number | null {
  let [n, meanA, meanB, ab, aa, bb] = [0, 0, 0, 0, 0, 0]
  for (let t = 0; t < rows; t++) {
    const a = data[t * columns + one]
    const b = data[t * columns + other]
    if (Number.isNaN(a) || Number.isNaN(b)) continue
    n++
    // Welford 1962, for two variables.
    const [offA, offB] = [a - meanA, b - meanB]
    meanA += offA / n
    meanB += offB / n
    aa += offA * (a - meanA)
    bb += offB * (b - meanB)
    ab += offA * (b - meanB)
  }
  if (n < FEW || (aa === 0 && bb === 0)) return null
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}
