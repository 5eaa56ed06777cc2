/** Layout of the module tree: layered by dagre, scopes as nested boxes, edges orthogonal. */
import dagre from '@dagrejs/dagre'
import type { ModuleGraph, ModuleNode } from '../../src/models/types'

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

const scopeHead = 30

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

  const nodes = visible.map((node): PlacedNode => {
    const placed = layout.node(node.path) as { x: number; y: number; width: number; height: number }
    const scope = isOpenScope(node)
    const extra = scope ? scopeHead / 2 : 0
    return {
      node,
      x: placed.x - placed.width / 2,
      y: placed.y - placed.height / 2 - extra,
      width: placed.width,
      height: placed.height + extra,
      collapsed: !scope && hasChildren.has(node.path),
      scope
    }
  })
  const size = layout.graph() as { width?: number; height?: number }
  return {
    // Outer scopes first, so that inner ones lie on top.
    nodes: nodes.sort((a, b) => Number(b.scope) - Number(a.scope) || depthOf(a.node) - depthOf(b.node)),
    edges: drawn.map((edge) => ({
      path: orthogonal((layout.edge(edge.from, edge.to) as { points: { x: number; y: number }[] }).points),
      residual: edge.residual
    })),
    width: size.width ?? 0,
    height: size.height ?? 0
  }
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
