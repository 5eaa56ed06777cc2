/**
 * Models of Keras as networks: what model.to_json() of Keras 2 and 3 writes for Sequential and Functional models, and the
 * model.json of TensorFlow.js's layers format. The layers are read, not the weights.
 */
import type { NetworkSpec } from '../models/types'
import { FormatError } from './format-error'
import { byteRange } from './keras-bytes'
import { withWeights, type ActivationName, type Config, type Layer, type Part, type Step } from './keras-config'
import { freeName, graphOf, record, type KerasGraph, type Use } from './keras-graph'
import { convertLayer } from './keras-layers'

export interface KerasNetwork {
  network: NetworkSpec
  /** As the model was compiled, in Keras's words: `sparse_categorical_crossentropy`; null when it was not. */
  loss: string | null
  /** What is different here, for people. */
  problems: string[]
  /** Layers that have weights, with what Keras calls their variables. */
  stored: StoredLayer[]
}

export interface StoredLayer {
  /** As parameters here begin. */
  name: string
  className: string
  config: Config
  /** Its group in model.weights.h5. */
  store: string
}

/**
 * @param json parsed, or the text; `name` is how the file is called in messages
 * A softmax at the end, and a sigmoid over one unit, are taken off: losses start from logits.
 * @throws FormatError
 */
export function networkFromKeras(json: unknown, name: string): KerasNetwork {
  const { model, compiled } = unwrap(typeof json === 'string' ? parsed(json, name) : json, name)
  const config = record(model.config)
  const title = typeof config?.name === 'string' && config.name !== '' ? config.name : name
  return { ...assemble(graphOf(model, name, isLegacy(model)), title), loss: lossOf(compiled) }
}

/** Keras 2 writes its version into the model; Keras 3 does not. */
function isLegacy({ keras_version: version }: Config): boolean {
  return typeof version === 'string' && !version.startsWith('3')
}

/** What a use of a layer gives: the name of the layer here, its dimensions, and the width of a dense layer. */
interface Result {
  name: string
  rank: number
  units: number
}

function assemble(graph: KerasGraph, title: string): Omit<KerasNetwork, 'loss'> {
  const { inputKey, input, uses, outputs, taken } = graph
  const layers: Layer[] = []
  const problems: string[] = []
  const results = new Map<string, Result>([[inputKey, { name: 'input', rank: input.length, units: 0 }]])
  /** What was made of the first use of a layer. */
  const firsts = new Map<string, string[]>()
  const stored: StoredLayer[] = []
  let previous = 'input'
  for (const used of uses) {
    const { layer, from, identity } = used
    const sources = from.map((key) => results.get(key)!)
    layer.call.ranks = sources.map(({ rank }) => rank)
    const [{ rank, units }] = sources
    const { part, activation, notes, steps, rank: rankAfter = rank } = convertLayer(layer, rank)
    const first = firsts.get(identity)
    const own: string[] = []
    if (!first) problems.push(...notes)
    const push = (name: string, pushed: Part, inputs: string[]): string => {
      const shared = first && withWeights.has(pushed.type) ? { weightsOf: first[own.length] } : {}
      own.push(name)
      layers.push({ name, ...(inputs.length === 1 && inputs[0] === previous ? {} : { inputs }), ...shared, ...pushed })
      previous = name
      return name
    }
    const names = sources.map(({ name }) => name)
    let result = sources[0].name
    // The name of the use is taken already, for it alone.
    if (part) result = push(used.path, part, names)
    else if (steps) result = pushSteps(used.path, steps, names, push)
    const width = part?.type === 'dense' ? part.units : units
    if (activation !== null) {
      if (isTakenOff(used, activation, width, graph)) {
        problems.push(`The ${activation} of layer ${layer.name} was taken off: losses start from what comes before it.`)
      } else {
        const name = part || steps ? freeName(`${used.path}_${activation}`, taken) : used.path
        result = push(name, { type: 'activation', fn: activation }, [result])
      }
    }
    if (!first) {
      firsts.set(identity, own)
      const { className, config } = layer
      // A causal convolution is the second of two steps.
      const convolved = steps?.some(({ suffix }) => suffix === 'conv') ? `${used.path}.conv` : used.path
      if (own.length > 0) stored.push({ name: convolved, className, config, store: used.store })
    }
    results.set(used.key, { name: result, rank: rankAfter, units: width })
  }
  if (layers.length === 0) {
    // What does nothing stays as one layer, so that there is a network.
    layers.push({ name: freeName(uses[0].path, new Set()), type: 'activation', fn: 'linear' })
    for (const [key, result] of results) results.set(key, { ...result, name: layers[0].name })
  }
  const last = outputs.map((key) => results.get(key)!.name)
  const { byteMaximum, notes } = byteRange(layers)
  problems.push(...notes, ...precisionNotes(uses))
  const network: NetworkSpec = { title, input, layers, ...(byteMaximum === undefined ? {} : { byteMaximum }) }
  if (last.length > 1 || last[0] !== layers.at(-1)?.name) network.outputs = last
  return { network, problems, stored }
}

/** Keras may compute in half precision; here everything is float32. */
function precisionNotes(uses: readonly Use[]): string[] {
  const names = uses.map(({ layer: { config } }) => {
    const { dtype } = config
    const name = typeof dtype === 'string' ? dtype : record(record(dtype)?.config)?.name
    return typeof name === 'string' ? name : 'float32'
  })
  const others = [...new Set(names)].filter((name) => name !== 'float32')
  return others.length === 0 ? [] : [`The model computes in ${others.join(', ')}; here everything is float32.`]
}

/** Losses start from logits: a softmax at the end, and a sigmoid over one unit, go. */
function isTakenOff({ key }: Use, fn: ActivationName, width: number, { uses, outputs }: KerasGraph): boolean {
  const isEnd = outputs.includes(key) && uses.every(({ from }) => !from.includes(key))
  return isEnd && (fn === 'softmax' || (fn === 'sigmoid' && width === 1))
}

/** @returns the name of the last one */
function pushSteps(
  scope: string,
  steps: readonly Step[],
  inputs: string[],
  push: (name: string, part: Part, inputs: string[]) => string
): string {
  const nameOf = (suffix: string): string => `${scope}.${suffix}`
  let before = inputs
  for (const { suffix, part, from } of steps) {
    const given = from?.map((one) => nameOf(one)) ?? before
    before = [push(nameOf(suffix), part, given.length > 0 ? given : inputs)]
  }
  return before[0]
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

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FormatError(file, null, `is not valid JSON (${(error as Error).message}). Save it with model.to_json().`)
  }
}
