/** Ordinary least squares with the usual tests (Greene 2003, chapter 4). */
import { Matrix, QrDecomposition } from 'ml-matrix'
import { studentTwoSided } from './distributions'

/** A column that is this close, relatively, to a combination of earlier ones adds nothing. */
const DEPENDENT = 1e-9

export interface LeastSquares {
  /** Indices of the columns that entered; the others are combinations of earlier ones. The first is the intercept, -1. */
  columns: number[]
  coefficients: number[]
  standardErrors: number[]
  t: number[]
  /** Two-sided. */
  p: number[]
  fitted: number[]
  r2: number
  /** null without degrees of freedom. */
  adjustedR2: number | null
  degreesOfFreedom: number
}

/**
 * Fits y = b0 + sum_j b_j x_j. Columns that are constant or combinations of earlier columns are left out, so that the
 * rest has one answer; put the columns first that must stay.
 * @param x [rows][columns]
 * @param y [rows]
 * @returns null when y does not vary or there is no row to spare: then nothing can be tested.
 */
export function leastSquares(x: readonly (readonly number[])[], y: readonly number[]): LeastSquares | null {
  const rows = y.length
  const mean = y.reduce((sum, value) => sum + value, 0) / rows
  const total = y.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  if (rows < 2 || !(total > 0)) return null
  const columns = independentColumns(x, rows)
  if (columns.length >= rows) return null
  const design = new Matrix(x.map((row) => columns.map((j) => (j < 0 ? 1 : row[j]))))
  const qr = new QrDecomposition(design)
  const solution = qr.solve(Matrix.columnVector([...y])).to1DArray()
  const fitted = design.mmul(Matrix.columnVector(solution)).to1DArray()
  const residual = y.reduce((sum, value, i) => sum + (value - fitted[i]) ** 2, 0)
  const degreesOfFreedom = rows - columns.length
  const variance = residual / degreesOfFreedom
  const standardErrors = rowNorms(qr.upperTriangularMatrix).map((size) => Math.sqrt(variance) * size)
  const t = solution.map((value, j) => value / standardErrors[j])
  const r2 = 1 - residual / total
  return {
    columns,
    coefficients: solution,
    standardErrors,
    t,
    p: t.map((value) => studentTwoSided(value, degreesOfFreedom)),
    fitted,
    r2,
    adjustedR2: 1 - ((1 - r2) * (rows - 1)) / degreesOfFreedom,
    degreesOfFreedom
  }
}

/**
 * Norms of the rows of R^-1, [n]: the roots of the diagonal of (X'X)^-1 = R^-1 R^-T for X = Q R. X'X itself would square
 * how badly conditioned X is, and columns that are large beside their spread would lose all digits.
 */
function rowNorms(r: Matrix): number[] {
  const size = r.columns
  const squares = new Float64Array(size)
  const column = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    // Column k of R^-1, from its diagonal upwards.
    for (let i = k; i >= 0; i--) {
      let sum = i === k ? 1 : 0
      for (let j = i + 1; j <= k; j++) sum -= r.get(i, j) * column[j]
      column[i] = sum / r.get(i, i)
      squares[i] += column[i] ** 2
    }
  }
  return Array.from(squares, Math.sqrt)
}

function sizeOf(values: Float64Array): number {
  const most = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  if (most === 0) return 0
  return most * Math.sqrt(values.reduce((sum, value) => sum + (value / most) ** 2, 0))
}

/** The intercept (-1) and every column that is not a combination of those before it (modified Gram-Schmidt). */
function independentColumns(x: readonly (readonly number[])[], rows: number): number[] {
  const basis: Float64Array[] = [new Float64Array(rows).fill(1 / Math.sqrt(rows))]
  const kept = [-1]
  for (let j = 0; j < (x[0]?.length ?? 0); j++) {
    const column = Float64Array.from(x, (row) => row[j])
    const size = sizeOf(column)
    // Twice, because one pass leaves rounding behind.
    for (let pass = 0; pass < 2; pass++)
      for (const direction of basis) {
        let dot = 0
        for (let i = 0; i < rows; i++) dot += direction[i] * column[i]
        for (let i = 0; i < rows; i++) column[i] -= dot * direction[i]
      }
    const left = sizeOf(column)
    if (!(left > DEPENDENT * size)) continue
    basis.push(column.map((value) => value / left))
    kept.push(j)
  }
  return kept
}
