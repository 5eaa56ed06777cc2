/** Where numbers become too small to count. */

/**
 * Probabilities below FLOOR become 0: products of them would be subnormal, and those cost a hundred cycles each on many
 * processors. A row may then have less than LOST of its best density left, or what was filtered may have less than LOST in
 * common with what follows; there the caller takes the pass in log space. Everywhere else the paths that were dropped are
 * at most FLOOR / LOST^2 = 1e-30 of the likelihood.
 */
export const FLOOR: f64 = 1e-150
export const LOST: f64 = 1e-60
/** Posteriors below this cannot change sums over a state that has any rows worth the name. */
export const NEGLIGIBLE: f64 = 1e-30
