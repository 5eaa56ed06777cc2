/**
 * What a layout looks like in a given room: where each group lies, in CSS pixels. What would be smaller than can be read is folded into a
 * tab of a neighbour, the least important panel first. The layout itself stays: with more room, everything is back where it was.
 */
import { frontOf, isSplit, panelsOf } from './layout'
import type { Axis, Group, Layout, LayoutNode } from './layout'

export interface PanelSpec {
  id: string
  title: string
  /** Below this it cannot be read, its head included. */
  least: { width: number; height: number }
  /** Of panels that do not all have room, those with the lowest rank fold first. */
  rank: number
  /** Takes the width that is left; the others keep theirs. */
  fluid: boolean
  /** With whom it shares a group when it folds, best first; else with its neighbour. */
  foldsInto?: readonly string[]
}

export interface Box {
  left: number
  top: number
  width: number
  height: number
}
export interface ShownGroup {
  panels: readonly string[]
  front: string
  /** One that lies in this group also when nothing is folded: what is docked beside the group is docked beside it. */
  anchor: string
  box: Box
}
/** The gap between two neighbours in a split. */
export interface Handle {
  key: string
  axis: Axis
  box: Box
  /** Of what lies before it, along the axis. */
  size: number
  least: number
  most: number
  /** The two neighbours, by a panel of each. */
  between: readonly [string, string]
  /** All nodes of the split with their present sizes, so that they stay what they are when two of them change. */
  siblings: readonly { path: readonly number[]; size: number }[]
  /** Which of these lies before the handle. */
  at: number
}
export interface Shown {
  /** Groups and the handles between them, in reading order. */
  items: readonly (ShownGroup | Handle)[]
}

export const gap = 8

/** A node on its way to the screen: `path` is where it stands in the layout. */
type Fitted =
  | (Group & { path: readonly number[]; anchor: string })
  | { axis: Axis; children: readonly Fitted[]; size: number; path: readonly number[] }

const splits = (node: Fitted): node is Extract<Fitted, { axis: Axis }> => isSplit(node)

/** @param panels those that there is something to show of; others keep their places in the layout. */
export function fit(layout: Layout, panels: readonly PanelSpec[], width: number, height: number): Shown {
  const specs = new Map(panels.map((panel) => [panel.id, panel]))
  const whole = present(layout.root, specs, [])
  if (!whole) return { items: [] }
  const items: (ShownGroup | Handle)[] = []
  arrange(folded(whole, specs, width, height), { left: 0, top: 0, width, height })
  return { items }

  function arrange(node: Fitted, box: Box): void {
    if (!splits(node)) {
      items.push({
        panels: node.panels,
        front: frontOf(node.panels, layout.recent),
        anchor: node.anchor,
        box
      })
      return
    }
    const { axis, children } = node
    const room = (axis === 'x' ? box.width : box.height) - gap * (children.length - 1)
    const leasts = children.map((child) => leastOf(child, specs)[axis === 'x' ? 'width' : 'height'])
    const sizes = sharesOf(
      room,
      children.map((child, i) => ({
        size: child.size,
        least: leasts[i],
        fluid: axis === 'y' || panelsOf(child).some((panel) => specs.get(panel)!.fluid)
      }))
    )
    const siblings = children.map(({ path }, i) => ({ path, size: sizes[i] }))
    let at = axis === 'x' ? box.left : box.top
    children.forEach((child, i) => {
      const part = (from: number, size: number): Box =>
        axis === 'x' ? { ...box, left: from, width: size } : { ...box, top: from, height: size }
      arrange(child, part(at, sizes[i]))
      at += sizes[i]
      if (i === children.length - 1) return
      const both = sizes[i] + sizes[i + 1]
      const firstOf = (one: Fitted): string => panelsOf(one)[0]
      items.push({
        key: `${axis} ${child.path.join('.')} ${children[i + 1].path.join('.')}`,
        axis,
        box: part(at, gap),
        size: sizes[i],
        // In too little room nothing can be moved.
        least: Math.min(leasts[i], sizes[i]),
        most: Math.max(sizes[i], both - leasts[i + 1]),
        between: [firstOf(child), firstOf(children[i + 1])],
        siblings,
        at: i
      })
      at += gap
    })
  }
}

export const isHandle = (item: ShownGroup | Handle): item is Handle => 'between' in item

/** The same with the first neighbour of a handle `size` pixels large. */
export function moved(handle: Handle, size: number): { path: readonly number[]; size: number }[] {
  const next = Math.min(handle.most, Math.max(handle.least, size))
  return handle.siblings.map((one, i) => {
    if (i === handle.at) return { ...one, size: next }
    return i === handle.at + 1 ? { ...one, size: one.size + handle.size - next } : one
  })
}

/**
 * Whole pixels that sum to `total`. Where something is fluid, the others keep their sizes and it takes what is left; else all grow and
 * shrink with their sizes as weights. Nothing falls below its least unless there is less room than all leasts together.
 */
export function sharesOf(
  total: number,
  parts: readonly { size: number; least: number; fluid: boolean }[]
): readonly number[] {
  const leasts = parts.reduce((sum, { least }) => sum + least, 0)
  if (leasts >= total) return whole(parts.map(({ least }) => (least / leasts) * total))
  const anyFluid = parts.some(({ fluid }) => fluid)
  const kept = parts.map(({ fluid }) => anyFluid && !fluid)
  // What keeps its size gives way, above its least, only where the fluid ones would fall below theirs.
  const wanted = parts.map(({ size, least }, i) => (kept[i] ? Math.max(size, least) : least))
  const over = wanted.reduce((sum, size) => sum + size, 0) - total
  const spare = parts.reduce((sum, { least }, i) => sum + (kept[i] ? wanted[i] - least : 0), 0)
  const sizes = parts.map(({ least }, i) =>
    kept[i] && over > 0 ? wanted[i] - ((wanted[i] - least) / spare) * over : wanted[i]
  )
  // The rest is shared by weight; who would get less than the least has the least, and the others share on.
  let open = parts.map((_, i) => i).filter((i) => !kept[i])
  while (open.length > 0) {
    const room = total - sizes.reduce((sum, size, i) => sum + (open.includes(i) ? 0 : size), 0)
    const weights = open.reduce((sum, i) => sum + parts[i].size, 0)
    const shareOf = (i: number): number => (parts[i].size / weights) * room
    const tooSmall = open.filter((i) => shareOf(i) < parts[i].least)
    if (tooSmall.length === 0) {
      for (const i of open) sizes[i] = shareOf(i)
      break
    }
    for (const i of tooSmall) sizes[i] = parts[i].least
    open = open.filter((i) => !tooSmall.includes(i))
  }
  return whole(sizes)
}

/** Rounded so that the sum stays what it is. */
function whole(sizes: readonly number[]): number[] {
  let exact = 0
  let given = 0
  return sizes.map((size) => {
    exact += size
    const next = Math.round(exact) - given
    given += next
    return next
  })
}

function present(node: LayoutNode, specs: ReadonlyMap<string, PanelSpec>, path: readonly number[]): Fitted | null {
  if (!isSplit(node)) {
    const panels = node.panels.filter((panel) => specs.has(panel))
    return panels.length > 0 ? { panels, size: node.size, path, anchor: panels[0] } : null
  }
  const children = node.children
    .map((child, i) => present(child, specs, [...path, i]))
    .filter((child) => child !== null)
  return collapsed({ axis: node.axis, size: node.size, path, children })
}

/** A split of one is that one, as large as the split was and in its place; what lies in it keeps its own path. */
function collapsed(split: Extract<Fitted, { axis: Axis }>): Fitted | null {
  if (split.children.length === 0) return null
  return split.children.length === 1 ? { ...split.children[0], size: split.size, path: split.path } : split
}

function leastOf(node: Fitted, specs: ReadonlyMap<string, PanelSpec>): { width: number; height: number } {
  const parts = splits(node)
    ? node.children.map((child) => leastOf(child, specs))
    : node.panels.map((panel) => specs.get(panel)!.least)
  const of = (side: 'width' | 'height', along: boolean): number => {
    const sizes = parts.map((part) => part[side])
    return along ? sizes.reduce((sum, size) => sum + size, gap * (sizes.length - 1)) : Math.max(...sizes)
  }
  const axis = splits(node) ? node.axis : null
  return { width: of('width', axis === 'x'), height: of('height', axis === 'y') }
}

function folded(root: Fitted, specs: ReadonlyMap<string, PanelSpec>, width: number, height: number): Fitted {
  const rankOf = (node: Fitted): number => Math.max(...panelsOf(node).map((panel) => specs.get(panel)!.rank))
  for (let tree = root; ;) {
    const least = leastOf(tree, specs)
    const options = [
      ...(least.width > width ? foldable(tree, 'x', specs) : []),
      ...(least.height > height ? foldable(tree, 'y', specs) : [])
    ]
    // One group is left along this axis: its panels scroll inside of it.
    if (options.length === 0) return tree
    tree = foldInto(
      tree,
      options.reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a)),
      rankOf,
      specs
    )
  }
}

/** What would give room along an axis if it were a tab of its neighbour. */
function foldable(node: Fitted, axis: Axis, specs: ReadonlyMap<string, PanelSpec>): Fitted[] {
  if (!splits(node)) return []
  if (node.axis === axis) return node.children.flatMap((child) => [...foldable(child, axis, specs), child])
  const along = (child: Fitted): number => leastOf(child, specs)[axis === 'x' ? 'width' : 'height']
  return foldable(
    node.children.reduce((a, b) => (along(b) > along(a) ? b : a)),
    axis,
    specs
  )
}

/** Without `leaving`, whose panels become tabs of groups that stay, in reading order. */
function foldInto(
  root: Fitted,
  leaving: Fitted,
  rankOf: (node: Fitted) => number,
  specs: ReadonlyMap<string, PanelSpec>
): Fitted {
  const order = panelsOf(root)
  const gone = panelsOf(leaving)
  const stays = (panel: string): boolean => order.includes(panel) && !gone.includes(panel)
  const neighbour = highest(neighbourOf(root, leaving)!)
  const added = new Map<string, string[]>()
  for (const panel of gone) {
    const host = (specs.get(panel)!.foldsInto ?? []).find(stays) ?? neighbour
    added.set(host, [...(added.get(host) ?? []), panel])
  }
  return rebuilt(root)!

  /** A panel of the group that matters most. */
  function highest(node: Fitted): string {
    if (!splits(node)) return node.panels[0]
    return highest(node.children.reduce((a, b) => (rankOf(b) > rankOf(a) ? b : a)))
  }
  function rebuilt(node: Fitted): Fitted | null {
    if (node === leaving) return null
    if (splits(node))
      return collapsed({ ...node, children: node.children.map(rebuilt).filter((child) => child !== null) })
    const more = node.panels.flatMap((panel) => added.get(panel) ?? [])
    if (more.length === 0) return node
    const first = order.indexOf(node.panels[0])
    return {
      ...node,
      panels: [
        ...more.filter((panel) => order.indexOf(panel) < first),
        ...node.panels,
        ...more.filter((panel) => order.indexOf(panel) > first)
      ]
    }
  }
}

function neighbourOf(node: Fitted, child: Fitted): Fitted | null {
  if (!splits(node)) return null
  const at = node.children.indexOf(child)
  if (at >= 0) return node.children[at - 1] ?? node.children[at + 1]
  for (const inner of node.children) {
    const found = neighbourOf(inner, child)
    if (found) return found
  }
  return null
}
