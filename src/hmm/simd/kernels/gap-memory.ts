/**
 * Rows with missing cells under covariances that connect features: where their numbers are. Features come in the order of
 * how often they are there; a pattern is what a row lacks, and pattern 0 lacks nothing.
 */
import { TIED, features, kind } from './memory'

/** What `prefixes` say of a block whose rows differ, or lack others than the last features. */
export const MIXED = -1

/** The first block of all rows as they were recorded, [D][4] each; NaN is a missing cell. */
export let recorded: usize = 0
/** Of every block, i32: how many first features all its rows have, and no others, or MIXED. 0 where there are no gaps. */
export let prefixes: usize = 0
/** Patterns of the rows of every block, i32 [blocks][4]. */
export let patternsOf: usize = 0
/** Where in their sequence the rows of every block are, i32 [blocks][4]: rows with the same first features are together. */
export let times: usize = 0
/** Of every pattern the address of a list, i32: how many features are missing, and which, ascending. */
export let lists: usize = 0
/** Of every pattern where its factors are stored for all pairs of states; 0 where they are not. */
export let storedFactors: usize = 0
/** Inverses of the covariances of pairs of states, [D][D][2]; one where covariances are tied. Bytes to the next one. */
export let precisions: usize = 0
export let precisionBytes: usize = 0
/** Means of pairs of states, [pairs][D][2]. */
export let pairMeans: usize = 0
/** ln of the density at the mean of the first 0 to D features, [D + 1][2 pairs]. */
export let prefixPeaks: usize = 0
/** What the densities of rows that were filled in lack (natural log), [patterns, 2 pairs]. */
export let corrections: usize = 0
/** Weights of the rows with each pattern, [patterns, 2 pairs]. */
export let patternWeights: usize = 0
/** Weighted covariances of missing cells, triangles of pairs of states, [pairs][D (D + 1) / 2][2]. */
export let leftSums: usize = 0
/** Bytes of the factor of a state. */
export let factorBytes: usize = 0

/** Differences of one row from the means of two states, [D][2], and what is solved for its missing cells. */
export let row: usize = 0
export let solution: usize = 0
/** Differences of a block from the means of two states, [2][D][4]. */
export let filled: usize = 0
/** A factor of two states, [D (D + 1) / 2][2]. */
export let triangle: usize = 0

export function bindGaps(
  recordedAt: usize,
  prefixesAt: usize,
  patternsOfAt: usize,
  timesAt: usize,
  listsAt: usize,
  patterns: i32,
  precisionsAt: usize,
  pairMeansAt: usize,
  prefixPeaksAt: usize,
  correctionsAt: usize,
  patternWeightsAt: usize,
  leftSumsAt: usize,
  scratchAt: usize,
  bytesOfFactor: usize
): void {
  recorded = recordedAt
  prefixes = prefixesAt
  patternsOf = patternsOfAt
  times = timesAt
  lists = listsAt
  storedFactors = listsAt + (patterns << 2)
  precisions = precisionsAt
  precisionBytes = kind === TIED ? 0 : (<usize>(features * features)) << 4
  pairMeans = pairMeansAt
  prefixPeaks = prefixPeaksAt
  corrections = correctionsAt
  patternWeights = patternWeightsAt
  leftSums = leftSumsAt
  factorBytes = bytesOfFactor
  row = scratchAt
  solution = row + (features << 4)
  filled = solution + (features << 4)
  triangle = filled + (features << 6)
}

/** Number of the block at x. */
export function blockAt(x: usize): usize {
  return (x - recorded) / ((<usize>features) << 5)
}
