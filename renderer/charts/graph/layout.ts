/**
 * Places the visible part of a graph. Every open scope is laid out by itself, by dagre, over its direct children only:
 * what is not open costs nothing, however large the graph.
 */
import dagre from '@dagrejs/dagre'
import { highDegree, outermost } from './scope-tree'
import type { GraphTree, ScopeEdges } from './scope-tree'

export interface PlacedBox {
  path: string
  x: number
  y: number
  width: number
  height: number
  kind: 'operation' | 'closed' | 'open' | 'rest'
  label: string
  /** Operations in it; of a rest those that are not drawn. */
  size: number
}
export interface PlacedLine {
  from: string
  to: string
  points: { x: number; y: number }[]
  count: number
  control: boolean
}
export interface PlacedGraph {
  /** Outer scopes first. */
  boxes: PlacedBox[]
  lines: PlacedLine[]
  width: number
  height: number
  /** Nodes that are not drawn because they are tied to too many others; by path, with the number of their neighbours. */
  aside: { path: string; degree: number }[]
}
export interface LayoutOptions {
  open: ReadonlySet<string>
  /** Drawn in spite of their degree. */
  kept: ReadonlySet<string>
  /** Not drawn though their degree is small. */
  removed: ReadonlySet<string>
  /** Drawn even where a scope has too many nodes to draw all. */
  wanted: ReadonlySet<string>
}

/** Of a scope with more children than this the first are drawn, and those that are asked for. */
export const mostChildren = 150
const [head, padding, gap, rowGap] = [28, 12, 18, 26]
const longestLabel = 26

interface Part {
  boxes: PlacedBox[]
  lines: PlacedLine[]
  width: number
  height: number
  /** Where lines from above come in and those downwards leave, from the left. */
  inPort: number | null
  outPort: number | null
}

export function layoutVisible(tree: GraphTree, options: LayoutOptions): PlacedGraph {
  const aside: PlacedGraph['aside'] = [...tree.hubs].map(([hub, degree]) => ({ path: hub, degree }))
  const part = layoutScope(tree, outermost, options, aside)
  return { boxes: part.boxes, lines: part.lines, width: part.width, height: part.height, aside }
}

/** What of a scope is drawn, and how many of its nodes are not. */
function childrenOf(
  tree: GraphTree,
  path: string,
  { kept, removed, wanted }: LayoutOptions,
  aside: PlacedGraph['aside']
): { drawn: string[]; rest: number } {
  const children = tree.nodes.get(path)!.children.filter((child) => !tree.hubs.has(child))
  const edges = tree.scopes.get(path)!
  const tied = new Set(highDegree(children, edges))
  const out = children.filter((child) => removed.has(child) || (tied.has(child) && !kept.has(child)))
  for (const child of out) aside.push({ path: child, degree: degreeOf(child, edges) })
  const left = children.filter((child) => !out.includes(child))
  if (left.length <= mostChildren) return { drawn: left, rest: 0 }
  const drawn = left.filter((child, i) => i < mostChildren || wanted.has(child))
  return { drawn, rest: left.length - drawn.length }
}

function degreeOf(path: string, { between }: ScopeEdges): number {
  let degree = 0
  for (const { from, to } of between.values()) if (from === path || to === path) degree += 1
  return degree
}

function layoutScope(tree: GraphTree, path: string, options: LayoutOptions, aside: PlacedGraph['aside']): Part {
  const { drawn, rest } = childrenOf(tree, path, options, aside)
  const edges = tree.scopes.get(path)!
  const inside = new Map(drawn.map((child) => [child, partOf(tree, child, options, aside)]))
  const between = [...edges.between.values()].filter(({ from, to }) => inside.has(from) && inside.has(to))
  const linked = new Set(between.flatMap(({ from, to }) => [from, to]))
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: gap, ranksep: rowGap, edgesep: 10, marginx: 0, marginy: 0 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const child of drawn) {
    const { width, height } = inside.get(child)!
    if (linked.has(child)) graph.setNode(child, { width, height })
  }
  for (const { from, to, count } of between) graph.setEdge(from, to, { weight: Math.min(8, count) })
  // Ports at the border, so that lines across it have a place to go.
  const ends = (side: 'inward' | 'outward'): string[] =>
    path === outermost ? [] : [...edges[side]].filter((child) => linked.has(child))
  const [sources, sinks] = [ends('inward'), ends('outward')]
  if (sources.length > 0) graph.setNode(' in', { width: 1, height: 1 })
  if (sinks.length > 0) graph.setNode(' out', { width: 1, height: 1 })
  for (const child of sources) graph.setEdge(' in', child, { weight: 1 })
  for (const child of sinks) graph.setEdge(child, ' out', { weight: 1 })
  if (linked.size > 0) dagre.layout(graph)

  const places = new Map<string, { x: number; y: number }>()
  for (const child of linked) {
    const { width, height } = inside.get(child)!
    const placed = graph.node(child) as { x: number; y: number }
    places.set(child, { x: placed.x - width / 2, y: placed.y - height / 2 })
  }
  const size = { ...extentOf(places, inside) }
  const loose = drawn.filter((child) => !linked.has(child))
  const restBox = rest > 0 ? [restPart(path, rest)] : []
  placeLoose(loose, restBox, inside, places, size)
  return assemble(path, inside, places, between, graph, size, { sources, sinks })
}

function partOf(tree: GraphTree, path: string, options: LayoutOptions, aside: PlacedGraph['aside']): Part {
  const { operation, name, size } = tree.nodes.get(path)!
  const open = !operation && options.open.has(path)
  if (!open) {
    const label = name.length > longestLabel ? `${name.slice(0, longestLabel - 1)}…` : name
    const letters = Math.max(label.length * 6.7, (operation?.op.length ?? 0) * 5.4)
    const width = Math.min(240, Math.max(64, Math.round(letters) + (operation ? 20 : 68)))
    const height = operation ? 34 : 30
    const kind = operation ? 'operation' : 'closed'
    const box: PlacedBox = { path, x: 0, y: 0, width, height, kind, label, size }
    return { boxes: [box], lines: [], width, height, inPort: width / 2, outPort: width / 2 }
  }
  const content = layoutScope(tree, path, options, aside)
  const label = name.length > 40 ? `${name.slice(0, 39)}…` : name
  const width = Math.max(content.width + 2 * padding, label.length * 6.9 + 84)
  const shift = (width - content.width) / 2
  const moved = moveBy(content, shift, head)
  const height = content.height + head + padding
  const box: PlacedBox = { path, x: 0, y: 0, width, height, kind: 'open', label, size }
  const port = (at: number | null): number => (at === null ? width / 2 : at + shift)
  return {
    boxes: [box, ...moved.boxes],
    lines: moved.lines,
    width,
    height,
    inPort: port(content.inPort),
    outPort: port(content.outPort)
  }
}

function restPart(scope: string, rest: number): Part {
  const label = `${rest} more, not drawn`
  const width = label.length * 6.7 + 20
  const box: PlacedBox = { path: `${scope}\nrest`, x: 0, y: 0, width, height: 30, kind: 'rest', label, size: rest }
  return { boxes: [box], lines: [], width, height: 30, inPort: null, outPort: null }
}

function extentOf(
  places: Map<string, { x: number; y: number }>,
  inside: Map<string, Part>
): { width: number; height: number } {
  let [width, height] = [0, 0]
  for (const [child, { x, y }] of places) {
    const part = inside.get(child)!
    width = Math.max(width, x + part.width)
    height = Math.max(height, y + part.height)
  }
  return { width, height }
}

/** What is tied to nothing in its scope stands in rows below: one row of hundreds would be all there is to see. */
function placeLoose(
  loose: readonly string[],
  restBox: Part[],
  inside: Map<string, Part>,
  places: Map<string, { x: number; y: number }>,
  size: { width: number; height: number }
): void {
  const items: [string, Part][] = loose.map((child) => [child, inside.get(child)!])
  for (const part of restBox) {
    inside.set(part.boxes[0].path, part)
    items.push([part.boxes[0].path, part])
  }
  if (items.length === 0) return
  const area = items.reduce((sum, [, part]) => sum + (part.width + gap) * (part.height + gap), 0)
  const row = Math.max(size.width, Math.sqrt(area * 1.6), 320)
  let x = 0
  let y = size.height > 0 ? size.height + rowGap : 0
  let tall = 0
  for (const [child, part] of items) {
    if (x > 0 && x + part.width > row) {
      x = 0
      y += tall + gap
      tall = 0
    }
    places.set(child, { x, y })
    x += part.width + gap
    tall = Math.max(tall, part.height)
    size.width = Math.max(size.width, x - gap)
  }
  size.height = y + tall
}

function assemble(
  path: string,
  inside: Map<string, Part>,
  places: Map<string, { x: number; y: number }>,
  between: { from: string; to: string; count: number; control: boolean }[],
  graph: InstanceType<typeof dagre.graphlib.Graph>,
  size: { width: number; height: number },
  ends: { sources: string[]; sinks: string[] }
): Part {
  const boxes: PlacedBox[] = []
  const lines: PlacedLine[] = []
  for (const [child, { x, y }] of places) {
    const moved = moveBy(inside.get(child)!, x, y)
    boxes.push(...moved.boxes)
    lines.push(...moved.lines)
  }
  const port = (child: string, side: 'inPort' | 'outPort'): { x: number; y: number } => {
    const part = inside.get(child)!
    const at = places.get(child)!
    return { x: at.x + (part[side] ?? part.width / 2), y: side === 'inPort' ? at.y : at.y + part.height }
  }
  const middle = (from: string, to: string): { x: number; y: number }[] => {
    const edge = graph.edge(from, to) as { points?: { x: number; y: number }[] } | undefined
    return (edge?.points ?? []).slice(1, -1)
  }
  for (const { from, to, count, control } of between) {
    const [start, end] = [port(from, 'outPort'), port(to, 'inPort')]
    // Within a loop a line runs upwards; the points between would fold it.
    const points = start.y < end.y ? middle(from, to) : []
    lines.push({ from, to, count, control, points: [start, ...points, end] })
  }
  const dot = (name: string): number | null => {
    const node = graph.node(name) as { x: number } | undefined
    return node ? node.x : null
  }
  const [inPort, outPort] = [dot(' in'), dot(' out')]
  if (inPort !== null)
    for (const child of ends.sources) {
      const points = [{ x: inPort, y: -head }, ...middle(' in', child), port(child, 'inPort')]
      lines.push({ from: path, to: child, count: 1, control: false, points })
    }
  if (outPort !== null)
    for (const child of ends.sinks) {
      const points = [port(child, 'outPort'), ...middle(child, ' out'), { x: outPort, y: size.height + padding }]
      lines.push({ from: child, to: path, count: 1, control: false, points })
    }
  return { boxes, lines, ...size, inPort, outPort }
}

function moveBy(part: Part, dx: number, dy: number): Pick<Part, 'boxes' | 'lines'> {
  return {
    boxes: part.boxes.map((box) => ({ ...box, x: box.x + dx, y: box.y + dy })),
    lines: part.lines.map((line) => ({
      ...line,
      points: line.points.map((point) => ({ x: point.x + dx, y: point.y + dy }))
    }))
  }
}

/** Down, across, down: with round corners, so that crossing lines can be followed. */
export function orthogonalPath(points: readonly { x: number; y: number }[]): string {
  const r = (value: number): number => Math.round(value * 2) / 2
  let path = `M${r(points[0].x)} ${r(points[0].y)}`
  let before = points[0]
  for (const point of points.slice(1)) {
    const dx = point.x - before.x
    const dy = point.y - before.y
    if (Math.abs(dx) < 1) path += `L${r(point.x)} ${r(point.y)}`
    else {
      const y = (before.y + point.y) / 2
      const round = Math.min(5, Math.abs(dx) / 2, Math.abs(dy) / 2)
      const [side, down] = [Math.sign(dx), Math.sign(dy)]
      path += `L${r(before.x)} ${r(y - down * round)}`
      path += `Q${r(before.x)} ${r(y)} ${r(before.x + side * round)} ${r(y)}`
      path += `L${r(point.x - side * round)} ${r(y)}Q${r(point.x)} ${r(y)} ${r(point.x)} ${r(y + down * round)}`
      path += `L${r(point.x)} ${r(point.y)}`
    }
    before = point
  }
  return path
}
