/** Kernels of attention that keep their heads apart: [inputs, heads, key], as Keras and Flax have them. */
import type { CheckpointParameter } from './modules'

const projection = /^(query|key|value|q|k|v)(_?(dense|proj|projection))?(_\d+)?$/i

/**
 * Takes the heads of each query, key and value together, [inputs, heads * key], so that they are the matrix which is multiplied
 * with the input; the values lie so already. The kernel on the way out, [heads, key, outputs], is read as [heads * key, outputs]
 * like every kernel, whose last axis are its outputs. A kernel of a convolution may have the same names and three axes, too:
 * [places, inputs, outputs]. Its bias has one axis where that of heads has two.
 */
export function withJoinedHeads(parameters: readonly CheckpointParameter[]): CheckpointParameter[] {
  const biases = new Map<string, number[][]>()
  for (const { module, role, shape } of parameters) {
    if (role === 'bias') biases.set(module, [...(biases.get(module) ?? []), shape])
  }
  return parameters.map((parameter) => {
    const { module, role, shape, outputsFirst } = parameter
    const name = module.slice(module.lastIndexOf('.') + 1)
    if (role !== 'weight' || outputsFirst || shape.length !== 3 || !projection.test(name)) return parameter
    const [inputs, heads, key] = shape
    const beside = biases.get(module) ?? []
    const ofHeads = beside.some((bias) => bias.length === 2 && bias[0] === heads && bias[1] === key)
    // Without a bias the sizes tell: a model is wider than it has heads, and a kernel is smaller than it has inputs.
    const isJoined = ofHeads || (beside.length === 0 && inputs >= heads)
    return isJoined ? { ...parameter, shape: [inputs, heads * key] } : parameter
  })
}
