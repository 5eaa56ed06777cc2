/** The metrics of one weight matrix and of the values of several, as in Hu et al. 2023 ("Latent state models of training dynamics"). */
import { weightMetrics as rows } from '../domain/weight-metrics'
import type { MatrixMetricName, WeightMetricName } from '../domain/weight-metrics'
import { singularValues } from './singular-values'

export interface Matrix {
  data: Float32Array | Float64Array
  /**
   * Row-major, [rows, columns] or a convolution filter [kh, kw, in, out]. Of a filter, l1, l2 and code sparsity are means
   * over its in * out kernels of [kh, kw]; the other metrics are of the filter read as a matrix [kh * kw * in, out].
   */
  shape: readonly number[]
}

export interface Distribution {
  mean: number
  /** The lower middle value of an even number of values. */
  median: number
  /** Population variance. */
  var: number
}

/** What each is: the rows of `weightMetrics`. Ratios with a zero denominator are 0. */
export type MatrixMetrics = Record<MatrixMetricName, number>

export type WeightMetrics = MatrixMetrics & Distribution

export const matrixMetricNames = rows.flatMap((row): MatrixMetricName[] => (row.of === 'matrices' ? [row.name] : []))

const negligible = 1e-5

/** All NaN when any value is not finite: such a matrix must show, not drop out of an average. */
export function weightMetrics(matrix: Matrix): WeightMetrics {
  return { ...matrixMetrics(matrix), ...distribution([matrix.data]) }
}

export function matrixMetrics(matrix: Matrix): MatrixMetrics {
  return matrixMetricsBy(matrix, singularValues)
}

/** @param singular the way to the singular values, descending; all values are finite where it is gone */
export function matrixMetricsBy({ data, shape }: Matrix, singular: typeof singularValues): MatrixMetrics {
  if (shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new Error(`A matrix of shape [${shape.join(', ')}] cannot hold ${data.length} values.`)
  }
  const columns = shape.length > 1 ? shape[shape.length - 1] : 1
  const rows = columns === 0 ? 0 : data.length / columns
  const sizes = shape.length === 4 ? kernelNorms(data, shape[2] * shape[3]) : norms(data)
  if (!Number.isFinite(sizes.l1)) return Object.fromEntries(matrixMetricNames.map((name) => [name, NaN])) as never
  let trace = 0
  for (let i = 0; i < Math.min(rows, columns); i++) trace += data[i * columns + i]
  const lambda = singular(data, rows, columns)
  const spectral = lambda.length > 0 ? lambda[0] : 0
  for (let i = 0; i < lambda.length; i++) if (lambda[i] < negligible) lambda[i] = 0
  const { mean, variance } = moments([lambda])
  return {
    ...sizes,
    trace,
    spectral,
    computational_sparsity: spectral === 0 ? 0 : trace / spectral,
    mean_lambda: mean,
    variance_lambda: variance
  }
}

/**
 * The metrics of a hook point: flat means over its matrices, and of all values of its weights and its biases together. Those of
 * biases are absent where it has none.
 */
export function pointMetrics(
  matrices: readonly MatrixMetrics[],
  weights: Distribution,
  biases: Distribution | null
): Partial<Record<WeightMetricName, number>> {
  const values: Partial<Record<WeightMetricName, number>> = {}
  for (const row of rows) {
    if (row.of === 'matrices')
      values[row.name] = matrices.reduce((sum, one) => sum + one[row.name], 0) / matrices.length
    else {
      const of = row.of === 'weights' ? weights : biases
      if (of) values[row.name] = of[row.statistic]
    }
  }
  return values
}

/** Means over the hook points that have a metric. */
export class MeansOverPoints {
  private readonly totals = new Map<string, { sum: number; count: number }>()

  add(values: Readonly<Record<string, number>>): void {
    for (const [metric, value] of Object.entries(values)) {
      const total = this.totals.get(metric) ?? { sum: 0, count: 0 }
      this.totals.set(metric, { sum: total.sum + value, count: total.count + 1 })
    }
  }

  /** By metric. */
  *means(): Generator<[string, number]> {
    for (const [metric, { sum, count }] of this.totals) yield [metric, sum / count]
  }
}

type Norms = Pick<MatrixMetrics, 'l1' | 'l2' | 'code_sparsity'>

/** Of every `stride`-th value from `start` on. */
function norms(data: Float32Array | Float64Array, start = 0, stride = 1): Norms {
  let l1 = 0
  let squares = 0
  for (let i = start; i < data.length; i += stride) {
    l1 += Math.abs(data[i])
    squares += data[i] * data[i]
  }
  // Squares of double precision values beyond 1e154, or below 1e-154, are no numbers of double precision.
  const l2 = squares > 1e-200 && squares < Infinity ? Math.sqrt(squares) : scaledNorm(data, start, stride)
  return { l1, l2, code_sparsity: l2 === 0 ? 0 : l1 / l2 }
}

/** The same norm, of values that are divided by the largest first. */
function scaledNorm(data: Float32Array | Float64Array, start: number, stride: number): number {
  let most = 0
  for (let i = start; i < data.length; i += stride) most = Math.max(most, Math.abs(data[i]))
  if (most === 0 || !Number.isFinite(most)) return most
  let squares = 0
  for (let i = start; i < data.length; i += stride) squares += (data[i] / most) ** 2
  return most * Math.sqrt(squares)
}

/** Means over kernels; the values of one kernel lie `kernels` apart. */
function kernelNorms(data: Float32Array | Float64Array, kernels: number): Norms {
  const total: Norms = { l1: 0, l2: 0, code_sparsity: 0 }
  for (let kernel = 0; kernel < kernels; kernel++) {
    const one = norms(data, kernel, kernels)
    total.l1 += one.l1 / kernels
    total.l2 += one.l2 / kernels
    total.code_sparsity += one.code_sparsity / kernels
  }
  return total
}

/** Of all values together. NaN throughout when there is none or any is not finite. */
export function distribution(parts: readonly (Float32Array | Float64Array)[]): Distribution {
  const { mean, variance } = moments(parts)
  if (!Number.isFinite(mean)) return { mean: NaN, median: NaN, var: NaN }
  return { mean, median: lowerMedian(parts), var: variance }
}

function moments(parts: readonly (Float32Array | Float64Array)[]): { mean: number; variance: number } {
  let count = 0
  let sum = 0
  for (const part of parts) {
    count += part.length
    for (let i = 0; i < part.length; i++) sum += part[i]
  }
  const mean = sum / count
  let squares = 0
  for (const part of parts) for (let i = 0; i < part.length; i++) squares += (part[i] - mean) ** 2
  return { mean, variance: squares / count }
}

/**
 * The element of rank ceil(n / 2) - 1 in sorted order. By quickselect on a copy: sorting half a million weights at every
 * recorded point would cost more than all other metrics together.
 */
function lowerMedian(parts: readonly (Float32Array | Float64Array)[]): number {
  const count = parts.reduce((total, part) => total + part.length, 0)
  const double = parts.some((part) => part instanceof Float64Array)
  const values = double ? new Float64Array(count) : new Float32Array(count)
  let at = 0
  for (const part of parts) {
    values.set(part, at)
    at += part.length
  }
  const k = Math.ceil(count / 2) - 1
  let low = 0
  let high = count - 1
  while (low < high) {
    const pivot = medianOfThree(values[low], values[(low + high) >>> 1], values[high])
    let i = low
    let j = high
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i <= j) {
        const held = values[i]
        values[i] = values[j]
        values[j] = held
        i++
        j--
      }
    }
    if (k <= j) high = j
    else if (k >= i) low = i
    else break
  }
  return values[k]
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}
