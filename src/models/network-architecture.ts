/** Parameters and module tree of a network that is given as a list of layers. */
import {
  GraphBuilder,
  isInside,
  sizeOf,
  type Architecture,
  type BufferSpec,
  type Initialiser,
  type ParameterSpec
} from './architecture'
import { drawnAs, kerasInitial } from './initial-values'
import { kindOf } from './layers'
import type { LayerPart, ParameterDraft } from './layers/kind'
import type { InitialiserName, NetworkSpec } from '../domain/network'
import { inputName, placeLayers, shown, type PlacedLayer } from './network-shapes'

export interface InitOptions {
  initialiser: InitialiserName
  /** Multiplies the weights of dense and convolution layers. */
  scale: number
}

const plain: InitOptions = { initialiser: 'network', scale: 1 }

export function networkArchitecture(network: NetworkSpec, init: InitOptions = plain): Architecture {
  const { layers, outputs } = placeLayers(network)
  const parameters = layers.flatMap((placed) => {
    return parametersOf(placed, init).map((spec) => withSettings(spec, placed, network, init))
  })
  const { title } = network
  const heads = outputs.map((name) => layers.find(({ layer }) => layer.name === name)!.output[0])
  return { title, parameters, buffers: layers.flatMap(buffersOf), heads, graph: graphOf(network, parameters) }
}

function parametersOf({ layer, inputs }: PlacedLayer, init: InitOptions): ParameterSpec[] {
  const { name: owner } = layer
  const [input] = inputs
  if (layer.weightsOf !== undefined) return []
  const spec = (
    role: 'weight' | 'bias',
    shape: number[],
    initial: Initialiser,
    normalisation = false
  ): ParameterSpec => {
    const name = `${owner}.${role === 'weight' ? 'W' : 'b'}`
    return { name, owner, role, shape, initial, ...(normalisation ? { normalisation } : {}) }
  }
  switch (layer.type) {
    case 'dense':
    case 'conv': {
      const [window, channels] = layer.type === 'conv' ? [layer.size, layer.filters] : [[], layer.units]
      const shape = [...window, input.at(-1)!, channels]
      const fanIn = sizeOf(shape) / channels
      const fanOut = sizeOf(window) * channels
      return [
        spec('weight', shape, weightInitialiser(init, fanIn, fanOut)),
        ...(layer.bias === false ? [] : [spec('bias', [channels], biasInitialiser(init, fanIn))])
      ]
    }
    case 'batchNorm':
    case 'layerNorm': {
      const shape = input.slice(-1)
      return [
        ...(layer.scale === false ? [] : [spec('weight', shape, { kind: 'ones' }, true)]),
        ...(layer.center === false ? [] : [spec('bias', shape, { kind: 'zeros' }, true)])
      ]
    }
    case 'embedding':
      return [spec('weight', [layer.vocabulary, layer.width], { kind: 'normal', std: 1 / Math.sqrt(layer.width) })]
    default:
      return (kindOf(layer)?.parameters?.(layer, inputs) ?? []).map((draft) => described(draft, owner, init))
  }
}

/** As the layer and the conventions of the network say, besides what its type does. */
function withSettings(
  spec: ParameterSpec,
  { layer }: PlacedLayer,
  { conventions }: NetworkSpec,
  init: InitOptions
): ParameterSpec {
  const key = spec.name.slice(layer.name.length + 1)
  const set = layer.initial?.[key] ?? (conventions === 'keras' ? kerasInitial(layer.type, key) : undefined)
  // What is chosen for the run is about weights and their biases, not about gains and embeddings.
  const isChosen = init.initialiser !== 'network' && !spec.normalisation && layer.type !== 'embedding'
  const scale = spec.role === 'weight' && !spec.normalisation ? init.scale : 1
  const [penalty, constraint] = [layer.penalties?.[key], layer.constraints?.[key]]
  return {
    ...spec,
    ...(set === undefined || isChosen ? {} : { initial: drawnAs(set, fanShape(spec, layer, key), scale) }),
    ...(layer.frozen ? { frozen: true as const } : {}),
    ...(penalty ? { penalty } : {}),
    ...(constraint ? { constraint } : {})
  }
}

/** The shape that Keras counts the fans of: its attention has the heads as a dimension of their own. */
function fanShape({ shape }: ParameterSpec, layer: PlacedLayer['layer'], key: string): number[] {
  if (layer.type === 'attention' && shape.length === 2) {
    const { heads } = layer
    return key === 'output.W' ? [heads, shape[0] / heads, shape[1]] : [shape[0], heads, shape[1] / heads]
  }
  return shape
}

/** A parameter of a layer that is described in `layers`. */
function described(draft: ParameterDraft, layer: string, init: InitOptions): ParameterSpec {
  const { part, role, shape, columnBlocks, normalisation, fan } = draft
  const owner = part === undefined ? layer : `${layer}.${part}`
  const drawn = (): Initialiser =>
    role === 'weight' ? weightInitialiser(init, fan!.in, fan!.out) : biasInitialiser(init, fan!.in)
  return {
    name: `${owner}.${role === 'weight' ? 'W' : 'b'}`,
    owner,
    role,
    shape,
    initial: draft.initial ?? drawn(),
    ...(columnBlocks === undefined ? {} : { columnBlocks }),
    ...(normalisation === undefined ? {} : { normalisation })
  }
}

/** PyTorch's default is He et al. 2015 with a = sqrt(5): uniform in +-1 / sqrt(fan in). */
function weightInitialiser({ initialiser, scale }: InitOptions, fanIn: number, fanOut: number): Initialiser {
  switch (initialiser) {
    case 'network':
    case 'default':
      return { kind: 'uniform', limit: scale / Math.sqrt(fanIn) }
    case 'xavier-uniform':
      return { kind: 'uniform', limit: scale * Math.sqrt(6 / (fanIn + fanOut)) }
    case 'xavier-normal':
      return { kind: 'normal', std: scale * Math.sqrt(2 / (fanIn + fanOut)) }
    case 'he-uniform':
      return { kind: 'uniform', limit: scale * Math.sqrt(6 / fanIn) }
    case 'he-normal':
      return { kind: 'normal', std: scale * Math.sqrt(2 / fanIn) }
  }
}

function biasInitialiser({ initialiser }: InitOptions, fanIn: number): Initialiser {
  return initialiser === 'default' || initialiser === 'network'
    ? { kind: 'uniform', limit: 1 / Math.sqrt(fanIn) }
    : { kind: 'zeros' }
}

function buffersOf({ layer, inputs: [input] }: PlacedLayer): BufferSpec[] {
  if (layer.type !== 'batchNorm' || layer.weightsOf !== undefined) return []
  const shape = input.slice(-1)
  const { name: owner } = layer
  return [
    { name: `${owner}.mean`, owner, shape, initial: 'zeros' },
    { name: `${owner}.variance`, owner, shape, initial: 'ones' }
  ]
}

function graphOf(network: NetworkSpec, parameters: ParameterSpec[]): Architecture['graph'] {
  const { layers, outputs } = placeLayers(network)
  const graph = new GraphBuilder(network.title, parameters).input(
    inputName,
    `input ${shown(network.input)}`,
    network.input
  )
  const scopes = new Set<string>()
  const partsOf = new Map(
    layers.map(({ layer, inputs }): [string, LayerPart[]] => [layer.name, kindOf(layer)?.parts?.(layer, inputs) ?? []])
  )
  for (const { layer, output } of layers) {
    const parents = scopesOf(layer.name)
    parents.forEach((path, i) => {
      if (!scopes.has(path)) graph.scope(path, 'block', parents[i - 1] ?? null)
      scopes.add(path)
    })
    const parent = parents.at(-1) ?? null
    const parts = partsOf.get(layer.name)!
    if (layer.type === 'add') graph.sum(layer.name, output, parent)
    else if (parts.length === 0) graph.layer(layer.name, typeName(layer), output, parent)
    else graph.scope(layer.name, typeName(layer), parent)
    for (const { name, type, shape } of parts) graph.layer(`${layer.name}.${name}`, type, shape, layer.name)
  }
  /** What others see of a layer: itself, or its last part. */
  const outOf = (name: string): string => {
    const last = partsOf.get(name)?.at(-1)
    return last ? `${name}.${last.name}` : name
  }
  for (const { layer, from } of layers) {
    const parts = partsOf.get(layer.name)!
    for (const { name, from: inner, input = 0 } of parts) {
      const sources = inner ? inner.map((part) => `${layer.name}.${part}`) : [outOf(from[input])]
      for (const source of sources) graph.edge(source, `${layer.name}.${name}`)
    }
    if (parts.length > 0) continue
    // The first input of a sum is what the block has computed, the others come past it.
    from.forEach((name, i) => graph.edge(outOf(name), layer.name, layer.type === 'add' && i > 0))
  }
  outputs.forEach((name, head) => {
    const base = layers.some(({ layer }) => isInside(layer.name, 'logits')) ? 'logits_out' : 'logits'
    const path = outputs.length > 1 ? `${base}${head + 1}` : base
    const shape = layers.find(({ layer }) => layer.name === name)!.output
    graph.output(path, `logits ${shown(shape)}`, shape).edge(outOf(name), path)
  })
  return graph.build()
}

/** The scopes that a path lies in, outermost first. */
function scopesOf(path: string): string[] {
  const parts = path.split('.')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'))
}

/** The scopes that a layer completes: it is the last layer in them. */
export function completedBy(layers: readonly PlacedLayer[]): Map<string, string[]> {
  const completed = new Map<string, string[]>()
  const last = new Map<string, string>()
  for (const { layer } of layers) for (const scope of scopesOf(layer.name)) last.set(scope, layer.name)
  for (const [scope, layer] of last) completed.set(layer, [scope, ...(completed.get(layer) ?? [])])
  // Inner scopes first, as a forward pass leaves them.
  for (const scopes of completed.values()) scopes.sort((a, b) => (isInside(a, b) ? -1 : 1))
  return completed
}

function typeName(layer: NetworkSpec['layers'][number]): string {
  const size = (values: readonly number[]): string => values.join('x')
  switch (layer.type) {
    case 'conv':
      return `conv ${size(layer.size)}`
    case 'maxPool':
      return `max pool ${size(layer.size)}`
    case 'avgPool':
      return `mean pool ${size(layer.size)}`
    case 'globalAvgPool':
      return 'global mean'
    case 'batchNorm':
      return 'batch norm'
    case 'layerNorm':
      return 'layer norm'
    case 'activation':
      return layer.fn
    case 'dropout':
      return `dropout ${layer.rate}`
    default:
      return kindOf(layer)?.label(layer) ?? layer.type
  }
}
