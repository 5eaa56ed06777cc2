/** Losses of probabilities start from logits here: what makes probabilities of them at the end of a network goes. */
import type { NetworkSpec } from '../../domain/network'
import type { LossName } from '../losses'

/**
 * The same network without a last sigmoid or softmax that the loss has in itself, where its author did not want both. A list
 * of layers that ends in a softmax keeps it: its last layer gives the logits.
 */
export function fromLogits(network: NetworkSpec, loss: LossName): NetworkSpec {
  const { layers, outputs, loss: compiled } = network
  const last = layers.at(-1)
  const ofClasses = loss === 'cross-entropy' && network.conventions === 'keras' ? 'softmax' : null
  const fn = loss === 'binary-cross-entropy' ? 'sigmoid' : ofClasses
  const isEnd = last?.type === 'activation' && last.fn === fn && layers.length > 1
  if (!isEnd || compiled?.fromLogits || outputs) return network
  const before = last.inputs ?? [layers[layers.length - 2].name]
  const rest = layers.slice(0, -1)
  return { ...network, layers: rest, ...(before[0] === rest.at(-1)!.name ? {} : { outputs: before }) }
}
