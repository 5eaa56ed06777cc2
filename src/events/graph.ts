/** Graphs: GraphDef, what MetaGraphDef and RunMetadata hold of it, and Keras's description of a model. */
import { eventForm } from './event-scan'
import { ProtoError, ProtoReader } from './protobuf'
import { allStrings, decodeShape, decodeTensor } from './tensor'

export interface GraphNode {
  name: string
  op: string
  device: string
  /** As written: `node`, `node:k`, `^node` for control. */
  inputs: string[]
  /** Name and value as text. */
  attributes: [string, string][]
}

export interface Graph {
  nodes: GraphNode[]
  functions: { name: string; nodes: GraphNode[] }[]
}

/** Longer attributes (constants, mostly) are told by their size. */
const longestAttribute = 1024

/**
 * The graph of a value, whatever form it has.
 * @param kind plugin of its tag
 * @throws ProtoError when there is none in it
 */
export function graphOf(bytes: Uint8Array, valueForm: number, kind: string): Graph {
  if (valueForm === eventForm.graph) return decodeGraph(new ProtoReader(bytes))
  if (valueForm === eventForm.metaGraph) {
    const reader = new ProtoReader(bytes)
    while (reader.next()) if (reader.key === 18) return decodeGraph(reader.message())
    throw new ProtoError('the meta graph holds no graph')
  }
  if (valueForm === eventForm.runMetadata) return graphOfRunMetadata(bytes)
  const [content] = allStrings(decodeTensor(bytes))
  if (!content) throw new ProtoError('the tensor holds no graph')
  if (kind === 'graph_keras_model') return graphOfKeras(new TextDecoder().decode(content))
  return kind === 'graphs' ? decodeGraph(new ProtoReader(content)) : graphOfRunMetadata(content)
}

function decodeGraph(reader: ProtoReader): Graph {
  const graph: Graph = { nodes: [], functions: [] }
  while (reader.next()) {
    if (reader.key === 10) graph.nodes.push(decodeNode(reader.message()))
    else if (reader.key === 18) {
      const library = reader.message()
      while (library.next()) if (library.key === 10) graph.functions.push(decodeFunction(library.message()))
    }
  }
  return graph
}

function decodeFunction(reader: ProtoReader): Graph['functions'][number] {
  const found: Graph['functions'][number] = { name: '', nodes: [] }
  while (reader.next()) {
    if (reader.key === 10) {
      const signature = reader.message()
      while (signature.next()) if (signature.key === 10) found.name = signature.string()
    } else if (reader.key === 26) found.nodes.push(decodeNode(reader.message()))
  }
  return found
}

function decodeNode(reader: ProtoReader): GraphNode {
  const node: GraphNode = { name: '', op: '', device: '', inputs: [], attributes: [] }
  while (reader.next()) {
    if (reader.key === 10) node.name = reader.string()
    else if (reader.key === 18) node.op = reader.string()
    else if (reader.key === 26) node.inputs.push(reader.string())
    else if (reader.key === 34) node.device = reader.string()
    else if (reader.key === 42) {
      const entry = reader.message()
      let name = ''
      let value = ''
      while (entry.next()) {
        if (entry.key === 10) name = entry.string()
        else if (entry.key === 18) value = attributeText(entry.lengthDelimited())
      }
      node.attributes.push([name, value])
    }
  }
  return node
}

const typeNames: Record<number, string> = {
  1: 'float32',
  2: 'float64',
  3: 'int32',
  4: 'uint8',
  5: 'int16',
  6: 'int8',
  7: 'string',
  8: 'complex64',
  9: 'int64',
  10: 'bool',
  14: 'bfloat16',
  17: 'uint16',
  18: 'complex128',
  19: 'float16',
  20: 'resource',
  21: 'variant',
  22: 'uint32',
  23: 'uint64'
}

function attributeText(bytes: Uint8Array): string {
  if (bytes.length > longestAttribute) return `${bytes.length} bytes, not shown`
  const reader = new ProtoReader(bytes)
  const parts: string[] = []
  while (reader.next()) parts.push(attributeMember(reader))
  return parts.join(', ')
}

function attributeMember(reader: ProtoReader): string {
  switch (reader.key) {
    case 18:
      return readable(reader.lengthDelimited())
    case 24:
      return String(reader.int64())
    case 37:
      return String(Math.fround(reader.float()))
    case 40:
      return String(Number(reader.int64()) !== 0)
    case 48: {
      const type = Number(reader.int64())
      return typeNames[type % 100] ?? `type ${type}`
    }
    case 58:
      return shapeText(reader.message())
    case 66: {
      const tensor = decodeTensor(reader.lengthDelimited())
      const shown = Array.from(tensor.values.subarray(0, 8)).join(', ')
      return `[${tensor.shape.join(', ')}] ${shown}${tensor.values.length > 8 ? ', …' : ''}`
    }
    case 74:
      return reader.string()
    case 82: {
      const call = reader.message()
      while (call.next()) if (call.key === 10) return call.string()
      return 'function'
    }
    case 10:
      return `[${listText(reader.message())}]`
    default:
      return ''
  }
}

function listText(list: ProtoReader): string {
  const items: string[] = []
  while (list.next()) {
    const numbers: (number | bigint)[] = []
    const floats: number[] = []
    if (list.field === 2) items.push(readable(list.lengthDelimited()))
    else if (list.field === 3) list.int64sInto(numbers)
    else if (list.field === 4) list.floatsInto(floats)
    else if (list.field === 5) list.int64sInto(numbers)
    else if (list.field === 6) {
      list.int64sInto(numbers)
      items.push(...numbers.splice(0).map((type) => typeNames[Number(type) % 100] ?? `type ${type}`))
    } else if (list.field === 7) items.push(shapeText(list.message()))
    items.push(...numbers.map(String), ...floats.map(String))
  }
  return items.join(', ')
}

function shapeText(reader: ProtoReader): string {
  return `[${decodeShape(reader)
    .map((size) => (size < 0 ? '?' : size))
    .join(', ')}]`
}

/** Bytes that are text, and the size of those that are not. */
function readable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  // eslint-disable-next-line no-control-regex -- control characters are what tells binary from text.
  return /[\u0000-\u0008\ufffd]/.test(text) ? `${bytes.length} bytes` : text
}

/** Function graphs before optimisation, else the partition graphs. */
function graphOfRunMetadata(bytes: Uint8Array): Graph {
  const reader = new ProtoReader(bytes)
  const partitions: Graph[] = []
  const functions: Graph[] = []
  while (reader.next()) {
    if (reader.key === 26) partitions.push(decodeGraph(reader.message()))
    else if (reader.key === 34) {
      const graphs = reader.message()
      while (graphs.next()) if (graphs.key === 18) functions.push(decodeGraph(graphs.message()))
    }
  }
  const graphs = functions.length > 0 ? functions : partitions
  if (graphs.length === 0) throw new ProtoError('the run metadata holds no graph, only a profile')
  return { nodes: graphs.flatMap((graph) => graph.nodes), functions: graphs.flatMap((graph) => graph.functions) }
}

interface KerasLayer {
  class_name?: unknown
  name?: unknown
  config?: { name?: unknown; layers?: unknown; [key: string]: unknown }
  inbound_nodes?: unknown
}

/** Layers of a Keras model's JSON as nodes; models inside of models become name scopes. */
function graphOfKeras(text: string): Graph {
  let model: KerasLayer
  try {
    model = JSON.parse(text) as KerasLayer
  } catch {
    throw new ProtoError('the Keras model is not valid JSON')
  }
  const nodes: GraphNode[] = []
  const walk = (layers: unknown, scope: string): void => {
    let previous: string | null = null
    for (const layer of Array.isArray(layers) ? (layers as KerasLayer[]) : []) {
      const own = String(layer.config?.name ?? layer.name ?? layer.class_name ?? 'layer')
      const name = scope + own
      if (Array.isArray(layer.config?.layers)) walk(layer.config.layers, `${name}/`)
      const named = inboundNames(layer.inbound_nodes).map((input) => scope + input)
      nodes.push({
        name: Array.isArray(layer.config?.layers) ? `${name}/output` : name,
        op: String(layer.class_name ?? ''),
        device: '',
        // Without a word about its inputs a layer follows the one before it, as in a sequential model.
        inputs: named.length > 0 || layer.inbound_nodes !== undefined ? named : previous === null ? [] : [previous],
        attributes: Object.entries(layer.config ?? {})
          .filter(([key, value]) => key !== 'layers' && (typeof value !== 'object' || Array.isArray(value)))
          .map(([key, value]) => [key, JSON.stringify(value).slice(0, longestAttribute)])
      })
      previous = nodes[nodes.length - 1].name
    }
  }
  walk(model.config?.layers, '')
  if (nodes.length === 0) throw new ProtoError('the Keras model has no layers')
  return { nodes, functions: [] }
}

/** Names in Keras 2's [[["name", 0, 0, {}], ...]] and Keras 3's keras_history. */
function inboundNames(inbound: unknown): string[] {
  const names: string[] = []
  const look = (value: unknown): void => {
    if (Array.isArray(value)) {
      if (typeof value[0] === 'string' && typeof value[1] === 'number') names.push(value[0])
      else for (const item of value) look(item)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (key === 'keras_history' && Array.isArray(item)) names.push(String(item[0]))
        else look(item)
      }
    }
  }
  look(inbound)
  return [...new Set(names)]
}
