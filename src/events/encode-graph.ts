/** Graphs of computation: a GraphDef in the field of the event that every reader knows. */
import type { ModuleGraph, ModuleNode } from '../domain/model-graph'
import { shapeOf } from './encode-value'
import { ProtoWriter } from './protobuf'

/** Whole numbers become integers, other numbers floats; `shapes` is a list of shapes, -1 for a size that varies. */
export type GraphAttribute = number | string | boolean | { shapes: readonly (readonly number[])[] }

export interface GraphDefNode {
  /** Scopes are parts of the name: `blocks.0/attn/q`. */
  name: string
  op: string
  /** Names of the nodes that lead here; `name:1` for another output than the first, `^name` for an order only. */
  inputs: readonly string[]
  attributes?: Readonly<Record<string, GraphAttribute>>
}

export function encodeGraph(wallTime: number, nodes: readonly GraphDefNode[]): Uint8Array {
  const graph = new ProtoWriter()
  for (const { name, op, inputs, attributes = {} } of nodes) {
    graph.message(1, (node) => {
      node.string(1, name).string(2, op)
      for (const input of inputs) node.string(3, input)
      for (const [key, value] of Object.entries(attributes)) {
        node.message(5, (entry) => entry.string(1, key).message(2, (proto) => writeAttribute(proto, value)))
      }
    })
  }
  return new ProtoWriter().double(1, wallTime).lengthDelimited(4, graph.finish()).finish()
}

function writeAttribute(proto: ProtoWriter, value: GraphAttribute): void {
  if (typeof value === 'string') proto.string(2, value)
  else if (typeof value === 'boolean') proto.int64(5, value ? 1 : 0)
  else if (typeof value !== 'number') {
    proto.message(1, (list) => value.shapes.forEach((shape) => list.message(7, shapeOf(shape))))
  } else if (Number.isInteger(value)) proto.int64(3, value)
  else proto.float(4, value)
}

/**
 * The module tree as nodes: a layer `blocks.0.attn.q` inside the scopes `blocks.0` and `blocks.0.attn` is named
 * `blocks.0/attn/q`, so that with `.` for `/` the name is the path again. Scopes are no nodes, readers draw them from the
 * names. `_output_shapes`, with -1 for the batch, is the attribute from which TensorBoard labels edges.
 */
export function moduleGraphNodes(graph: ModuleGraph): GraphDefNode[] {
  const byPath = new Map(graph.nodes.map((node) => [node.path, node]))
  const nameOf = ({ path, parent }: ModuleNode): string => {
    const scope = parent === null ? undefined : byPath.get(parent)
    return scope ? `${nameOf(scope)}/${path.slice(scope.path.length + 1)}` : path
  }
  return graph.nodes
    .filter(({ kind }) => kind !== 'scope')
    .map((node) => ({
      name: nameOf(node),
      op: node.type,
      inputs: graph.edges.filter(({ to }) => to === node.path).map(({ from }) => nameOf(byPath.get(from)!)),
      attributes: {
        _output_shapes: { shapes: [[-1, ...node.shape]] },
        ...(node.parameters > 0 ? { parameters: node.parameters } : {})
      }
    }))
}
