/** Layout of the module tree: layered by dagre, scopes as nested boxes, edges orthogonal. */
import dagre from '@dagrejs/dagre'
import type { ModuleGraph, ModuleNode } from '../../../src/domain/model-graph'
import { largest, smallest } from '../../ui/extremes'

export interface PlacedNode {
  node: ModuleNode
  x: number
  y: number
  width: number
  height: number
  /** A scope whose inside is not shown at the chosen depth. */
  collapsed: boolean
  scope: boolean
}

export interface PlacedGraph {
  nodes: PlacedNode[]
  edges: { path: string; residual: boolean }[]
  width: number
  height: number
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

const scopeHead = 34
const scopePadding = 14

/** @param depth scopes nested deeper than this are drawn as one node. */
export function layoutGraph(graph: ModuleGraph, depth: number): PlacedGraph {
  const byPath = new Map(graph.nodes.map((node) => [node.path, node]))
  const depthOf = (node: ModuleNode): number => (node.parent === null ? 0 : 1 + depthOf(byPath.get(node.parent)!))
  const hasChildren = new Set(graph.nodes.map((node) => node.parent).filter((parent) => parent !== null))
  const visible = graph.nodes.filter((node) => depthOf(node) < depth)
  const shown = new Set(visible.map((node) => node.path))
  /** The nearest visible ancestor stands for what is hidden. */
  const standIn = (path: string): string => {
    let at = byPath.get(path)!
    while (!shown.has(at.path)) at = byPath.get(at.parent!)!
    return at.path
  }

  const layout = new dagre.graphlib.Graph({ compound: true, multigraph: false })
  layout.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 30, marginx: 12, marginy: 12, edgesep: 24 })
  layout.setDefaultEdgeLabel(() => ({}))
  const isOpenScope = (node: ModuleNode): boolean =>
    hasChildren.has(node.path) && visible.some((child) => child.parent === node.path)
  for (const node of visible) layout.setNode(node.path, isOpenScope(node) ? {} : sizeOf(node))
  for (const node of visible) if (node.parent !== null) layout.setParent(node.path, node.parent)
  const seen = new Set<string>()
  const drawn: { from: string; to: string; residual: boolean }[] = []
  for (const edge of graph.edges) {
    const from = standIn(edge.from)
    const to = standIn(edge.to)
    const key = `${from} ${to}`
    if (from === to || seen.has(key) || isOpenScope(byPath.get(from)!) || isOpenScope(byPath.get(to)!)) continue
    seen.add(key)
    drawn.push({ from, to, residual: edge.residual === true })
    layout.setEdge(from, to, { weight: edge.residual ? 8 : 1 })
  }
  dagre.layout(layout)

  const boxes = new Map<string, Box>()
  for (const node of visible) {
    if (isOpenScope(node)) continue
    const placed = layout.node(node.path) as { x: number; y: number; width: number; height: number }
    boxes.set(node.path, {
      left: placed.x - placed.width / 2,
      right: placed.x + placed.width / 2,
      top: placed.y - placed.height / 2,
      bottom: placed.y + placed.height / 2
    })
  }
  const scopes = visible.filter(isOpenScope).sort((a, b) => depthOf(b) - depthOf(a))
  const shift = makeRoom(scopes, visible, boxes)
  for (const box of boxes.values()) {
    const moved = shift((box.top + box.bottom) / 2)
    box.top += moved
    box.bottom += moved
  }
  // Innermost first: an outer box encloses the finished inner ones.
  for (const scope of scopes) {
    const inside = visible.filter((node) => node.parent === scope.path).map((node) => boxes.get(node.path)!)
    const left = smallest(inside.map((box) => box.left)) - scopePadding
    const head = scope.path.length * 7.5 + 110
    boxes.set(scope.path, {
      left,
      right: Math.max(largest(inside.map((box) => box.right)) + scopePadding, left + head),
      top: smallest(inside.map((box) => box.top)) - scopeHead,
      bottom: largest(inside.map((box) => box.bottom)) + scopePadding + 2
    })
  }

  const all = [...boxes.values()]
  const edges = drawn.map((edge) => {
    const { points } = layout.edge(edge.from, edge.to) as { points: { x: number; y: number }[] }
    return { points: points.map((point) => ({ x: point.x, y: point.y + shift(point.y) })), residual: edge.residual }
  })
  const xs = edges.flatMap((edge) => edge.points.map((point) => point.x))
  const originX = Math.min(smallest(all.map((box) => box.left)), smallest(xs)) - 12
  const originY = smallest(all.map((box) => box.top)) - 12
  const nodes = visible.map((node): PlacedNode => {
    const box = boxes.get(node.path)!
    return {
      node,
      x: box.left - originX,
      y: box.top - originY,
      width: box.right - box.left,
      height: box.bottom - box.top,
      collapsed: !isOpenScope(node) && hasChildren.has(node.path),
      scope: isOpenScope(node)
    }
  })
  return {
    // Outer scopes first, so that inner ones lie on top.
    nodes: nodes.sort((a, b) => Number(b.scope) - Number(a.scope) || depthOf(a.node) - depthOf(b.node)),
    edges: edges.map((edge) => ({
      path: orthogonal(edge.points.map((point) => ({ x: point.x - originX, y: point.y - originY }))),
      residual: edge.residual
    })),
    width: Math.max(largest(all.map((box) => box.right)), largest(xs)) - originX + 12,
    height: largest(all.map((box) => box.bottom)) - originY + 20
  }
}

/**
 * dagre leaves no room for a scope's title. This gives, for a height, how far everything there moves down so that each
 * scope's title fits above its first row and its border below its last one.
 */
function makeRoom(scopes: ModuleNode[], visible: ModuleNode[], boxes: Map<string, Box>): (y: number) => number {
  const inScope = (node: ModuleNode, scope: ModuleNode): boolean => node.path.startsWith(`${scope.path}.`)
  const insertions: { at: number; room: number }[] = []
  for (const scope of scopes) {
    const inside = visible
      .filter((node) => inScope(node, scope) && boxes.has(node.path))
      .map((node) => boxes.get(node.path)!)
    insertions.push({ at: smallest(inside.map((box) => box.top)), room: scopeHead - 8 })
    insertions.push({ at: largest(inside.map((box) => box.bottom)) + 1, room: scopePadding })
  }
  return (y) => insertions.reduce((sum, insertion) => (y >= insertion.at ? sum + insertion.room : sum), 0)
}

function sizeOf(node: ModuleNode): { width: number; height: number } {
  if (node.kind === 'operation' && node.type === 'add') return { width: 20, height: 20 }
  const text = Math.max(node.label.length * 7 + 44, 104)
  return { width: Math.min(text, 200), height: 28 }
}

/** Through the layout's points with right angles: down half way, across, down. */
function orthogonal(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points
  let path = `M${round(first.x)} ${round(first.y)}`
  let previous = first
  for (const point of rest) {
    if (Math.abs(point.x - previous.x) < 1) path += `V${round(point.y)}`
    else path += `V${round((previous.y + point.y) / 2)}H${round(point.x)}V${round(point.y)}`
    previous = point
  }
  return path
}

function round(value: number): number {
  return Math.round(value) + 0.5
}
