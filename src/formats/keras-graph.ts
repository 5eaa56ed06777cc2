/** The uses of layers in a model of Keras, in order: nested models are opened, and a layer that is used twice is there twice. */
import { excerpt, FormatError, someNames } from './format-error'
import { isSizes, type Config, type KerasCall, type KerasLayer, type Operand } from './keras-config'

/** One use of a layer. */
export interface Use {
  layer: KerasLayer & { call: KerasCall }
  /** Its name, in the scope of the models that it lies in; unique. */
  path: string
  /** Which layer it is: the same for all uses of one. */
  identity: string
  /** What it gives, for others to take. */
  key: string
  /** Keys of what it takes: by place first, then by name. */
  from: string[]
  /** Its group in model.weights.h5 of Keras 3. */
  store: string
}

export interface KerasGraph {
  inputKey: string
  /** Of one example. */
  input: number[]
  uses: Use[]
  /** Keys. */
  outputs: string[]
  taken: Set<string>
}

const modelClasses = ['Sequential', 'Functional', 'Model']

interface Frame {
  file: string
  legacy: boolean
  uses: Use[]
  taken: Set<string>
  /** How deep models lie in models; they are read by a function that calls itself. */
  depth: number
}

const mostDepth = 20
const mostUses = 2000

/** @throws FormatError */
export function graphOf(model: Config, file: string, legacy: boolean): KerasGraph {
  const frame: Frame = { file, legacy, uses: [], taken: new Set(['input']), depth: 0 }
  const inputKey = 'input'
  const input = inputOf(model, file)
  const outputs = open(model, frame, { prefix: '', identity: '', store: '', inputs: [inputKey], settings: {} })
  if (frame.uses.length === 0) {
    throw new FormatError(file, null, 'has no layers beside its input. Add some and save it again.')
  }
  return { inputKey, input, uses: frame.uses, outputs, taken: frame.taken }
}

/** Where a model is used. */
interface Place {
  /** Ends with a dot, or is empty. */
  prefix: string
  identity: string
  inputs: string[]
  /** Begin of the groups of its layers in model.weights.h5. */
  store: string
  /** Settings of the call that hold for all inside: `training`. */
  settings: Config
  /** A model with trainable=false trains nothing inside of it. */
  frozen?: boolean
}

/** Adds the uses of everything in a model. Returns the keys of its outputs. */
function open(model: Config, frame: Frame, outer: Place): string[] {
  const place = { ...outer, frozen: outer.frozen || record(model.config)?.trainable === false }
  if (frame.depth > mostDepth) throw new FormatError(frame.file, null, `has models ${mostDepth} deep in models.`)
  const inner = { ...frame, depth: frame.depth + 1 }
  return model.class_name === 'Sequential' ? openSequential(model, inner, place) : openFunctional(model, inner, place)
}

function openSequential(model: Config, frame: Frame, place: Place): string[] {
  let keys = place.inputs
  const list = listOf(model, frame.file)
  const stores = storesOf(list, place.store)
  for (const [at, entry] of list.entries()) {
    const layer = layerOf(entry, frame)
    if (layer.className === 'InputLayer') continue
    const operands: Operand[] = keys.map(() => ({ tensor: true }))
    const call = { from: keys, named: [], settings: {}, operands }
    keys = use({ entry, layer, store: stores[at] }, frame, place, call, 0)
  }
  return keys
}

function openFunctional(model: Config, frame: Frame, place: Place): string[] {
  const { file } = frame
  const list = listOf(model, file)
  const config = record(model.config)!
  const layers = list.map((entry) => layerOf(entry, frame))
  const stores = storesOf(list, place.store)
  const values = new Map<string, string>()
  const given = inputNames(config, layers)
  if (given.length !== place.inputs.length) {
    const text = `has ${given.length} inputs (${someNames(given)}); networks with one input are read.`
    throw new FormatError(file, null, text)
  }
  given.forEach((name, i) => values.set(valueKey({ name, node: 0, tensor: 0 }), place.inputs[i]))
  const waiting = layers.flatMap((layer, i) => {
    if (layer.className === 'InputLayer') return []
    const calls = record(list[i])?.inbound_nodes
    const entries = Array.isArray(calls) ? calls : []
    if (entries.length === 0) {
      throw new FormatError(file, `layer "${layer.name}"`, 'it is used 0 times. Save the model again.')
    }
    return entries.map((entry: unknown, node) => ({
      entry: list[i],
      layer,
      store: stores[i],
      node,
      call: callOf(entry, layer)
    }))
  })
  const outputs = refsIn(config.output_layers)
  const known = new Set(layers.map(({ name }) => name))
  for (const { name } of [...outputs, ...waiting.flatMap(({ call }) => call.refs)]) {
    if (!known.has(name)) {
      throw new FormatError(file, null, `refers to a layer "${name}" that it does not have. Save it again.`)
    }
  }
  if (outputs.length === 0) throw new FormatError(file, null, 'names no output layers. Save it with model.to_json().')
  let left = waiting
  while (left.length > 0) {
    const ready = left.find(({ call }) => call.refs.length > 0 && call.refs.every((ref) => values.has(valueKey(ref))))
    if (!ready) {
      const text = 'its inputs form a circle or are missing. Save the model again.'
      throw new FormatError(file, `layer "${left[0].layer.name}"`, text)
    }
    const { layer, node, call } = ready
    const from = call.refs.map((ref) => values.get(valueKey(ref))!)
    const keys = use(ready, frame, place, { ...call, from }, node)
    keys.forEach((key, tensor) => values.set(valueKey({ name: layer.name, node, tensor }), key))
    left = left.filter((one) => one !== ready)
  }
  return outputs.map((ref) => {
    const key = values.get(valueKey(ref))
    if (key !== undefined) return key
    throw new FormatError(file, `layer "${ref.name}"`, `its output ${ref.tensor} is not there. Take the first one.`)
  })
}

interface Call {
  from: string[]
  named: string[]
  settings: Config
  operands: Operand[]
}

/** A layer with its place in the file of weights. */
interface Stored {
  entry: unknown
  layer: KerasLayer
  store: string
}

/** Layers lie in `layers`, each by its class in small letters, with a number from the second on. */
export function storesOf(list: readonly unknown[], store: string): string[] {
  const used = new Map<string, number>()
  return list.map((entry) => {
    const snake = String(record(entry)?.class_name)
      .replace(/\W+/g, '')
      .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
    const number = used.get(snake) ?? 0
    used.set(snake, number + 1)
    return `${store}layers/${snake}${number === 0 ? '' : `_${number}`}`
  })
}

/** One use of a layer or of a model. Returns the keys of what it gives. */
function use({ entry, layer, store }: Stored, frame: Frame, place: Place, call: Call, node: number): string[] {
  const { file, uses, taken } = frame
  const { training, ...others } = { ...withValue(place.settings), ...withValue(call.settings) }
  // Keras 3 writes the value that `training` has without being given, and training a model overrules it.
  const settings = layer.legacy === true && training !== undefined ? { ...others, training } : others
  const identity = `${place.identity}${layer.name}`
  if (modelClasses.includes(layer.className)) {
    const scope = freeName(`${place.prefix}${layer.name}`, taken)
    return open(record(entry)!, frame, {
      prefix: `${scope}.`,
      identity: `${identity}.`,
      inputs: call.from,
      settings,
      frozen: place.frozen,
      store: `${store}/`
    })
  }
  if (uses.length >= mostUses) throw new FormatError(file, null, `uses more than ${mostUses} layers.`)
  const path = freeName(`${place.prefix}${layer.name}`, taken)
  const { operands, named } = call
  const key = `${identity}/${node}/${path}`
  const frozen = place.frozen ? { config: { ...layer.config, trainable: false } } : {}
  uses.push({
    layer: { ...layer, ...frozen, call: { operands, named, settings, ranks: [] } },
    path,
    identity,
    key,
    from: call.from,
    store
  })
  return [key]
}

/** What is null was not given. */
function withValue(settings: Config): Config {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value != null))
}

interface Ref {
  name: string
  node: number
  tensor: number
}

const valueKey = ({ name, node, tensor }: Ref): string => `${node}/${tensor}/${name}`

/** Keras 2: [[name, 0, 0, {}], ...]; Keras 3: { args, kwargs } with tensors that say their layer in `keras_history`. */
function callOf(entry: unknown, layer: KerasLayer): Omit<Call, 'from'> & { refs: Ref[] } {
  const refs: Ref[] = []
  const operands: Operand[] = []
  const named: string[] = []
  const settings: Config = {}
  const byPlace = (value: unknown): void => {
    const found = refsIn(value)
    refs.push(...found)
    if (found.length === 0) operands.push({ constant: value })
    else operands.push(...found.map((): Operand => ({ tensor: true })))
  }
  const byName = (values: Config, isOperation: boolean): void => {
    for (const [name, value] of Object.entries(values)) {
      const found = refsIn(value)
      if (isOperation && name !== 'name' && (found.length > 0 || value != null)) byPlace(value)
      else if (found.length > 0) {
        refs.push(...found)
        operands.push(...found.map((): Operand => ({ tensor: true })))
        named.push(...found.map(() => name))
      } else settings[name] = value
    }
  }
  const isOperation = layer.className.startsWith('ops.')
  const call = record(entry)
  if (call) {
    const { args, kwargs } = call
    for (const value of Array.isArray(args) ? args : []) byPlace(value)
    byName(record(kwargs) ?? {}, isOperation)
  } else {
    const tensors = Array.isArray(entry) && typeof entry[0] === 'string' ? [entry] : Array.isArray(entry) ? entry : []
    for (const tensor of tensors as unknown[]) {
      byPlace(tensor)
      if (Array.isArray(tensor)) byName(record(tensor[3]) ?? {}, isOperation)
    }
  }
  return { refs, operands, named, settings }
}

/** Tensors in a value: [name, node, tensor], or { keras_history }, or lists and objects of such. */
function refsIn(value: unknown): Ref[] {
  if (Array.isArray(value)) {
    const [name, node, tensor] = value as unknown[]
    if (typeof name === 'string' && Number.isInteger(node) && Number.isInteger(tensor)) {
      return [{ name, node: node as number, tensor: tensor as number }]
    }
    return value.flatMap((one) => refsIn(one))
  }
  const { class_name: className, config, ...rest } = record(value) ?? {}
  if (className === '__keras_tensor__') return refsIn(record(config)?.keras_history)
  return className === undefined ? Object.values(rest).flatMap((one) => refsIn(one)) : []
}

function inputNames(config: Config, layers: readonly KerasLayer[]): string[] {
  const named = refsIn(config.input_layers).map(({ name }) => name)
  return named.length > 0 ? named : layers.filter(({ className }) => className === 'InputLayer').map(({ name }) => name)
}

function listOf(model: Config, file: string): unknown[] {
  const list = Array.isArray(model.config) ? (model.config as unknown[]) : record(model.config)?.layers
  if (!Array.isArray(list)) throw new FormatError(file, null, 'has no list of layers. Save it with model.to_json().')
  if (list.length === 0) throw new FormatError(file, null, 'has no layers. Add some and save it again.')
  return list
}

/** Classes of operations by what Keras 2 calls them. */
const operations: Record<string, string> = {
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'math.subtract': 'Subtract',
  'math.multiply': 'Multiply',
  'math.truediv': 'TrueDivide',
  'math.divide': 'Divide',
  'math.maximum': 'Maximum',
  'math.minimum': 'Minimum',
  'math.negative': 'Negative',
  'nn.relu': 'Relu',
  'nn.relu6': 'Relu6',
  'math.sigmoid': 'Sigmoid',
  'nn.sigmoid': 'Sigmoid',
  'math.tanh': 'Tanh',
  'nn.tanh': 'Tanh'
}

function layerOf(entry: unknown, { file, legacy }: Frame): KerasLayer {
  const { class_name: className, config, name, module } = record(entry) ?? {}
  // Keras 1 has the layers themselves where later ones have settings.
  const settings = record(config) ?? (Array.isArray(config) ? {} : null)
  if (typeof className !== 'string' || !settings) {
    throw new FormatError(file, null, `has a layer without a class: ${excerpt(JSON.stringify(entry))}. Save it again.`)
  }
  const called = String(name ?? settings.name ?? className)
  const layer = { config: settings, name: called, file, legacy: legacy || module === undefined }
  if (className === 'TFOpLambda' || className === 'SlicingOpLambda') {
    const operation = String(settings.function)
    return { ...layer, className: `ops.${operations[operation] ?? operation}`, config: { name: called } }
  }
  const isOperation = typeof module === 'string' && /^keras\.(src\.)?ops(\.|$)/.test(module)
  return { ...layer, className: isOperation ? `ops.${className}` : className }
}

/** Shape of one example. */
function inputOf(model: Config, file: string): number[] {
  const layers = listOf(model, file).map((entry) => layerOf(entry, { file, legacy: false } as Frame))
  const config = record(model.config)
  if (model.class_name === 'Sequential') {
    const build = [record(model.build_config)?.input_shape, config?.build_input_shape]
    const own = layers[0].config
    // A model that begins with a model begins with its layers.
    const first = modelClasses.includes(layers[0].className) ? record(listOf(model, file)[0]) : null
    const shape = [own.batch_shape, own.batch_input_shape, ...build].find(Array.isArray)
    return !shape && first ? inputOf(first, file) : sizesOf(shape, file)
  }
  const names = inputNames(config ?? {}, layers)
  if (names.length !== 1) {
    const text = `has ${names.length} inputs (${someNames(names)}); networks with one input are read.`
    throw new FormatError(file, null, text)
  }
  const input = layers.find(({ name }) => name === names[0])?.config
  return sizesOf(input?.batch_shape ?? input?.batch_input_shape, file)
}

function sizesOf(shape: unknown, file: string): number[] {
  const sizes = Array.isArray(shape) ? shape.slice(1) : null
  if (isSizes(sizes)) return sizes
  const text = sizes
    ? `has an input of shape [${sizes.map((size) => sizeText(size)).join(', ')}]. Give every size`
    : 'does not say the shape of its input. Build it with an Input layer'
  throw new FormatError(file, null, `${text} and save it again.`)
}

/** A size as a file has it, which may be anything; null stands for one that is left open. */
function sizeText(size: unknown): string {
  if (size === null || size === undefined) return 'open'
  return typeof size === 'number' ? String(size) : 'no number'
}

/** Parts of names here are letters, digits, - and _. No layer has the name of a scope. */
export function freeName(wanted: string, taken: Set<string>): string {
  const plain = wanted
    .split('.')
    .map((part) => part.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^$/, 'layer'))
    .join('.')
  let name = plain
  for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`
  taken.add(name)
  return name
}

export function record(value: unknown): Config | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : null
}
