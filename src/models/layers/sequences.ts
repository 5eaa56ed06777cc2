/** Recurrent layers. */
import * as tf from '@tensorflow/tfjs-core'
import { dense } from '../../tensor/ops/dense'
import { gru, lstm, simpleRnn } from '../../tensor/ops/recurrent'
import type { ActivationName, Recurrent, SequenceLayer } from '../../domain/network-layers'
import { checkRank, checkWhole, type LayerKind, type LayerPass, type ParameterDraft } from './kind'
import { dropoutMask } from './noise'

type Of<T extends SequenceLayer['type']> = LayerKind<Extract<SequenceLayer, { type: T }>>

/** What kinds of cells differ in. */
interface Cell<L extends Recurrent> {
  label: string
  /** Matrices side by side. */
  gates: number
  /** Whether the product with the state has a bias of its own. */
  recurrentBias?(layer: L): boolean
  run(layer: L, projected: tf.Tensor3D, recurrent: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor3D
}

const recurrent = <L extends Recurrent>({ label, gates, recurrentBias, run }: Cell<L>): LayerKind<L> => ({
  shape: (layer, [input], fail) => {
    checkRank(fail, input, 2, 'a sequence [steps, width]')
    checkWhole(fail, layer.units, 'units')
    const { dropout = 0 } = layer
    if (!(dropout >= 0 && dropout < 1)) fail(`has dropout ${dropout}; it must be from 0 to below 1.`)
    return layer.sequences === true ? [input[0], layer.units] : [layer.units]
  },
  parameters: (layer, [input]) => {
    const { units } = layer
    const width = gates * units
    const [own, before] = [
      { in: input[1], out: units },
      { in: units, out: units }
    ]
    const drafts: ParameterDraft[] = [{ part: 'kernel', role: 'weight', shape: [input[1], width], fan: own }]
    if (layer.bias !== false) drafts.push({ part: 'kernel', role: 'bias', shape: [width], fan: before })
    drafts.push({ part: 'recurrent', role: 'weight', shape: [units, width], fan: before })
    if (layer.bias !== false && recurrentBias?.(layer)) {
      drafts.push({ part: 'recurrent', role: 'bias', shape: [width], fan: before })
    }
    return drafts
  },
  parts: (layer, [input]) => [
    { name: 'kernel', type: 'dense', shape: [input[0], gates * layer.units] },
    {
      name: 'recurrent',
      type: 'recurrent',
      from: ['kernel'],
      shape: layer.sequences === true ? [input[0], layer.units] : [layer.units]
    }
  ],
  label: () => label,
  forward: (pass) => {
    const { layer, parameter, seen } = pass
    const projected = seen('kernel', projection(pass, gates * layer.units))
    const ownBias = layer.bias !== false && recurrentBias?.(layer) ? parameter<tf.Tensor1D>('recurrent.b') : null
    const timeFirst = tf.transpose(projected, [1, 0, 2])
    const states = run(layer, timeFirst, parameter<tf.Tensor2D>('recurrent.W'), ownBias)
    const [steps, examples, units] = states.shape
    if (layer.sequences === true) return seen('recurrent', tf.transpose(states, [1, 0, 2]))
    return seen('recurrent', tf.reshape(tf.slice(states, [steps - 1, 0, 0], [1, examples, units]), [examples, units]))
  }
})

/** What the inputs of all steps give: [N, T, width], in the order in which the steps are taken. */
function projection<L extends Recurrent>(
  { layer, x, pass, parameter, inputGradient }: LayerPass<L>,
  width: number
): tf.Tensor3D {
  const [examples, steps, features] = x.shape
  const floats = (x.dtype === 'float32' ? x : tf.cast(x, 'float32')) as tf.Tensor3D
  const ordered = layer.backwards === true ? tf.reverse(floats, 1) : floats
  const rate = layer.dropout ?? 0
  const kept = pass.training && rate > 0 ? tf.mul(ordered, dropoutMask([examples, 1, features], rate, pass)) : ordered
  const rows = tf.reshape(kept, [examples * steps, features]) as tf.Tensor2D
  const bias = layer.bias === false ? null : parameter<tf.Tensor1D>('kernel.b')
  return tf.reshape(dense(rows, parameter<tf.Tensor2D>('kernel.W'), bias, inputGradient), [examples, steps, width])
}

const functions = ({
  activation = 'tanh',
  gate = 'sigmoid'
}: {
  activation?: ActivationName
  gate?: ActivationName
}) => ({
  activation,
  gate
})

export const sequenceKinds: { [T in SequenceLayer['type']]: Of<T> } = {
  lstm: recurrent({
    label: 'lstm',
    gates: 4,
    run: (layer, projected, weights) => lstm(projected, weights, functions(layer))
  }),
  gru: recurrent({
    label: 'gru',
    gates: 3,
    recurrentBias: ({ resetAfter }) => resetAfter !== false,
    run: (layer, projected, weights, bias) =>
      gru(projected, weights, bias, functions(layer), layer.resetAfter !== false)
  }),
  simpleRnn: recurrent({
    label: 'recurrent',
    gates: 1,
    run: (layer, projected, weights) => simpleRnn(projected, weights, layer.activation ?? 'tanh')
  })
}
