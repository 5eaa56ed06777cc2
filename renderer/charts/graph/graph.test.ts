import { describe, expect, it } from 'vitest'
import type { GraphNode } from '../../../src/contract/recordings'
import { layoutVisible, mostChildren, orthogonalPath } from './layout'
import {
  ancestorsOf,
  buildTree,
  highDegree,
  neighboursOf,
  operationsIn,
  outermost,
  parseInput,
  scopesAround
} from './scope-tree'
import { structuresOf } from './structure'

function node(name: string, inputs: string[] = [], op = 'Op'): GraphNode {
  return { name, op, device: '', inputs, attributes: [] }
}
const nothing = {
  open: new Set<string>(),
  kept: new Set<string>(),
  removed: new Set<string>(),
  wanted: new Set<string>()
}

/** Two blocks of the same kind, a third with one operation more, and what is around them. */
const blocks = [
  node('x', [], 'Input'),
  node('b1/w', [], 'Var'),
  node('b1/mul', ['x', 'b1/w:0'], 'Mul'),
  node('b2/other', [], 'Var'),
  node('b2/times', ['b1/mul', 'b2/other'], 'Mul'),
  node('b3/w', [], 'Var'),
  node('b3/mul', ['b2/times', 'b3/w'], 'Mul'),
  node('b3/relu', ['b3/mul'], 'Relu'),
  node('y', ['b3/relu', '^b1/mul'], 'Output')
]

describe('scope tree', () => {
  const tree = buildTree(blocks)

  it('has scopes by the parts of names, and counts what is in them', () => {
    expect(tree.nodes.get(outermost)).toMatchObject({ size: 9, children: ['x', 'b1', 'b2', 'b3', 'y'] })
    expect(tree.nodes.get('b3')).toMatchObject({ size: 3, operation: null, children: ['b3/w', 'b3/mul', 'b3/relu'] })
    expect(scopesAround(buildTree([node('a/b/c')]), 'a/b/c')).toEqual(['a', 'a/b'])
    expect(operationsIn(tree, 'b1').sort()).toEqual(['b1/mul', 'b1/w'])
  })

  it('reads inputs of every form', () => {
    expect(parseInput('^a/b')).toEqual({ name: 'a/b', control: true })
    expect(parseInput('a/b:1')).toEqual({ name: 'a/b', control: false })
    expect(parseInput('a/b:out:0')).toEqual({ name: 'a/b', control: false })
  })

  it('puts an operation with the name of a scope into that scope', () => {
    const odd = buildTree([node('a'), node('a/b', ['a'])])
    expect(odd.nodes.get('a')).toMatchObject({ operation: null, size: 2, children: ['a/(a)', 'a/b'] })
    expect(odd.edges).toEqual([{ from: 'a/(a)', to: 'a/b', control: false }])
  })

  it('tells edges to the innermost scope around both ends, and to the borders that they cross', () => {
    const top = [...tree.scopes.get(outermost)!.between.values()]
    expect(top).toContainEqual({ from: 'b1', to: 'b2', count: 1, control: false })
    expect(top).toContainEqual({ from: 'b1', to: 'y', count: 1, control: true })
    expect([...tree.scopes.get('b2')!.inward]).toEqual(['b2/times'])
    expect([...tree.scopes.get('b1')!.outward]).toEqual(['b1/mul'])
    expect(tree.scopes.get('b1')!.between.size).toBe(1)
  })

  it('survives nodes that come twice, and inputs that are none', () => {
    const odd = buildTree([node('a', ['ghost', 'a']), node('a', ['b']), node('b')])
    expect(odd.nodes.size).toBe(3)
    expect(odd.edges).toEqual([{ from: 'b', to: 'a', control: false }])
  })

  it('traces everything that a result depends on', () => {
    expect([...ancestorsOf(tree, 'b2/times')].sort()).toEqual(['b1/mul', 'b1/w', 'b2/other', 'b2/times', 'x'])
    expect(ancestorsOf(tree, 'b2').has('b3/w')).toBe(false)
    const loop = buildTree([node('a', ['b']), node('b', ['a'])])
    expect(ancestorsOf(loop, 'a').size).toBe(2)
  })

  it('has neighbours of a scope beyond its border only', () => {
    expect(neighboursOf(tree, 'b2', 'inputs').map(({ from }) => from)).toEqual(['b1/mul'])
    expect(neighboursOf(tree, 'b2', 'outputs').map(({ to }) => to)).toEqual(['b3/mul'])
  })
})

describe('structure', () => {
  it('is the same whatever the names, and not where an operation or an edge differs', () => {
    const { classOf, repeated } = structuresOf(buildTree(blocks))
    expect(classOf.get('b1')).toBe(classOf.get('b2'))
    expect(classOf.get('b1')).not.toBe(classOf.get('b3'))
    expect(repeated.map(({ paths, size }) => ({ paths, size }))).toEqual([{ paths: ['b1', 'b2'], size: 2 }])
    const turned = structuresOf(
      buildTree([node('p/a', [], 'A'), node('p/b', ['p/a'], 'B'), node('q/a', ['q/b'], 'A'), node('q/b', [], 'B')])
    )
    expect(turned.repeated).toEqual([])
  })

  it('sees scopes inside of scopes', () => {
    const nested = ['m/l1', 'm/l2', 'n/l1', 'n/l2'].flatMap((path) => [
      node(`${path}/w`, [], 'Var'),
      node(`${path}/mul`, [`${path}/w`], 'Mul')
    ])
    expect(structuresOf(buildTree(nested)).repeated.map(({ paths }) => paths)).toEqual([
      ['m/l1', 'm/l2', 'n/l1', 'n/l2'],
      ['m', 'n']
    ])
  })
})

describe('nodes of high degree', () => {
  const spokes = Array.from({ length: 20 }, (_, i) => node(`n${i}`, ['hub', ...(i > 0 ? [`n${i - 1}`] : [])]))
  const tree = buildTree([node('hub'), ...spokes])
  const children = tree.nodes.get(outermost)!.children

  it('are those that are tied to more siblings than others', () => {
    expect(highDegree(children, tree.scopes.get(outermost)!)).toEqual(['hub'])
    expect(highDegree(children, tree.scopes.get(outermost)!, 20)).toEqual([])
  })

  it('in all of the graph are drawn without lines, unless they are wanted', () => {
    const many = Array.from({ length: 60 }, (_, i) => node(`s${i % 3}/n${i}`, ['deep/hub']))
    const hidden = buildTree([node('deep/hub'), ...many])
    expect([...hidden.hubs]).toEqual([['deep/hub', 60]])
    expect(hidden.scopes.get(outermost)!.between.size).toBe(0)
    expect(neighboursOf(hidden, 'deep/hub', 'outputs')).toHaveLength(60)
    expect(layoutVisible(hidden, nothing).aside).toEqual([{ path: 'deep/hub', degree: 60 }])
    const wanted = buildTree([node('deep/hub'), ...many], new Set(['deep/hub']))
    expect(wanted.hubs.size).toBe(0)
    expect(wanted.scopes.get(outermost)!.between.size).toBe(3)
  })

  it('are set aside, put back, and taken out by hand', () => {
    expect(layoutVisible(tree, nothing).aside).toEqual([{ path: 'hub', degree: 20 }])
    expect(layoutVisible(tree, { ...nothing, kept: new Set(['hub']) }).aside).toEqual([])
    const removed = layoutVisible(tree, { ...nothing, removed: new Set(['n3']) })
    expect(removed.aside.map(({ path }) => path)).toEqual(['hub', 'n3'])
    expect(removed.boxes.some(({ path }) => path === 'n3')).toBe(false)
  })
})

describe('layout', () => {
  const tree = buildTree(blocks)
  const boxesOf = (open: string[]): Map<string, ReturnType<typeof layoutVisible>['boxes'][number]> =>
    new Map(layoutVisible(tree, { ...nothing, open: new Set(open) }).boxes.map((box) => [box.path, box]))

  it('shows closed scopes as one box, open ones around their content', () => {
    expect([...boxesOf([]).keys()].sort()).toEqual(['b1', 'b2', 'b3', 'x', 'y'])
    const boxes = boxesOf(['b3'])
    const outer = boxes.get('b3')!
    expect(outer.kind).toBe('open')
    for (const inner of ['b3/w', 'b3/mul', 'b3/relu']) {
      const box = boxes.get(inner)!
      expect(box.x).toBeGreaterThan(outer.x)
      expect(box.y).toBeGreaterThan(outer.y + 20)
      expect(box.x + box.width).toBeLessThan(outer.x + outer.width)
      expect(box.y + box.height).toBeLessThan(outer.y + outer.height)
    }
    // What comes later lies below.
    expect(boxes.get('y')!.y).toBeGreaterThan(outer.y + outer.height)
  })

  it('draws no boxes over each other', () => {
    const boxes = [...boxesOf(['b1', 'b3']).values()].filter(({ kind }) => kind !== 'open')
    for (const a of boxes)
      for (const b of boxes)
        if (a !== b)
          expect(
            a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
            `${a.path} ${b.path}`
          ).toBe(true)
  })

  it('leads lines through the border of an open scope', () => {
    const { lines } = layoutVisible(tree, { ...nothing, open: new Set(['b3']) })
    const into = lines.find(({ from, to }) => from === 'b2' && to === 'b3')!
    const on = lines.find(({ from, to }) => from === 'b3' && to === 'b3/mul')!
    expect(on.points[0].x).toBeCloseTo(into.points.at(-1)!.x)
    expect(on.points[0].y).toBeCloseTo(into.points.at(-1)!.y)
  })

  it('draws a part of very many, and those that are asked for', () => {
    const many = buildTree(Array.from({ length: 10_000 }, (_, i) => node(`n${i}`, i % 2 ? [`n${i - 1}`] : [])))
    const placed = layoutVisible(many, { ...nothing, wanted: new Set(['n9000']) })
    expect(placed.boxes.filter(({ kind }) => kind === 'operation')).toHaveLength(mostChildren + 1)
    expect(placed.boxes.find(({ kind }) => kind === 'rest')?.label).toBe(`${10_000 - mostChildren - 1} more, not drawn`)
  })

  it('draws lines with right angles', () => {
    expect(
      orthogonalPath([
        { x: 0, y: 0 },
        { x: 0, y: 10 }
      ])
    ).toBe('M0 0L0 10')
    expect(
      orthogonalPath([
        { x: 0, y: 0 },
        { x: 20, y: 20 }
      ])
    ).toBe('M0 0L0 5Q0 10 5 10L15 10Q20 10 20 15L20 20')
  })
})
