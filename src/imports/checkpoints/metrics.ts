/**
 * The weight metrics of a checkpoint at hook points, with one tensor in memory at a time. The averaging is that of
 * `weightScalars` (src/hooks/weights.ts), and so are the numbers.
 */
import { tagOf } from '../../domain/tags'
import { type CheckpointParameter, parametersOf } from './modules'
import { plural, someNames } from '../../formats/format-error'
import type { FloatValues, StoredTensor } from '../../formats/tensor-values'
import { type Factor, product, singularValuesOfProduct } from '../../metrics/product'
import { StreamedDistribution } from '../../metrics/streamed-distribution'
import {
  distribution,
  type Distribution,
  matrixMetrics,
  matrixMetricsBy,
  type MatrixMetrics,
  MeansOverPoints,
  pointMetrics
} from '../../metrics/weight-metrics'

export interface CheckpointMetrics {
  /** `weights/<hook>/<metric>`, and `weights/<metric>`: the mean over all hook points, when all are there. */
  values: Record<string, number>
  /** What is missing, not finite or could not be read, in sentences that end a line about this checkpoint. */
  notes: string[]
}

/** Tensors whose values are taken together. */
interface Group {
  members: CheckpointParameter[]
  streamed: StreamedDistribution | null
  result: Distribution | null
}

/** @param outputsFirst see parametersOf. @throws FormatError when a tensor cannot be read */
export async function checkpointMetrics(
  tensors: readonly StoredTensor[],
  hooks: readonly string[],
  outputsFirst: boolean
): Promise<CheckpointMetrics> {
  const { parameters } = parametersOf(tensors, outputsFirst)
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const inside = (hook: string, role: string): CheckpointParameter[] =>
    parameters.filter(
      ({ module, normalisation, role: own, factors }) =>
        own === role && !normalisation && (module === hook || (!factors && module.startsWith(`${hook}.`)))
    )
  const groupOf = (members: CheckpointParameter[]): Group => {
    const double = members.some(({ name }) => stored.get(name)?.dtype === 'float64')
    return { members, streamed: members.length > 1 ? new StreamedDistribution(double) : null, result: null }
  }
  const points = hooks
    .map((hook) => ({ hook, weights: groupOf(inside(hook, 'weight')), biases: groupOf(inside(hook, 'bias')) }))
    .filter(({ weights }) => weights.members.length > 0)
  const groups = points.flatMap(({ weights, biases }) => [weights, biases])

  const matrices = new Map<string, MatrixMetrics>()
  const notFinite: string[] = []
  const passes = Math.max(1, ...groups.map(({ streamed }) => streamed?.passes ?? 1))
  for (let pass = 0; pass < passes; pass++) {
    const waiting = groups.filter(({ streamed }) => pass < (streamed?.passes ?? 1))
    for (const parameter of parameters) {
      const mine = waiting.filter(({ members }) => members.includes(parameter))
      if (mine.length === 0) continue
      const factors = parameter.factors ? await factorsOf(parameter.factors, stored) : null
      const values = factors ? product(...factors) : await stored.get(parameter.name)!.read()
      if (pass === 0) {
        if (!factors && !allFinite(values)) notFinite.push(parameter.name)
        if (parameter.role === 'weight') {
          const matrix = inOurLayout(parameter, values)
          const own = factors
            ? matrixMetricsBy(matrix, () => singularValuesOfProduct(...factors))
            : matrixMetrics(matrix)
          matrices.set(parameter.name, own)
        }
      }
      for (const group of mine) {
        if (group.streamed) group.streamed.add(values)
        else group.result = distribution([values])
      }
    }
    for (const { streamed } of waiting) streamed?.endPass()
  }

  const values: Record<string, number> = {}
  const means = new MeansOverPoints()
  const distributionOf = ({ streamed, result }: Group) => (streamed?.result() ?? result)!
  for (const { hook, weights, biases } of points) {
    const own = weights.members.map(({ name }) => matrices.get(name)!)
    const hasBiases = biases.members.length > 0
    const metrics = pointMetrics(own, distributionOf(weights), hasBiases ? distributionOf(biases) : null)
    means.add(metrics)
    for (const [metric, value] of Object.entries(metrics)) values[tagOf.weights(hook, metric)] = value
  }
  const missing = hooks.filter((hook) => !points.some((point) => point.hook === hook))
  if (missing.length === 0) for (const [metric, mean] of means.means()) values[tagOf.meanWeights(metric)] = mean
  const notes: string[] = []
  if (missing.length > 0) {
    notes.push(`no weights in ${someNames(missing, 4)}, so no point there and none in the means over all hook points`)
  }
  if (notFinite.length > 0) {
    const verb = notFinite.length === 1 ? 'has' : 'have'
    notes.push(
      `${plural(notFinite.length, 'tensor')} (${someNames(notFinite, 4)}) ${verb} values that are NaN or infinite, so the metrics there are NaN`
    )
  }
  return { values, notes }
}

async function factorsOf(
  names: readonly [string, string],
  stored: ReadonlyMap<string, StoredTensor>
): Promise<[Factor, Factor]> {
  const [left, right] = names.map((name) => stored.get(name)!)
  const [rows, inner] = left.shape
  return [
    { data: await left.read(), rows, columns: inner },
    { data: await right.read(), rows: inner, columns: right.shape[1] }
  ]
}

/** Filters become [...kernel, in, out], as our own models and the metrics have them; matrices stay as they are. */
function inOurLayout(
  { shape, outputsFirst }: CheckpointParameter,
  values: FloatValues
): { data: FloatValues; shape: readonly number[] } {
  if (shape.length < 3 || !outputsFirst) return { data: values, shape }
  const [outputs, inputs, ...kernel] = shape
  const places = kernel.reduce((product, size) => product * size, 1)
  const data = values instanceof Float64Array ? new Float64Array(values.length) : new Float32Array(values.length)
  for (let o = 0, from = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let place = 0; place < places; place++, from++) data[(place * inputs + i) * outputs + o] = values[from]
    }
  }
  return { data, shape: [...kernel, inputs, outputs] }
}

function allFinite(values: FloatValues): boolean {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * 0
  return sum === 0
}
