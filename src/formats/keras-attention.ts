/** Attention layers of Keras. */
import {
  checkOff,
  checkRank,
  refused,
  reshaped,
  share,
  textOf,
  whole,
  type KerasCall,
  type KerasLayer,
  type Reader
} from './keras-config'

const roles = ['query', 'value', 'key']

/** query and value by place or name, key perhaps; masks are refused. */
function checkInputs(layer: KerasLayer): void {
  const { operands = [], named = [], settings = {} }: Partial<KerasCall> = layer.call ?? {}
  const byPlace = operands.length - named.length
  if (byPlace > 3 || named.some((name) => !roles.includes(name))) {
    throw refused(layer, `takes ${named.join(', ') || 'masks'}. Only query, value and key are read. Leave masks out`)
  }
  const given = [...roles.slice(0, byPlace), ...named]
  if (given.length > 0 && given.some((name, i) => name !== roles[i])) {
    throw refused(layer, `is given ${given.join(', ')}. Give query, value and key in this order`)
  }
  if (settings.return_attention_scores === true) throw refused(layer, 'returns its scores. Take the output alone')
}

export const attention: Record<string, Reader> = {
  MultiHeadAttention: (layer, rank) => {
    checkRank(layer, rank, 2, 'sequences [steps, width]')
    checkInputs(layer)
    checkOff(layer, 'use_gate', 'Leave it out.')
    checkOff(layer, 'sliding_window', 'Leave it out.')
    const { attention_axes: axes, output_shape: output, key_dim: width, value_dim: values } = layer.config
    if (axes != null && [axes].flat().join() !== '1') throw refused(layer, `has attention_axes=${textOf(axes)}`)
    const units = output == null ? null : [output].flat()
    if (units && (units.length !== 1 || typeof units[0] !== 'number')) {
      throw refused(layer, `has output_shape=${textOf(output)}. One number is read`)
    }
    const rate = share(layer, 'dropout')
    const dropout = layer.call?.settings.training === false ? 0 : rate
    return reshaped(
      {
        type: 'attention',
        heads: whole(layer, 'num_heads'),
        width: whole(layer, 'key_dim'),
        ...(values != null && values !== width ? { valueWidth: whole(layer, 'value_dim') } : {}),
        ...(units ? { units: units[0] as number } : {}),
        ...(layer.call?.settings.use_causal_mask === true ? { causal: true } : {}),
        ...(layer.config.use_bias === false ? { bias: false } : {}),
        ...(dropout > 0 ? { dropout } : {})
      },
      2
    )
  }
}
