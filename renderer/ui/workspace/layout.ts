/**
 * How the panels of a page lie: rows and columns of groups, the panels of a group as tabs. Pure functions; whatever is done, each panel
 * is there once, shown or hidden, no group is empty, and a split has at least two children, none of which splits along the same axis.
 */

/** x: side by side; y: one below the other. */
export type Axis = 'x' | 'y'
export interface Group {
  panels: readonly string[]
  /** Its part of the split around it, in CSS pixels as it was last arranged: a width that is kept, or a weight (see `sharesOf`). */
  size: number
}
export interface Split {
  axis: Axis
  children: readonly LayoutNode[]
  size: number
}
export type LayoutNode = Group | Split

export const sides = ['left', 'right', 'above', 'below'] as const
export type Side = (typeof sides)[number]

/** Where a panel goes: beside what holds all of these panels, into the group of one as a tab, or along a whole side of the page. */
export type Place =
  { at: 'side'; of: readonly string[]; side: Side } | { at: 'tab'; of: string } | { at: 'edge'; side: Side }

export interface Closed {
  panel: string
  home: Place | null
  size: number
}

export interface Layout {
  root: LayoutNode
  /** Closed panels, and where each comes back, in which size. */
  hidden: readonly Closed[]
  /** Tabs in the order in which they were last chosen; the first of a group is in front. */
  recent: readonly string[]
}

/** Of a new half of a row or a column; only its relation to its sibling counts, unless it keeps its width. */
const usualSize = 300

export const isSplit = (node: LayoutNode): node is Split => 'children' in node
export const group = (panels: readonly string[], size = usualSize): Group => ({ panels, size })
export const row = (children: readonly LayoutNode[], size = usualSize): Split => ({ axis: 'x', children, size })
export const column = (children: readonly LayoutNode[], size = usualSize): Split => ({ axis: 'y', children, size })

/** In the order in which they are read: columns from left to right, each from top to bottom. */
export function panelsOf(node: LayoutNode): string[] {
  return isSplit(node) ? node.children.flatMap(panelsOf) : [...node.panels]
}

export function groupOf(node: LayoutNode, panel: string): Group | null {
  if (!isSplit(node)) return node.panels.includes(panel) ? node : null
  for (const child of node.children) {
    const found = groupOf(child, panel)
    if (found) return found
  }
  return null
}

export const isHidden = (layout: Layout, panel: string): boolean =>
  layout.hidden.some((closed) => closed.panel === panel)

/** The tab that is in front: the one that was chosen last, else the first. */
export function frontOf(panels: readonly string[], recent: readonly string[]): string {
  return recent.find((panel) => panels.includes(panel)) ?? panels[0]
}

export function activate(layout: Layout, panel: string): Layout {
  return { ...layout, recent: [panel, ...layout.recent.filter((other) => other !== panel)] }
}

/** Puts a panel, shown or hidden, somewhere else. Where there is no such place, all stays. */
export function dock(layout: Layout, panel: string, place: Place, size?: number): Layout {
  const rest = without(layout.root, panel)
  // The last panel that is shown is everywhere already.
  if (!rest) return layout
  const hidden = layout.hidden.filter((closed) => closed.panel !== panel)
  const root = inserted(rest, panel, place, size)
  return root ? { root, hidden, recent: activate(layout, panel).recent } : layout
}

/** Closes a panel, and remembers where it was. The last one stays. */
export function hide(layout: Layout, panel: string): Layout {
  const own = groupOf(layout.root, panel)
  const home = homeOf(layout.root, panel)
  const root = without(layout.root, panel)
  if (!own || !root) return layout
  return {
    root,
    hidden: [...layout.hidden, { panel, home, size: own.size }],
    recent: layout.recent.filter((other) => other !== panel)
  }
}

/** Opens a closed panel where it was, else in front of its usual group, else of the last one. */
export function show(layout: Layout, panel: string, usual: readonly string[] = []): Layout {
  const closed = layout.hidden.find((one) => one.panel === panel)
  if (!closed) return layout
  const present = panelsOf(layout.root)
  const host = usual.find((other) => present.includes(other)) ?? present[present.length - 1]
  const back = closed.home ? dock(layout, panel, closed.home, closed.size) : layout
  return back === layout ? dock(layout, panel, { at: 'tab', of: host }) : back
}

/** Gives nodes other sizes, by their paths from the root: the number of the child at each split. */
export function resize(layout: Layout, sizes: readonly { path: readonly number[]; size: number }[]): Layout {
  const resized = (node: LayoutNode, path: readonly number[]): LayoutNode => {
    const own = sizes.find((one) => one.path.join() === path.join())
    const size = own && own.size > 0 ? own.size : node.size
    if (!isSplit(node)) return { ...node, size }
    return { ...node, size, children: node.children.map((child, i) => resized(child, [...path, i])) }
  }
  return { ...layout, root: resized(layout.root, []) }
}

/** What was read, made fit for these panels: unknown ones left out, each once, and new ones where the usual layout has them. */
export function healed(read: Layout | null, panels: readonly string[], usual: Layout): Layout {
  const seen = new Set<string>()
  const known = new Set(panels)
  const checked = (node: LayoutNode): LayoutNode | null => {
    const size = Number.isFinite(node.size) && node.size > 0 ? node.size : usualSize
    if (isSplit(node))
      return tidy({ ...node, size, children: node.children.map(checked).filter((child) => child !== null) })
    const own = node.panels.filter((panel) => known.has(panel) && !seen.has(panel) && seen.add(panel))
    return own.length > 0 ? { panels: own, size } : null
  }
  const root = read && checked(read.root)
  if (!root) return usual
  const hidden = read.hidden.filter(({ panel }) => known.has(panel) && !seen.has(panel) && seen.add(panel))
  let layout: Layout = { root, hidden, recent: read.recent.filter((panel) => seen.has(panel)) }
  for (const panel of panels) {
    if (seen.has(panel)) continue
    layout = { ...layout, hidden: [...layout.hidden, closedIn(usual, panel)] }
    if (!isHidden(usual, panel)) layout = { ...show(layout, panel), recent: layout.recent }
  }
  return layout
}

/** Whether two layouts have the same panels at the same places, however large. */
export function isSameArrangement(a: Layout, b: Layout): boolean {
  const shape = (node: LayoutNode): unknown =>
    isSplit(node) ? [node.axis, ...node.children.map(shape)] : { tabs: node.panels }
  return JSON.stringify(shape(a.root)) === JSON.stringify(shape(b.root))
}

/** A panel as if it had just been closed in a layout. */
function closedIn(usual: Layout, panel: string): Closed {
  return (
    usual.hidden.find((closed) => closed.panel === panel) ?? {
      panel,
      home: homeOf(usual.root, panel),
      size: groupOf(usual.root, panel)?.size ?? usualSize
    }
  )
}

/** Where a panel stands, said so that it can come back when others have moved: beside whom, or in whose group. */
function homeOf(node: LayoutNode, panel: string): Place | null {
  if (!isSplit(node)) {
    const other = node.panels.find((one) => one !== panel)
    return other === undefined ? null : { at: 'tab', of: other }
  }
  const at = node.children.findIndex((child) => panelsOf(child).includes(panel))
  if (at < 0) return null
  const inside = homeOf(node.children[at], panel)
  if (inside) return inside
  const before = node.children[at - 1] as LayoutNode | undefined
  const [first, second] = node.axis === 'x' ? (['left', 'right'] as const) : (['above', 'below'] as const)
  return before
    ? { at: 'side', of: panelsOf(before), side: second }
    : { at: 'side', of: panelsOf(node.children[at + 1]), side: first }
}

/** A split without empty children and without splits along its own axis; what would have one child is that child. */
function tidy(split: Split): LayoutNode | null {
  const children = split.children.flatMap((child): readonly LayoutNode[] => {
    if (!isSplit(child) || child.axis !== split.axis) return [child]
    const whole = child.children.reduce((sum, inner) => sum + inner.size, 0)
    return child.children.map((inner) => ({ ...inner, size: (inner.size / whole) * child.size }))
  })
  if (children.length === 0) return null
  return children.length === 1 ? { ...children[0], size: split.size } : { ...split, children }
}

function without(node: LayoutNode, panel: string): LayoutNode | null {
  if (isSplit(node))
    return tidy({
      ...node,
      children: node.children.map((child) => without(child, panel)).filter((child) => child !== null)
    })
  if (!node.panels.includes(panel)) return node
  const panels = node.panels.filter((other) => other !== panel)
  return panels.length > 0 ? { ...node, panels } : null
}

/** @param size of the new node, which its neighbour then gives up nothing for; absent: it has half, along a whole side a part. */
function inserted(root: LayoutNode, panel: string, place: Place, size?: number): LayoutNode | null {
  if (place.at === 'tab') {
    const host = groupOf(root, place.of)
    return host && replaced(root, host, { ...host, panels: [...host.panels, panel] })
  }
  const present = panelsOf(root)
  const of = place.at === 'edge' ? present : place.of.filter((other) => present.includes(other))
  const target = of.length > 0 ? smallestWith(root, of) : null
  if (!target) return null
  const axis = place.side === 'left' || place.side === 'right' ? 'x' : 'y'
  const first = place.side === 'left' || place.side === 'above'
  const along = parentOf(root, target)?.axis === axis
  const added = group([panel], size)
  const rest = size !== undefined && along ? target.size : usualSize * (isSplit(target) ? 3 : 1)
  const inner = { ...target, size: rest }
  return replaced(root, target, {
    axis,
    size: size !== undefined && along ? target.size + size : target.size,
    children: first ? [added, inner] : [inner, added]
  })
}

function parentOf(node: LayoutNode, child: LayoutNode): Split | null {
  if (!isSplit(node)) return null
  if (node.children.includes(child)) return node
  for (const inner of node.children) {
    const found = parentOf(inner, child)
    if (found) return found
  }
  return null
}

function smallestWith(node: LayoutNode, panels: readonly string[]): LayoutNode {
  if (!isSplit(node)) return node
  const child = node.children.find((one) => {
    const own = panelsOf(one)
    return panels.every((panel) => own.includes(panel))
  })
  return child ? smallestWith(child, panels) : node
}

function replaced(node: LayoutNode, old: LayoutNode, next: LayoutNode): LayoutNode {
  if (node === old) return isSplit(next) ? tidy(next)! : next
  if (!isSplit(node)) return node
  return tidy({ ...node, children: node.children.map((child) => replaced(child, old, next)) })!
}
