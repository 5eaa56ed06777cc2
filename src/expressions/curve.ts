/**
 * Curves that are computed from recorded ones: `"loss/val" - "loss/train"`. The grammar is that of the filter; a text in quotes is
 * a series here, and so is a word alone. docs/expressions.md is about them.
 */
import { arithmetic } from './arithmetic'
import { nearNames } from '../text/near-names'
import { curveFunctions, type Column } from './curve-functions'
import { ExpressionError, type Node } from './nodes'
import { parse } from './parse'
import type { SeriesSummary } from './subject'

/** Where an expression asks for a series. */
export interface AskedSeries {
  tag: string
  at: number
  length: number
}

/** The series of one run at the steps that all of them have. */
export interface CurvePoints {
  /** [n], ascending. */
  steps: Float64Array
  /** [n] of each tag. */
  values: ReadonlyMap<string, Float64Array>
  /** Of whole series, by tag. */
  whole: ReadonlyMap<string, SeriesSummary>
}

export interface Curve {
  /** Recorded at every step of the curve. */
  tags: readonly AskedSeries[]
  /** Asked for one number of all their points; at which steps they were recorded does not matter. */
  whole: readonly AskedSeries[]
  /** [n]; NaN and infinite where the arithmetic says so. */
  evaluate(points: CurvePoints): Float64Array
}

/** The step of each point, as a series. */
const stepName = 'step'

type Evaluate = (points: CurvePoints) => Column

/**
 * A curve by its expression.
 * @throws ExpressionError where it cannot be read, or is no number for each point
 */
export function compileCurve(text: string): Curve {
  const tags = new Map<string, AskedSeries>()
  const whole = new Map<string, AskedSeries>()
  const root = parse(text)
  const evaluate = compileNode(root, { tags, whole })
  if (tags.size === 0) {
    const words = 'A curve takes at least one recorded series, such as "loss/val".'
    throw new ExpressionError(words, root.at, root.end - root.at)
  }
  return {
    tags: [...tags.values()],
    whole: [...whole.values()],
    evaluate: (points) => asPoints(evaluate(points), points.steps.length)
  }
}

interface Asked {
  tags: Map<string, AskedSeries>
  whole: Map<string, AskedSeries>
}

function compileNode(node: Node, asked: Asked): Evaluate {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      if (typeof value === 'number') return () => value
      if (typeof value === 'string') return seriesOf(value, node, asked)
      throw noNumber(node)
    }
    case 'name':
      if (node.name === stepName) return ({ steps }) => steps
      if (curveFunctions.has(node.name)) throw errorAt(node, `${node.name} needs brackets: ${node.name}("...").`)
      return seriesOf(node.name, node, asked)
    case 'call':
      return callOf(node, asked)
    case 'negative': {
      const of = compileNode(node.of, asked)
      return (points) => each(of(points), (value) => -value)
    }
    case 'arithmetic': {
      const [left, right] = [compileNode(node.left, asked), compileNode(node.right, asked)]
      const apply = arithmetic[node.op]
      return (points) => both(left(points), right(points), apply)
    }
    case 'list':
    case 'not':
    case 'and':
    case 'or':
    case 'comparison':
      throw noNumber(node)
  }
}

function noNumber(node: Node): ExpressionError {
  return errorAt(node, 'This is no number: a curve is made of series, numbers, +, -, *, /, %, ^ and functions.')
}

function seriesOf(tag: string, node: Node, { tags }: Asked): Evaluate {
  if (tag === '') throw errorAt(node, 'Here stands the tag of a recorded series, such as "loss/val".')
  ask(tags, tag, node)
  return ({ values }) => values.get(tag)!
}

function ask(all: Map<string, AskedSeries>, tag: string, { at, end }: Node): void {
  if (!all.has(tag)) all.set(tag, { tag, at, length: end - at })
}

function callOf(node: Extract<Node, { kind: 'call' }>, asked: Asked): Evaluate {
  const { name, args } = node
  const called = curveFunctions.get(name)
  if (!called) {
    const [near] = nearNames(name, [...curveFunctions.keys()])
    const known = near ? `Did you mean "${near}"?` : `There are ${[...curveFunctions.keys()].join(', ')}.`
    throw new ExpressionError(`A curve has no function "${name}". ${known}`, node.at, name.length)
  }
  const wanted = called.takes === 'points and weight' ? 2 : 1
  if (args.length !== wanted) {
    const what = wanted === 2 ? 'two arguments: a series, and a weight from 0 to below 1' : 'one argument'
    throw errorAt(node, `${name} takes ${what}.`)
  }
  if (called.takes === 'tag') {
    const [given] = args
    const tag = given.kind === 'literal' ? given.value : given.kind === 'name' ? given.name : null
    if (typeof tag !== 'string' || tag === '')
      throw errorAt(given, `${name} takes the tag of a series in quotes, such as "loss/val".`)
    ask(asked.whole, tag, given)
    return ({ whole }) => called.of(whole.get(tag)!)
  }
  const of = compileNode(args[0], asked)
  if (called.takes === 'number') return (points) => each(of(points), called.of)
  const spread = (points: CurvePoints): Float64Array => asPoints(of(points), points.steps.length)
  if (called.takes === 'points') return (points) => called.of(spread(points))
  const [, given] = args
  const weight = given.kind === 'literal' ? given.value : null
  if (typeof weight !== 'number' || !(weight < 1))
    throw errorAt(given, `The weight of ${name} is a number from 0 to below 1, such as 0.9.`)
  return (points) => called.of(spread(points), weight)
}

function errorAt({ at, end }: Node, text: string): ExpressionError {
  return new ExpressionError(text, at, end - at)
}

function each(column: Column, apply: (value: number) => number): Column {
  return typeof column === 'number' ? apply(column) : column.map(apply)
}

function both(a: Column, b: Column, apply: (a: number, b: number) => number): Column {
  if (typeof a === 'number') return typeof b === 'number' ? apply(a, b) : b.map((value) => apply(a, value))
  return typeof b === 'number' ? a.map((value) => apply(value, b)) : a.map((value, i) => apply(value, b[i]))
}

function asPoints(column: Column, length: number): Float64Array {
  return typeof column === 'number' ? new Float64Array(length).fill(column) : column
}
