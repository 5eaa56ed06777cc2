/**
 * Models of Keras as networks: what model.to_json() of Keras 2 and 3 writes for Sequential and Functional models, and the
 * model.json of TensorFlow.js's layers format. The layers are read, not the weights.
 */
import type { NetworkSpec } from '../domain/network'
import { FormatError } from './format-error'
import { byteRange } from './keras-bytes'
import { compiledOf, type Compiled } from './keras-compiled'
import { withWeights, type ActivationName, type Config, type Layer, type Part, type Step } from './keras-config'
import { freeName, graphOf, record, type KerasGraph, type Use } from './keras-graph'
import { convertLayer } from './keras-layers'
import { settingsOf } from './keras-settings'

export interface KerasNetwork {
  network: NetworkSpec
  /** As the model was compiled, in Keras's words: `sparse_categorical_crossentropy`; null when it was not. */
  loss: string | null
  /** Hyperparameters as the model was compiled. */
  params: Record<string, number | string>
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
  const of = compiledOf(compiled)
  const { network, problems, stored } = assemble(graphOf(model, name, isLegacy(model)), title, of)
  return { network, stored, problems: [...problems, ...of.notes], loss: of.lossName, params: of.params }
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

function assemble(
  graph: KerasGraph,
  title: string,
  compiled: Compiled
): Pick<KerasNetwork, 'network' | 'problems' | 'stored'> {
  const { inputKey, input, uses, outputs, taken } = graph
  const layers: Layer[] = []
  const problems: string[] = []
  const results = new Map<string, Result>([[inputKey, { name: 'input', rank: input.length, units: 0 }]])
  /** What was made of the first use of a layer. */
  const firsts = new Map<string, string[]>()
  const stored: StoredLayer[] = []
  let previous = 'input'
  let wasTakenOff = false
  for (const used of uses) {
    const { layer, from, identity } = used
    const sources = from.map((key) => results.get(key)!)
    layer.call.ranks = sources.map(({ rank }) => rank)
    const [{ rank, units }] = sources
    const { part, activation, activationSettings, notes, steps, rank: rankAfter = rank } = convertLayer(layer, rank)
    const first = firsts.get(identity)
    const own: string[] = []
    if (!first) problems.push(...notes)
    const push = (name: string, pushed: Part, inputs: string[]): string => {
      const step = name.startsWith(`${used.path}.`) ? name.slice(used.path.length + 1) : null
      const { settings, notes: ofSettings } = settingsOf(layer, pushed, step)
      problems.push(...ofSettings.filter((note) => !problems.includes(note)))
      const frozen = settings.frozen ? { frozen: settings.frozen } : {}
      const shared = first && withWeights.has(pushed.type) ? { weightsOf: first[own.length], ...frozen } : settings
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
      if (isTakenOff(used, activation, width, graph, compiled)) {
        wasTakenOff = true
        problems.push(`The ${activation} of layer ${layer.name} was taken off: losses start from what comes before it.`)
      } else {
        const name = part || steps ? freeName(`${used.path}_${activation}`, taken) : used.path
        result = push(name, { type: 'activation', fn: activation, ...activationSettings }, [result])
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
  problems.push(...probabilityNotes(layers, compiled, wasTakenOff))
  const { byteMaximum, notes } = byteRange(layers)
  problems.push(...notes, ...precisionNotes(uses))
  const bytes = byteMaximum === undefined ? {} : { byteMaximum }
  const network: NetworkSpec = { title, input, layers, conventions: 'keras', ...bytes }
  if (compiled.loss) network.loss = compiled.loss
  if (last.length > 1 || last[0] !== layers.at(-1)?.name) network.outputs = last
  return { network, problems, stored }
}

/** Keras takes the outputs as probabilities where the loss is not from logits, whatever they are. */
function probabilityNotes(layers: readonly Layer[], { loss, lossName }: Compiled, wasTakenOff: boolean): string[] {
  if (!loss || loss.fromLogits || wasTakenOff) return []
  if (loss.name !== 'cross-entropy' && loss.name !== 'binary-cross-entropy') return []
  const last = layers.at(-1)
  if (last?.type === 'activation' && ['softmax', 'sigmoid'].includes(last.fn)) return []
  return [
    `The model was compiled with ${lossName} of probabilities, but does not end in any; here its outputs are logits.`
  ]
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

/**
 * Losses start from logits: a softmax at the end goes, and a sigmoid of yes or no. Those that a loss takes as they are stay:
 * of a loss from logits, and of numbers.
 */
function isTakenOff(
  { key }: Use,
  fn: ActivationName,
  width: number,
  { uses, outputs }: KerasGraph,
  { loss }: Compiled
): boolean {
  const isEnd = outputs.includes(key) && uses.every(({ from }) => !from.includes(key))
  if (!isEnd || loss?.fromLogits) return false
  if (fn === 'softmax') return loss === null || loss.name === 'cross-entropy'
  return fn === 'sigmoid' && (loss === null ? width === 1 : loss.name === 'binary-cross-entropy')
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

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FormatError(file, null, `is not valid JSON (${(error as Error).message}). Save it with model.to_json().`)
  }
}
