/** The product of two matrices that is much larger than they are, and its singular values without that size. */
import { singularValues } from './singular-values'

type Values = Float32Array | Float64Array

/** A row-major matrix. */
export interface Factor {
  data: Values
  rows: number
  columns: number
}

/** Row-major, [left.rows, right.columns]. Sums are in double precision, and so is the result where a factor is. */
export function product(left: Factor, right: Factor): Values {
  const { rows, columns: inner } = left
  const { columns } = right
  const isDouble = left.data instanceof Float64Array || right.data instanceof Float64Array
  const result = isDouble ? new Float64Array(rows * columns) : new Float32Array(rows * columns)
  const row = new Float64Array(columns)
  for (let r = 0; r < rows; r++) {
    row.fill(0)
    for (let k = 0; k < inner; k++) {
      const weight = left.data[r * inner + k]
      for (let c = 0, at = k * columns; c < columns; c++, at++) row[c] += weight * right.data[at]
    }
    result.set(row, r * columns)
  }
  return result
}

/**
 * Singular values of the product, descending, [min(left.rows, right.columns)]. With left = Q R they are those of R right, which
 * has no more rows than the factors have in common; the others are 0. All values must be finite.
 */
export function singularValuesOfProduct(left: Factor, right: Factor): Float64Array {
  const rank = left.columns
  const count = Math.min(left.rows, right.columns)
  const triangular: Factor = { data: triangularPart(left), rows: rank, columns: rank }
  const small = product(triangular, right)
  const result = new Float64Array(count)
  result.set(singularValues(small, rank, right.columns).subarray(0, count))
  return result
}

/** R of a matrix Q R with orthonormal columns in Q, [columns, columns], by the modified Gram-Schmidt process. */
function triangularPart({ data, rows, columns }: Factor): Float64Array {
  const vectors = Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, (__, r) => data[r * columns + c])
  )
  const result = new Float64Array(columns * columns)
  vectors.forEach((vector, c) => {
    const length = Math.sqrt(dot(vector, vector))
    result[c * columns + c] = length
    if (length === 0) return
    for (let r = 0; r < rows; r++) vector[r] /= length
    for (let next = c + 1; next < columns; next++) {
      const share = dot(vector, vectors[next])
      result[c * columns + next] = share
      for (let r = 0; r < rows; r++) vectors[next][r] -= share * vector[r]
    }
  })
  return result
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
