/** What the kernels work on: the shape of the model, and where in memory its numbers and those of the rows are. */

export const FULL = 1
export const TIED = 2
/** Independent features whose cells count one by one; NaN is a missing cell. */
export const CELLS = 3
/** The same of changes: rows beside the rows that follow them. */
export const CHANGES = 4
/** Changes that count as a whole: rules or noise connect features. */
export const RULES = 5

export let states: i32 = 0
export let pairs: i32 = 0
export let features: i32 = 0
export let kind: i32 = 0
/** Bytes of a row of [K] values, and of a row of a transition matrix. */
export let rowBytes: usize = 0
export let matrixStride: usize = 0

/** ln of the density at the mean, [2 pairs]. */
export let peaks: usize = 0
/**
 * diag and tied: per pair of states [D][4], both means, then both -1/2 / variance; CELLS: [D][6], then also the ln of both
 * densities at the mean; CHANGES: [D][8], then also what both keep of the row before.
 */
export let table: usize = 0
/** full: means [K, D] and panels of the inverse factors over sqrt 2, [K]; tied: one such factor. */
export let means: usize = 0
export let factors: usize = 0
/** RULES: what states keep of the row before, [K, D] or [K, D, D], and -1/2 / variance [K, D] in `table` or factors. */
export let rules: usize = 0
export let fullRule: bool = false
export let noise: i32 = 0
export let start: usize = 0
export let trans: usize = 0
export let transposed: usize = 0
/** 1 / K for every state. */
export let uniform: usize = 0

/** Differences or whitened rows of a block, [D][4], and its log densities, [2 pairs][4]. */
export let work: usize = 0
export let densities: usize = 0

/** Densities over the largest of the row; after `posteriors`: those times what follows. [rows, 2 pairs] */
export let emitted: usize = 0
/** p(state at t | rows up to t), with a sum in [1, 2); after `posteriors`: the left factor of the expected transitions. */
export let filtered: usize = 0
/** p(rows after t | state at t), with a sum in [1, 2) but for the last row; after `posteriors`: p(state at t | all rows). */
export let future: usize = 0
/** What `future` was scaled by last, [rows]. */
export let ratios: usize = 0

export let startSums: usize = 0
export let stateSums: usize = 0
export let jumpSums: usize = 0
/**
 * Two partial sums per number: rows 0 and 2, rows 1 and 3 of the blocks. First moments, then second ones where features
 * are independent, [K, D][2]; CELLS: also weights, [K, D][3]; CHANGES: the row before, the row, the three products, the
 * weights, [K, D][6].
 */
export let firstSums: usize = 0
export let secondSums: usize = 0
export let report: usize = 0

export function bindShape(stateCount: i32, featureCount: i32, covarianceKind: i32): void {
  states = stateCount
  pairs = (stateCount + 1) >> 1
  features = featureCount
  kind = covarianceKind
  rowBytes = pairs << 4
  matrixStride = max(pairs, 4) << 4
}

export function bindModel(
  peaksAt: usize,
  tableAt: usize,
  meansAt: usize,
  factorsAt: usize,
  startAt: usize,
  transAt: usize,
  transposedAt: usize,
  uniformAt: usize
): void {
  peaks = peaksAt
  table = tableAt
  means = meansAt
  factors = factorsAt
  start = startAt
  trans = transAt
  transposed = transposedAt
  uniform = uniformAt
}

export function bindRules(rulesAt: usize, full: i32, noiseKind: i32): void {
  rules = rulesAt
  fullRule = full !== 0
  noise = noiseKind
}

export function bindBuffers(
  workAt: usize,
  densitiesAt: usize,
  emittedAt: usize,
  filteredAt: usize,
  futureAt: usize,
  ratiosAt: usize
): void {
  work = workAt
  densities = densitiesAt
  emitted = emittedAt
  filtered = filteredAt
  future = futureAt
  ratios = ratiosAt
}

export function bindSums(
  startSumsAt: usize,
  stateSumsAt: usize,
  jumpSumsAt: usize,
  firstSumsAt: usize,
  secondSumsAt: usize,
  reportAt: usize
): void {
  startSums = startSumsAt
  stateSums = stateSumsAt
  jumpSums = jumpSumsAt
  firstSums = firstSumsAt
  secondSums = secondSumsAt
  report = reportAt
}
