/** Weight metrics per hook point: which matrices and vectors belong to a point, and how they are averaged. */
import { tagOf } from '../domain/tags'
import type { Matrix } from '../metrics/weight-metrics'
import {
  distribution,
  matrixMetrics,
  type MatrixMetrics,
  MeansOverPoints,
  pointMetrics
} from '../metrics/weight-metrics'
import { isInside, type ParameterSpec } from '../models/architecture'

/** A parameter with its present values, row-major. */
export interface ParameterValues {
  spec: ParameterSpec
  values: Float32Array
}

export interface WeightScalars {
  /** `weights/<hook>/<metric>`, and `weights/<metric>`: the mean over all hook points that have it. */
  values: Record<string, number>
  /** Names of parameters with values that are NaN or infinite; every metric that they enter is NaN. */
  nonFinite: string[]
}

/**
 * Matrix metrics are the flat mean over all matrices inside a hook point, attention weights counted head by head (the
 * averaging of the paper's package). Weight and bias statistics are over all values together; gains and biases of layer
 * normalisation are left out of both.
 */
export function weightScalars(parameters: readonly ParameterValues[], hooks: readonly string[]): WeightScalars {
  const values: Record<string, number> = {}
  const means = new MeansOverPoints()
  const perMatrix = new Map<string, MatrixMetrics[]>()
  const distributionOf = (group: readonly ParameterValues[]) => distribution(group.map((parameter) => parameter.values))
  for (const hook of hooks) {
    const inside = parameters.filter(({ spec }) => isInside(spec.owner, hook) && !spec.normalisation)
    const weights = inside.filter(({ spec }) => spec.role === 'weight')
    const biases = inside.filter(({ spec }) => spec.role === 'bias')
    if (weights.length === 0) continue
    const matrices = weights.flatMap((parameter) => {
      const known = perMatrix.get(parameter.spec.name)
      const metrics = known ?? matricesOf(parameter).map((matrix) => matrixMetrics(matrix))
      perMatrix.set(parameter.spec.name, metrics)
      return metrics
    })
    const own = pointMetrics(matrices, distributionOf(weights), biases.length > 0 ? distributionOf(biases) : null)
    means.add(own)
    for (const [metric, value] of Object.entries(own)) values[tagOf.weights(hook, metric)] = value
  }
  for (const [metric, mean] of means.means()) values[tagOf.meanWeights(metric)] = mean
  const observed = parameters.filter(({ spec }) => hooks.some((hook) => isInside(spec.owner, hook)))
  const nonFinite = observed.filter((parameter) => !allFinite(parameter.values)).map(({ spec }) => spec.name)
  return { values, nonFinite }
}

/** One matrix, or one per attention head. */
export function matricesOf({ spec, values }: ParameterValues): Matrix[] {
  const blocks = spec.columnBlocks ?? 1
  if (blocks === 1) return [{ data: values, shape: spec.shape }]
  const [rows, columns] = spec.shape
  const width = columns / blocks
  return Array.from({ length: blocks }, (_, block) => {
    const data = new Float32Array(rows * width)
    for (let r = 0; r < rows; r++) {
      const from = r * columns + block * width
      data.set(values.subarray(from, from + width), r * width)
    }
    return { data, shape: [rows, width] }
  })
}

function allFinite(values: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * 0
  return sum === 0
}
