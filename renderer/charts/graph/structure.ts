/**
 * Which scopes are built alike: equal operations (as a multiset), equal scopes inside, and equal edges between those.
 * Names play no part, so `layer_1` and `layer_7` are the same.
 */
import { outermost } from './scope-tree'
import type { GraphTree } from './scope-tree'

export interface StructureClass {
  /** Scopes of this structure, in the order of the graph. */
  paths: string[]
  /** Operations in each of them. */
  size: number
}

export interface Structures {
  /** Number of the structure by path; operations of one kind share one, too. */
  classOf: Map<string, number>
  /** Structures of more than one scope and operation: those with most operations in all come first. */
  repeated: (StructureClass & { id: number })[]
}

export function structuresOf(tree: GraphTree): Structures {
  const numbers = new Map<string, number>()
  const classOf = new Map<string, number>()
  const number = (text: string): number => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }
  // Children come before their scope: the deepest first.
  const byDepth = [...tree.nodes.values()].sort((a, b) => b.depth - a.depth)
  for (const { path, operation, children } of byDepth) {
    if (operation) {
      classOf.set(path, number(`operation ${operation.op}`))
      continue
    }
    const inside = children.map((child) => classOf.get(child)!).sort((a, b) => a - b)
    const edges = [...tree.scopes.get(path)!.between.values()]
      .map(({ from, to, count, control }) => `${classOf.get(from)}>${classOf.get(to)}x${count}${control ? 'c' : ''}`)
      .sort()
    classOf.set(path, number(`scope ${inside.join(' ')} | ${edges.join(' ')}`))
  }
  const classes = new Map<number, StructureClass>()
  for (const { path, operation, size } of tree.nodes.values()) {
    if (operation || path === outermost) continue
    const id = classOf.get(path)!
    const known = classes.get(id)
    if (known) known.paths.push(path)
    else classes.set(id, { paths: [path], size })
  }
  const repeated = [...classes]
    .filter(([, { paths, size }]) => paths.length > 1 && size > 1)
    .map(([id, found]) => ({ id, ...found }))
    .sort((a, b) => b.size * b.paths.length - a.size * a.paths.length || a.id - b.id)
  return { classOf, repeated }
}
