/** Features that follow from others: a covariance over all of them has no inverse, and its likelihood means nothing. */

/** A feature follows from others when they leave less than this share of its variance: a thousandth of its spread. */
const LEAST_OWN = 1e-6
/** Parts of a combination below this share of a standard deviation are not named. */
const LEAST_PART = 0.01

export interface Collinear {
  feature: number
  /** Features before it that it follows from, the largest part first. */
  from: number[]
}

/**
 * Goes through the features in order, and takes each that those before it do not determine by a sum with one constant
 * (Cholesky's factorisation of the correlation matrix; what is left of a feature's variance is its pivot). Rows with a missing
 * cell are not looked at; fewer complete rows than twice the features say nothing.
 * @param rows makes all rows [D], on the scale that is fitted; they are gone through twice, and may share their memory
 */
export function collinearFeatures(columns: number, rows: () => Iterable<Float64Array>): Collinear[] {
  const correlation = correlations(columns, rows)
  if (!correlation) return []
  const taken: number[] = []
  // Row by row of the taken features: the lower triangle L of L L' = correlation.
  const lower: number[][] = []
  const found: Collinear[] = []
  for (let d = 0; d < columns; d++) {
    const row: number[] = []
    taken.forEach((other, i) => {
      let sum = correlation[d * columns + other]
      for (let j = 0; j < i; j++) sum -= row[j] * lower[i][j]
      row.push(sum / lower[i][i])
    })
    const own = correlation[d * columns + d] - row.reduce((sum, part) => sum + part * part, 0)
    if (own > LEAST_OWN) {
      taken.push(d)
      lower.push([...row, Math.sqrt(own)])
    } else found.push({ feature: d, from: partsOf(row, lower, taken) })
  }
  return found
}

/** Solves L' w = row: the weights of the taken features, of standard deviation 1, in one that follows from them. */
function partsOf(row: readonly number[], lower: readonly number[][], taken: readonly number[]): number[] {
  const weights = [...row]
  for (let i = weights.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < weights.length; j++) weights[i] -= lower[j][i] * weights[j]
    weights[i] /= lower[i][i]
  }
  return taken
    .map((feature, i) => ({ feature, size: Math.abs(weights[i]) }))
    .filter(({ size }) => size > LEAST_PART)
    .sort((a, b) => b.size - a.size)
    .map(({ feature }) => feature)
}

/** [D, D] over all complete rows; null where there are too few. A feature that stands still correlates with nothing. */
function correlations(columns: number, rows: () => Iterable<Float64Array>): Float64Array | null {
  const means = new Float64Array(columns)
  let count = 0
  for (const row of rows()) {
    if (row.some(Number.isNaN)) continue
    count++
    for (let d = 0; d < columns; d++) means[d] += row[d]
  }
  if (count < 2 * columns + 2) return null
  for (let d = 0; d < columns; d++) means[d] /= count
  const products = new Float64Array(columns * columns)
  for (const row of rows()) {
    if (row.some(Number.isNaN)) continue
    for (let d = 0; d < columns; d++) {
      const value = row[d] - means[d]
      for (let e = 0; e <= d; e++) products[d * columns + e] += value * (row[e] - means[e])
    }
  }
  const spread = Array.from({ length: columns }, (_, d) => Math.sqrt(products[d * columns + d]))
  for (let d = 0; d < columns; d++) {
    for (let e = 0; e <= d; e++) {
      const size = spread[d] * spread[e]
      const value = d === e ? 1 : size > 0 ? products[d * columns + e] / size : 0
      products[d * columns + e] = value
      products[e * columns + d] = value
    }
  }
  return products
}
