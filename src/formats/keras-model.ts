/**
 * Models of Keras as networks: what model.to_json() of Keras 2 and 3 writes for Sequential and Functional models, and the
 * model.json of TensorFlow.js's layers format. The layers are read, not the weights.
 */
import type { NetworkSpec } from '../models/types'
import { excerpt, FormatError, someNames } from './format-error'
import { isSizes, type Config, type Converted, type KerasLayer, type Layer } from './keras-config'
import { convertLayer, rankAfter } from './keras-layers'

export interface KerasNetwork {
  network: NetworkSpec
  /** As the model was compiled, in Keras's words: `sparse_categorical_crossentropy`; null when it was not. */
  loss: string | null
  /** What is different here, for people. */
  problems: string[]
}

interface Node {
  layer: KerasLayer
  /** Names of the layers it takes. */
  from: string[]
}

/**
 * @param json parsed, or the text; `name` is how the file is called in messages
 * A softmax at the end, and a sigmoid over one unit, are taken off: losses start from logits.
 * @throws FormatError
 */
export function networkFromKeras(json: unknown, name: string): KerasNetwork {
  const { model, compiled } = unwrap(typeof json === 'string' ? parsed(json, name) : json, name)
  const config = record(model.config)
  const className = String(model.class_name)
  const list = className === 'Sequential' && Array.isArray(model.config) ? model.config : config?.layers
  if (!Array.isArray(list)) throw new FormatError(name, null, 'has no list of layers. Save it with model.to_json().')
  const layers = list.map((entry) => layerOf(entry, name))
  const graph = className === 'Sequential' ? sequential(layers, model, name) : functional(list, layers, config!, name)
  const title = typeof config?.name === 'string' && config.name !== '' ? config.name : name
  return { ...assemble(graph, title), loss: lossOf(compiled) }
}

interface Graph {
  inputName: string
  input: number[]
  nodes: Node[]
  outputs: string[]
}

function assemble({ inputName, input, nodes, outputs }: Graph, title: string): Omit<KerasNetwork, 'loss'> {
  const layers: Layer[] = []
  const problems: string[] = []
  const taken = new Set(['input'])
  /** Layer of Keras to the layer that gives its output here, with its dimensions. */
  const results = new Map([[inputName, { name: 'input', rank: input.length, units: 0 }]])
  let previous = 'input'
  const push = (wanted: string, layer: object, from: string[]): string => {
    const name = freeName(wanted, taken)
    const inputs = from.length === 1 && from[0] === previous ? {} : { inputs: from }
    layers.push({ name, ...inputs, ...layer } as Layer)
    previous = name
    return name
  }
  for (const { layer, from } of nodes) {
    const sources = from.map((name) => results.get(name)!)
    const [{ rank, units }] = sources
    const { part, activation, notes } = convertLayer(layer, rank)
    problems.push(...notes)
    let result = sources[0].name
    if (part)
      result = push(
        layer.name,
        part,
        sources.map((source) => source.name)
      )
    const width = part?.type === 'dense' ? part.units : units
    if (activation !== null) {
      const isEnd = outputs.includes(layer.name) && nodes.every((node) => !node.from.includes(layer.name))
      const dropped = isEnd && (activation === 'softmax' || (activation === 'sigmoid' && width === 1))
      if (dropped) {
        problems.push(`The ${activation} of layer ${layer.name} was taken off: losses start from what comes before it.`)
      } else {
        result = push(part ? `${layer.name}_${activation}` : layer.name, activationLayer(layer, activation), [result])
      }
    }
    results.set(layer.name, { name: result, rank: rankAfter(part, rank), units: width })
  }
  const last = outputs.map((name) => results.get(name)!.name)
  const network: NetworkSpec = { title, input, layers }
  if (last.length > 1 || last[0] !== layers.at(-1)?.name) network.outputs = last
  return { network, problems }
}

function activationLayer(layer: KerasLayer, fn: NonNullable<Converted['activation']>): object {
  if (fn !== 'softmax') return { type: 'activation', fn }
  throw new FormatError(
    layer.file,
    `layer "${layer.name}"`,
    'a softmax can only be at the end of the model. Remove it.'
  )
}

function sequential(layers: KerasLayer[], model: Config, file: string): Graph {
  const [first, ...rest] = layers
  if (!first) throw new FormatError(file, null, 'has no layers. Add some and save it again.')
  const explicit = first.className === 'InputLayer'
  const build = [record(model.build_config)?.input_shape, record(model.config)?.build_input_shape]
  const shape = [first.config.batch_shape, first.config.batch_input_shape, ...build].find(Array.isArray)
  const inputName = explicit ? first.name : 'input of the model'
  const kept = explicit ? rest : layers
  const nodes = kept.map((layer, i) => ({ layer, from: [i === 0 ? inputName : kept[i - 1].name] }))
  if (nodes.length === 0)
    throw new FormatError(file, null, 'has no layers beside its input. Add some and save it again.')
  return { inputName, input: inputShape(shape, file), nodes, outputs: [kept.at(-1)!.name] }
}

function functional(list: unknown[], layers: KerasLayer[], config: Config, file: string): Graph {
  const inputs = layers.filter(({ className }) => className === 'InputLayer')
  if (inputs.length !== 1) {
    const text = `has ${inputs.length} inputs (${someNames(inputs.map(({ name }) => name))}); networks with one input are read.`
    throw new FormatError(file, null, text)
  }
  const nodes = layers.flatMap((layer, i): Node[] => {
    if (layer.className === 'InputLayer') return []
    const calls = record(list[i])?.inbound_nodes
    if (!Array.isArray(calls) || calls.length !== 1) {
      const count = Array.isArray(calls) ? calls.length : 0
      const text = `it is used ${count} times; layers that are used once are read.`
      throw new FormatError(file, `layer "${layer.name}"`, text)
    }
    return [{ layer, from: sourcesOf(calls[0]) }]
  })
  const outputs = namesIn(config.output_layers)
  const known = new Set(layers.map(({ name }) => name))
  for (const name of [...outputs, ...nodes.flatMap(({ from }) => from)]) {
    if (!known.has(name))
      throw new FormatError(file, null, `refers to a layer "${name}" that it does not have. Save it again.`)
  }
  if (outputs.length === 0) throw new FormatError(file, null, 'names no output layers. Save it with model.to_json().')
  const [{ name: inputName, config: inputConfig }] = inputs
  const shape = inputConfig.batch_shape ?? inputConfig.batch_input_shape
  return { inputName, input: inputShape(shape, file), nodes: ordered(nodes, inputName, file), outputs }
}

/** In an order in which every layer comes after what it takes; as saved where that is one. */
function ordered(nodes: Node[], inputName: string, file: string): Node[] {
  const done = new Set([inputName])
  const result: Node[] = []
  let left = nodes
  while (left.length > 0) {
    const ready = left.find(({ from }) => from.length > 0 && from.every((name) => done.has(name)))
    if (!ready) {
      const text = 'its inputs form a circle or are missing. Save the model again.'
      throw new FormatError(file, `layer "${left[0].layer.name}"`, text)
    }
    done.add(ready.layer.name)
    result.push(ready)
    left = left.filter((node) => node !== ready)
  }
  return result
}

/** Keras 2: [[name, 0, 0, {}], ...]; Keras 3: { args: [tensor or list of tensors] } with the name in `keras_history`. */
function sourcesOf(call: unknown): string[] {
  if (Array.isArray(call)) return typeof call[0] === 'string' ? [call[0]] : call.flatMap((entry) => sourcesOf(entry))
  const { args, kwargs, class_name: className, config } = record(call) ?? {}
  if (className === '__keras_tensor__') {
    const history = record(config)?.keras_history
    return Array.isArray(history) ? [String(history[0])] : []
  }
  return [args, ...Object.values(record(kwargs) ?? {})].flatMap((value) => (value == null ? [] : sourcesOf(value)))
}

/** [[name, 0, 0], ...], or, as Keras 3 writes a single one, [name, 0, 0]. */
function namesIn(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return typeof value[0] === 'string' ? [value[0]] : value.flatMap((entry) => namesIn(entry))
}

function layerOf(entry: unknown, file: string): KerasLayer {
  const { class_name: className, config, name } = record(entry) ?? {}
  const settings = record(config)
  if (typeof className !== 'string' || !settings) {
    throw new FormatError(file, null, `has a layer without a class: ${excerpt(JSON.stringify(entry))}. Save it again.`)
  }
  return { className, config: settings, name: String(name ?? settings.name ?? className), file }
}

function inputShape(shape: unknown, file: string): number[] {
  const sizes = Array.isArray(shape) ? shape.slice(1) : null
  if (isSizes(sizes)) return sizes
  const text = sizes
    ? `has an input of shape [${sizes.map((size) => sizeText(size)).join(', ')}]. Give every size`
    : 'does not say the shape of its input. Build it with an Input layer'
  throw new FormatError(file, null, `${text} and save it again.`)
}

/** The model itself, without what tfjs and Keras 2 put around it. */
function unwrap(json: unknown, file: string): { model: Config; compiled: unknown } {
  const top = record(json)
  const topology = record(top?.modelTopology) ?? top
  const training = record(topology?.training_config) ?? record(top?.trainingConfig)
  const model = record(topology?.model_config) ?? topology
  if (top?.format === 'graph-model') {
    throw new FormatError(
      file,
      null,
      'is a TensorFlow.js graph model, which has no layers. Convert it to the layers format.'
    )
  }
  if (typeof model?.class_name !== 'string') {
    throw new FormatError(file, null, 'is no model of Keras: it has no "class_name". Save it with model.to_json().')
  }
  if (!['Sequential', 'Functional', 'Model'].includes(model.class_name)) {
    const text = `is a ${model.class_name}; Sequential and Functional models are read, as only they list their layers.`
    throw new FormatError(file, null, text)
  }
  return { model, compiled: training ?? model.compile_config }
}

function lossOf(compiled: unknown): string | null {
  const loss = record(compiled)?.loss
  if (typeof loss === 'string') return loss
  const { class_name: className, config } = record(loss) ?? {}
  const name = record(config)?.name
  return typeof name === 'string' ? name : typeof className === 'string' ? className : null
}

/** Names here are letters, digits, - and _. */
function freeName(wanted: string, taken: Set<string>): string {
  const plain = wanted.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^$/, 'layer')
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`
  taken.add(name)
  return name
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FormatError(file, null, `is not valid JSON (${(error as Error).message}). Save it with model.to_json().`)
  }
}

function record(value: unknown): Config | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : null
}

/** A size as a file has it, which may be anything; null stands for one that is left open. */
function sizeText(size: unknown): string {
  if (size === null || size === undefined) return 'open'
  return typeof size === 'number' ? String(size) : 'no number'
}
