/** Shapes of a network's layers, and what is wrong with a network, before any tensor exists. */
import { sizeOf } from './architecture'
import { describedTypes, kindOf } from './layers'
import { stretched } from './layers/merges'
import { activationNames } from '../domain/network-layers'
import { type Layer, type LayerType, type NetworkSpec } from '../domain/network'

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
  'concat',
  ...describedTypes
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
    if (layer.weightsOf !== undefined) checkShared(layer, inputs, placed)
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

/** Shared weights fit a layer that is the same in everything but its place. */
function checkShared(layer: Layer, inputs: readonly number[][], before: readonly PlacedLayer[]): void {
  const fail = (what: string): never => {
    throw new NetworkError(`Layer ${layer.name} takes the weights of "${layer.weightsOf}", ${what}.`)
  }
  const owner = before.find((placed) => placed.layer.name === layer.weightsOf)
  if (!owner) return fail('which is not a layer before it')
  if (owner.layer.weightsOf !== undefined) fail(`which has none of its own; name ${owner.layer.weightsOf} instead`)
  // Rules of parameters are said where the parameters are.
  const own = ['name', 'inputs', 'weightsOf', 'initial', 'penalties', 'constraints']
  const settings = (one: Layer): string =>
    JSON.stringify(
      Object.entries(one)
        .filter(([key]) => !own.includes(key))
        .sort(([a], [b]) => (a < b ? -1 : 1))
    )
  if (settings(layer) !== settings(owner.layer)) fail('which has other settings; they must be the same')
  const widths = (shapes: readonly number[][]): string => shapes.map((shape) => shape.at(-1)).join()
  if (widths(inputs) !== widths(owner.inputs)) {
    fail(`which takes ${owner.inputs.map(shown).join(', ')}, not ${inputs.map(shown).join(', ')}`)
  }
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
  const kind = kindOf(layer)
  const many: [number, number] = [2, Infinity]
  const [least, most] = kind ? (kind.inputs ?? [1, 1]) : layer.type === 'add' || layer.type === 'concat' ? many : [1, 1]
  if (inputs.length < least || inputs.length > most) {
    const needed = most === 1 ? 'one' : most === least ? 'two' : least === 1 ? 'one to three' : 'two or more'
    return fail(`takes ${inputs.length} inputs; it needs ${needed}.`)
  }
  if (kind) return kind.shape(layer, inputs, fail)
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
      return [...slidden(dilatedWindow(layer, fail), input, layer.pad, fail), layer.filters]
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
      return reshapedTo(layer.shape, input, fail)
    case 'dropout':
      return layer.rate >= 0 && layer.rate < 1 ? input : fail(`has rate ${layer.rate}; it must be from 0 to below 1.`)
    case 'embedding':
      whole(layer.vocabulary, 'a vocabulary of')
      whole(layer.width, 'width')
      return input.length === 1 ? [...input, layer.width] : fail(`needs whole numbers [T], but gets ${shown(input)}.`)
    case 'add':
      return stretched(inputs, fail)
    case 'concat': {
      const axis = layer.axis ?? input.length - 1
      if (!Number.isInteger(axis) || axis < 0 || axis >= input.length) {
        fail(`joins along dimension ${axis} of ${shown(input)}; dimensions count from 0.`)
      }
      const others = (shape: readonly number[]): string => shape.map((size, d) => (d === axis ? '' : size)).join()
      for (const other of inputs) {
        if (others(other) !== others(input)) {
          const which = axis === input.length - 1 ? 'the last' : `that of dimension ${axis}`
          fail(`joins ${inputs.map(shown).join(' and ')}; all sizes but ${which} must be equal.`)
        }
      }
      return input.map((size, d) => (d === axis ? inputs.reduce((sum, shape) => sum + shape[axis], 0) : size))
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

/** A shape of as many values; one size may be left open. */
function reshapedTo(shape: readonly number[], input: readonly number[], fail: (what: string) => never): number[] {
  const known = sizeOf(shape.filter((size) => size !== -1))
  const open = shape.filter((size) => size === -1).length
  if (open > 1) fail(`makes ${shown(shape)} of ${shown(input)}; one size may be left open with -1.`)
  const left = open === 1 ? sizeOf(input) / known : 1
  if (!Number.isInteger(left) || known * left !== sizeOf(input)) {
    fail(`makes ${shown(shape)} of ${shown(input)}: ${known} values of ${sizeOf(input)}.`)
  }
  return shape.map((size) => (size === -1 ? left : size))
}

/** A window with holes covers what it reaches. */
function dilatedWindow<L extends { size: number[]; dilations?: number[] }>(layer: L, fail: (what: string) => never): L {
  const { size, dilations } = layer
  if (!dilations) return layer
  if (dilations.length !== size.length || !dilations.every((value) => Number.isInteger(value) && value > 0)) {
    fail(`has size ${shown(size)} and dilations ${shown(dilations)}; it needs a whole number from 1 for each size.`)
  }
  return { ...layer, size: size.map((window, axis) => (window - 1) * dilations[axis] + 1) }
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
  if (size.length < 1 || size.length > 3 || strides.length !== size.length) {
    fail(`has size ${shown(size)} and strides ${shown(strides)}; both need one, two or three numbers.`)
  }
  if (![...size, ...strides].every((value) => Number.isInteger(value) && value > 0)) {
    fail(`has size ${shown(size)} and strides ${shown(strides)}; they must be whole numbers from 1.`)
  }
  if (input.length !== size.length + 1) {
    const wanted = ['[steps, channels]', '[height, width, channels]', '[depth, height, width, channels]'][
      size.length - 1
    ]
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
