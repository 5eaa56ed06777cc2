/**
 * Small dense linear algebra for covariance matrices. Lower triangles are packed by rows:
 * entry (i, j), j <= i, of a [D, D] matrix lies at i * (i + 1) / 2 + j, [D * (D + 1) / 2] numbers in all.
 */

/** Numbers in a packed lower triangle of a [size, size] matrix. */
export function packedLength(size: number): number {
  return (size * (size + 1)) / 2
}

/**
 * Cholesky factor L with L L^T = A, in place, packed lower triangle (Golub & Van Loan, algorithm 4.2.1).
 * @returns false when A is not positive definite; the contents are then undefined.
 */
export function choleskyPacked(a: Float64Array, offset: number, size: number): boolean {
  for (let i = 0; i < size; i++) {
    const rowI = offset + (i * (i + 1)) / 2
    for (let j = 0; j <= i; j++) {
      const rowJ = offset + (j * (j + 1)) / 2
      let sum = a[rowI + j]
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k]
      if (i === j) {
        // Written so that NaN fails too.
        if (!(sum > 0) || sum === Infinity) return false
        a[rowI + i] = Math.sqrt(sum)
      } else a[rowI + j] = sum / a[rowJ + j]
    }
  }
  return true
}

/** Inverse of a packed lower triangular matrix, in place. The diagonal must not contain zeros. */
export function invertLowerPacked(l: Float64Array, offset: number, size: number): void {
  for (let j = 0; j < size; j++) {
    const diagonal = offset + (j * (j + 1)) / 2 + j
    l[diagonal] = 1 / l[diagonal]
    for (let i = j + 1; i < size; i++) {
      const row = offset + (i * (i + 1)) / 2
      let sum = 0
      for (let k = j; k < i; k++) sum += l[row + k] * l[offset + (k * (k + 1)) / 2 + j]
      l[row + j] = -sum / l[row + i]
    }
  }
}

/** Solves A x = b in place for x, with the packed Cholesky factor of A. */
export function solvePacked(factor: Float64Array, size: number, x: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const row = (i * (i + 1)) / 2
    for (let j = 0; j < i; j++) x[i] -= factor[row + j] * x[j]
    x[i] /= factor[row + i]
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) x[i] -= factor[(j * (j + 1)) / 2 + i] * x[j]
    x[i] /= factor[(i * (i + 1)) / 2 + i]
  }
}

/** Inverse [D, D] (row-major) of A from the packed inverse Cholesky factor W = L^-1: A^-1 = W^T W. */
export function precisionFromInverseFactor(w: Float64Array, offset: number, size: number): Float64Array {
  const out = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < size; k++) {
        const row = offset + (k * (k + 1)) / 2
        sum += w[row + i] * w[row + j]
      }
      out[i * size + j] = sum
      out[j * size + i] = sum
    }
  }
  return out
}
