/** A graph of computation as a tree of name scopes: `a/b/c` is the operation c in the scope b of the scope a. */
import type { GraphNode } from '../../../src/contract/recordings'

export interface TreeNode {
  /** Unique; of an operation its name, unless a scope has the same. */
  path: string
  name: string
  /** Path of the scope around it; empty for the outermost. */
  parent: string
  depth: number
  /** Empty for operations. */
  children: string[]
  /** Null for a scope. */
  operation: GraphNode | null
  /** Operations in it, or 1. */
  size: number
}

export interface TreeEdge {
  from: string
  to: string
  /** An order, no tensor. */
  control: boolean
}

/** What happens between the direct children of a scope, and across its border. */
export interface ScopeEdges {
  between: Map<string, { from: string; to: string; count: number; control: boolean }>
  /** Children that something outside leads to, and those that lead outside. */
  inward: Set<string>
  outward: Set<string>
}

export interface GraphTree {
  nodes: Map<string, TreeNode>
  /** Every edge between operations, once. */
  edges: TreeEdge[]
  /** By path of the scope; the outermost has the empty one. */
  scopes: Map<string, ScopeEdges>
  /** By path of an operation. */
  inputs: Map<string, TreeEdge[]>
  outputs: Map<string, TreeEdge[]>
  /** Operations with more neighbours than a drawing bears, and how many: their edges are told to no scope. */
  hubs: Map<string, number>
}

export const outermost = ''

/** `^node` is an order, `node:1` another output than the first, `node:out:0` one of a function. */
export function parseInput(input: string): { name: string; control: boolean } {
  const control = input.startsWith('^')
  const rest = control ? input.slice(1) : input
  const colon = rest.indexOf(':')
  return { name: colon < 0 ? rest : rest.slice(0, colon), control }
}

/** Constants and step counters of large graphs have hundreds of neighbours in all scopes. */
const hubDegree = 50

/** @param kept operations whose edges are wanted however many they are. */
export function buildTree(operations: readonly GraphNode[], kept: ReadonlySet<string> = new Set()): GraphTree {
  const scopePaths = new Set<string>()
  for (const { name } of operations)
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) scopePaths.add(name.slice(0, at))

  const nodes = new Map<string, TreeNode>()
  const root: TreeNode = {
    path: outermost,
    name: '',
    parent: outermost,
    depth: 0,
    children: [],
    operation: null,
    size: 0
  }
  nodes.set(outermost, root)
  const scopeAt = (path: string): TreeNode => {
    const known = nodes.get(path)
    if (known) return known
    const slash = path.lastIndexOf('/')
    const parent = scopeAt(slash < 0 ? outermost : path.slice(0, slash))
    const scope: TreeNode = {
      path,
      name: path.slice(slash + 1),
      parent: parent.path,
      depth: parent.depth + 1,
      children: [],
      operation: null,
      size: 0
    }
    nodes.set(path, scope)
    parent.children.push(path)
    return scope
  }
  const pathOf = new Map<string, string>()
  for (const operation of operations) {
    // Function graphs of one run repeat nodes of each other.
    if (pathOf.has(operation.name)) continue
    const slash = operation.name.lastIndexOf('/')
    const last = operation.name.slice(slash + 1)
    const inside = scopePaths.has(operation.name)
    const parent = scopeAt(inside ? operation.name : slash < 0 ? outermost : operation.name.slice(0, slash))
    const path = inside ? `${operation.name}/(${last})` : operation.name
    pathOf.set(operation.name, path)
    nodes.set(path, {
      path,
      name: inside ? `(${last})` : last,
      parent: parent.path,
      depth: parent.depth + 1,
      children: [],
      operation,
      size: 1
    })
    parent.children.push(path)
    for (let at: TreeNode | undefined = parent; at; at = at === root ? undefined : nodes.get(at.parent)) at.size += 1
  }
  return { nodes, ...edgesOf(operations, nodes, pathOf, kept) }
}

function edgesOf(
  operations: readonly GraphNode[],
  nodes: Map<string, TreeNode>,
  pathOf: Map<string, string>,
  kept: ReadonlySet<string>
): Omit<GraphTree, 'nodes'> {
  const edges: TreeEdge[] = []
  const inputs = new Map<string, TreeEdge[]>()
  const outputs = new Map<string, TreeEdge[]>()
  const scopes = new Map<string, ScopeEdges>()
  for (const { path, operation } of nodes.values())
    if (!operation) scopes.set(path, { between: new Map(), inward: new Set(), outward: new Set() })
  const seen = new Set<string>()
  for (const operation of operations) {
    const to = pathOf.get(operation.name)!
    for (const input of operation.inputs) {
      const { name, control } = parseInput(input)
      const from = pathOf.get(name)
      const key = `${from} ${to} ${control}`
      // Arguments of functions are no nodes of theirs.
      if (from === undefined || from === to || seen.has(key)) continue
      seen.add(key)
      const edge = { from, to, control }
      edges.push(edge)
      append(inputs, to, edge)
      append(outputs, from, edge)
    }
  }
  const hubs = new Map<string, number>()
  for (const path of new Set([...inputs.keys(), ...outputs.keys()])) {
    const degree = (inputs.get(path)?.length ?? 0) + (outputs.get(path)?.length ?? 0)
    if (degree > hubDegree && !kept.has(path)) hubs.set(path, degree)
  }
  for (const edge of edges) if (!hubs.has(edge.from) && !hubs.has(edge.to)) lift(edge, nodes, scopes)
  return { edges, scopes, inputs, outputs, hubs }
}

function append(lists: Map<string, TreeEdge[]>, key: string, edge: TreeEdge): void {
  const list = lists.get(key)
  if (list) list.push(edge)
  else lists.set(key, [edge])
}

/** Tells the innermost scope around both ends, and the scopes whose borders the edge crosses. */
function lift({ from, to, control }: TreeEdge, nodes: Map<string, TreeNode>, scopes: Map<string, ScopeEdges>): void {
  let [a, b] = [nodes.get(from)!, nodes.get(to)!]
  while (a.parent !== b.parent) {
    if (a.depth >= b.depth) {
      scopes.get(a.parent)!.outward.add(a.path)
      a = nodes.get(a.parent)!
    } else {
      scopes.get(b.parent)!.inward.add(b.path)
      b = nodes.get(b.parent)!
    }
  }
  const { between } = scopes.get(a.parent)!
  const key = `${a.path}\n${b.path}`
  const known = between.get(key)
  if (known) {
    known.count += 1
    known.control &&= control
  } else between.set(key, { from: a.path, to: b.path, count: 1, control })
}

/** Scopes around a node, the outermost first, without the node itself. */
export function scopesAround(tree: GraphTree, path: string): string[] {
  const around: string[] = []
  for (let at = tree.nodes.get(path)?.parent ?? ''; at !== outermost; at = tree.nodes.get(at)!.parent) around.push(at)
  return around.reverse()
}

/** Operations below a scope, or the operation itself. */
export function operationsIn(tree: GraphTree, path: string): string[] {
  const found: string[] = []
  const waiting = [path]
  while (waiting.length > 0) {
    const node = tree.nodes.get(waiting.pop()!)
    if (!node) continue
    if (node.operation) found.push(node.path)
    else waiting.push(...node.children)
  }
  return found
}

/** Everything that the result of a node depends on, the node included: operations only. */
export function ancestorsOf(tree: GraphTree, path: string): Set<string> {
  const found = new Set(operationsIn(tree, path))
  const waiting = [...found]
  while (waiting.length > 0) {
    for (const { from } of tree.inputs.get(waiting.pop()!) ?? []) {
      if (found.has(from)) continue
      found.add(from)
      waiting.push(from)
    }
  }
  return found
}

/** Neighbours of a node beyond its own border. */
export function neighboursOf(tree: GraphTree, path: string, side: 'inputs' | 'outputs'): TreeEdge[] {
  const own = new Set(operationsIn(tree, path))
  const found = new Map<string, TreeEdge>()
  for (const operation of own) {
    for (const edge of tree[side].get(operation) ?? []) {
      const other = side === 'inputs' ? edge.from : edge.to
      if (!own.has(other)) found.set(`${other} ${edge.control}`, edge)
    }
  }
  return [...found.values()]
}

/**
 * Nodes of one scope that would tie everything to everything: linked to more than `limit` siblings, in a scope with more
 * nodes than that. Constants, step counters and optimizers are like this.
 */
export function highDegree(children: readonly string[], { between }: ScopeEdges, limit = 12): string[] {
  if (children.length <= limit) return []
  const degree = new Map<string, number>()
  for (const { from, to } of between.values())
    for (const path of [from, to]) degree.set(path, (degree.get(path) ?? 0) + 1)
  return children.filter((path) => (degree.get(path) ?? 0) > limit)
}
