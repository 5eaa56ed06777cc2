/** Shapes of a network's layers, and what is wrong with a network, before any tensor exists. */
import { sizeOf } from './architecture'
import { activationNames, type Layer, type LayerType, type NetworkSpec } from './network'

/** A network that cannot be built; the message names the layer and the remedy. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
}

const layerTypes: readonly LayerType[] = [
  'dense',
  'conv',
  'maxPool',
  'avgPool',
  'globalAvgPool',
  'batchNorm',
  'layerNorm',
  'activation',
  'flatten',
  'reshape',
  'dropout',
  'embedding',
  'add',
  'concat'
]

/** Name of the network's input, as layers refer to it and as the graph shows it. */
export const inputName = 'input'

export interface PlacedLayer {
  layer: Layer
  /** Names of the layers it takes, `input` for the network's own. */
  from: string[]
  inputs: number[][]
  /** Of one example. */
  output: number[]
}

export interface PlacedNetwork {
  layers: PlacedLayer[]
  outputs: string[]
}

/** Every layer with its input and output shapes. Throws a NetworkError that names the first layer that does not fit. */
export function placeLayers(network: NetworkSpec): PlacedNetwork {
  const shapes = new Map<string, number[]>([[inputName, network.input]])
  if (network.input.length === 0 || !network.input.every((size) => Number.isInteger(size) && size > 0)) {
    throw new NetworkError(`The input of ${network.title} is ${shown(network.input)}; every size must be 1 or more.`)
  }
  if (network.layers.length === 0) throw new NetworkError(`${network.title} has no layers. Add a dense layer to begin.`)
  const placed: PlacedLayer[] = []
  let previous = inputName
  for (const layer of network.layers) {
    checkName(layer.name, shapes)
    const from = layer.inputs ?? [previous]
    const inputs = from.map((name) => {
      const shape = shapes.get(name)
      if (shape) return shape
      const later = network.layers.some((other) => other.name === name)
      const why = later ? 'comes after it; move it before' : 'does not exist'
      throw new NetworkError(`Layer ${layer.name} takes "${name}", which ${why}.`)
    })
    const output = outputShape(layer, inputs)
    shapes.set(layer.name, output)
    placed.push({ layer, from, inputs, output })
    previous = layer.name
  }
  const outputs = network.outputs ?? [previous]
  for (const name of outputs) {
    const shape = shapes.get(name)
    if (!shape) throw new NetworkError(`The output "${name}" of ${network.title} is not one of its layers.`)
    if (shape.length !== 1) {
      throw new NetworkError(
        `The output ${name} has shape ${shown(shape)} for one example; it must be [classes]. ` +
          'Add a flatten and a dense layer before it.'
      )
    }
  }
  return { layers: placed, outputs }
}

function checkName(name: string, taken: ReadonlyMap<string, unknown>): void {
  if (!/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name)) {
    throw new NetworkError(
      `A layer is called "${name}"; names are letters, digits, - and _, in parts separated by dots, such as block1.conv.`
    )
  }
  if (taken.has(name)) throw new NetworkError(`Two layers are called ${name}; rename one of them.`)
  for (const other of taken.keys()) {
    if (other.startsWith(`${name}.`) || name.startsWith(`${other}.`)) {
      throw new NetworkError(`${name} and ${other} cannot both be layers: one of them is the scope of the other.`)
    }
  }
}

/** Output shape of one layer. */
function outputShape(layer: Layer, inputs: readonly number[][]): number[] {
  const fail = (what: string): never => {
    throw new NetworkError(`Layer ${layer.name} (${layer.type}) ${what}`)
  }
  const [input] = inputs
  const many = layer.type === 'add' || layer.type === 'concat'
  if (many ? inputs.length < 2 : inputs.length !== 1) {
    return fail(`takes ${inputs.length} inputs; it needs ${many ? 'two or more' : 'one'}.`)
  }
  const whole = (value: number, what: string, least = 1): void => {
    if (!Number.isInteger(value) || value < least)
      fail(`has ${what} ${value}; it must be a whole number from ${least}.`)
  }
  switch (layer.type) {
    case 'dense':
      whole(layer.units, 'units')
      return [...input.slice(0, -1), layer.units]
    case 'conv':
      whole(layer.filters, 'filters')
      return [...slidden(layer, input, layer.pad, fail), layer.filters]
    case 'maxPool':
    case 'avgPool':
      return [
        ...slidden({ ...layer, strides: layer.strides ?? layer.size }, input, layer.pad ?? 'valid', fail),
        input.at(-1)!
      ]
    case 'globalAvgPool':
      return input.length < 2
        ? fail(`needs an input with spatial dimensions, but gets ${shown(input)}.`)
        : input.slice(-1)
    case 'flatten':
      return [sizeOf(input)]
    case 'reshape':
      if (sizeOf(layer.shape) === sizeOf(input)) return layer.shape
      return fail(`makes ${shown(layer.shape)} of ${shown(input)}: ${sizeOf(layer.shape)} values of ${sizeOf(input)}.`)
    case 'dropout':
      return layer.rate >= 0 && layer.rate < 1 ? input : fail(`has rate ${layer.rate}; it must be from 0 to below 1.`)
    case 'embedding':
      whole(layer.vocabulary, 'a vocabulary of')
      whole(layer.width, 'width')
      return input.length === 1 ? [...input, layer.width] : fail(`needs whole numbers [T], but gets ${shown(input)}.`)
    case 'add':
      for (const other of inputs) {
        if (other.join() !== input.join()) fail(`adds ${inputs.map(shown).join(' and ')}; the shapes must be equal.`)
      }
      return input
    case 'concat': {
      const lead = input.slice(0, -1).join()
      for (const other of inputs) {
        if (other.slice(0, -1).join() !== lead) {
          fail(`joins ${inputs.map(shown).join(' and ')}; all sizes but the last must be equal.`)
        }
      }
      return [...input.slice(0, -1), inputs.reduce((sum, shape) => sum + shape.at(-1)!, 0)]
    }
    case 'activation':
      if (activationNames.includes(layer.fn)) return input
      return fail(`is "${String(layer.fn)}"; it must be one of ${activationNames.join(', ')}.`)
    case 'batchNorm':
    case 'layerNorm':
      return input
    default:
      throw new NetworkError(
        `Layer ${(layer as Layer).name} is of type "${String((layer as Layer).type)}"; known are ${layerTypes.join(', ')}.`
      )
  }
}

/** Spatial output sizes of a window that slides over the input, as TensorFlow counts them. */
function slidden(
  layer: { size: number[]; strides?: number[] },
  input: readonly number[],
  pad: 'same' | 'valid',
  fail: (what: string) => never
): number[] {
  const { size } = layer
  const strides = layer.strides ?? size.map(() => 1)
  if ((size.length !== 2 && size.length !== 3) || strides.length !== size.length) {
    fail(`has size ${shown(size)} and strides ${shown(strides)}; both need two or three numbers.`)
  }
  if (![...size, ...strides].every((value) => Number.isInteger(value) && value > 0)) {
    fail(`has size ${shown(size)} and strides ${shown(strides)}; they must be whole numbers from 1.`)
  }
  if (input.length !== size.length + 1) {
    const wanted = size.length === 2 ? '[height, width, channels]' : '[depth, height, width, channels]'
    fail(`needs ${wanted}, but gets ${shown(input)}.`)
  }
  return size.map((window, axis) => {
    const length = input[axis]
    const out = pad === 'same' ? Math.ceil(length / strides[axis]) : Math.ceil((length - window + 1) / strides[axis])
    if (out < 1) fail(`slides a window of ${shown(size)} over ${shown(input)}, which is too small; use padding "same".`)
    return out
  })
}

export function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
