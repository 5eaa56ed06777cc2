/** Expressions over runs: `lr > 1e-3 and last("accuracy/val") > 0.98`, or plain words. docs/expressions.md is about them. */
import { arithmetic } from './arithmetic'
import { nearNames, suggestion } from '../text/near-names'
import { compilePattern, PatternError } from '../text/pattern'
import { isPlain, wordTest } from '../text/plain-words'
import { functions, type ExpressionFunction } from './functions'
import { ExpressionError, type Comparison, type Node } from './nodes'
import { parse } from './parse'
import { compilePath } from './path-pattern'
import type { Subject, Value, Vocabulary } from './subject'

/** The field that `~` compares with a path of states. */
const pathName = 'path'

type Evaluate = (subject: Subject) => Value

/**
 * A test of subjects.
 * @throws ExpressionError where it cannot be read, or asks for what no run has
 */
export function compile(text: string, vocabulary: Vocabulary): (subject: Subject) => boolean {
  if (isPlain(text)) {
    const matches = wordTest(text)
    return (subject) => matches(subject.text())
  }
  const evaluate = compileNode(parse(text), vocabulary)
  return (subject) => isTrue(evaluate(subject))
}

/**
 * What an expression says of a subject; a word alone is a name here.
 * @throws ExpressionError as for a test
 */
export function compileValue(text: string, vocabulary: Vocabulary): (subject: Subject) => Value {
  return compileNode(parse(text), vocabulary)
}

/** A number counts when it is neither 0 nor NaN, a text when it is not empty. */
function isTrue(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

function compileNode(node: Node, vocabulary: Vocabulary): Evaluate {
  const inner = (one: Node): Evaluate => compileNode(one, vocabulary)
  switch (node.kind) {
    case 'literal':
      return () => node.value
    case 'list': {
      const items = node.items.map(inner)
      return (subject) => items.flatMap((item) => item(subject) ?? [])
    }
    case 'name':
      return nameOf(node.name, node, vocabulary)
    case 'call':
      return callOf(node, vocabulary)
    case 'not': {
      const of = inner(node.of)
      return (subject) => !isTrue(of(subject))
    }
    case 'and':
    case 'or': {
      const [left, right] = [inner(node.left), inner(node.right)]
      return node.kind === 'and'
        ? (subject) => isTrue(left(subject)) && isTrue(right(subject))
        : (subject) => isTrue(left(subject)) || isTrue(right(subject))
    }
    case 'negative': {
      const of = inner(node.of)
      return (subject) => {
        const value = numberOf(of(subject))
        return value === null ? null : -value
      }
    }
    case 'arithmetic': {
      const [left, right] = [inner(node.left), inner(node.right)]
      const apply = arithmetic[node.op]
      return (subject) => {
        const [a, b] = [numberOf(left(subject)), numberOf(right(subject))]
        return a === null || b === null ? null : apply(a, b)
      }
    }
    case 'comparison':
      return chainOf(node, vocabulary)
  }
}

/** A number, or a text that is one. */
function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isNaN(number) && value !== 'NaN' ? null : number
}

function nameOf(name: string, at: Node, { names }: Vocabulary): Evaluate {
  if (name === pathName) return (subject) => subject.path()?.visits ?? null
  if (!names.has(name)) {
    const text = functions.has(name)
      ? `${name} needs brackets: ${name}("...").`
      : `No run has "${name}".${near(name, [...names.keys(), pathName])}`
    throw new ExpressionError(text, at.at, at.end - at.at)
  }
  return (subject) => subject.field(name)
}

function callOf(node: Extract<Node, { kind: 'call' }>, vocabulary: Vocabulary): Evaluate {
  const called = functions.get(node.name)
  if (!called) {
    const text = `There is no function "${node.name}".${near(node.name, [...functions.keys()])}`
    throw new ExpressionError(text, node.at, node.name.length)
  }
  const [argument] = node.args
  if (node.args.length !== 1) {
    throw new ExpressionError(`${node.name} takes one argument: ${takes[called.takes]}.`, node.at, node.end - node.at)
  }
  if (called.takes === 'number') {
    const value = compileNode(argument, vocabulary)
    return (subject) => {
      const number = numberOf(value(subject))
      return number === null ? null : called.of(subject, number)
    }
  }
  const given = constantOf(argument, called)
  if (called.takes === 'tag' && !vocabulary.tags.has(String(given))) {
    const text = `No run has recorded "${given}".${near(String(given), [...vocabulary.tags])}`
    throw new ExpressionError(text, argument.at, argument.end - argument.at)
  }
  return (subject) => called.of(subject, given)
}

const takes: Record<ExpressionFunction['takes'], string> = {
  tag: 'a tag in quotes, such as "loss/val"',
  state: 'the number of a state',
  name: 'a name in quotes',
  number: 'a number'
}

/** What a function takes must stand there: it says which series are read. */
function constantOf(node: Node, called: ExpressionFunction): string | number {
  const wanted = called.takes === 'state' ? 'number' : 'string'
  if (node.kind === 'literal' && typeof node.value === wanted) return node.value as string | number
  throw new ExpressionError(`Here stands ${takes[called.takes]}.`, node.at, node.end - node.at)
}

function chainOf({ operands, ops }: Extract<Node, { kind: 'comparison' }>, vocabulary: Vocabulary): Evaluate {
  const values = operands.map((operand) => compileNode(operand, vocabulary))
  const tests = ops.map((op, i) => testOf(op, operands[i], operands[i + 1]))
  return (subject) => {
    let left = values[0](subject)
    for (const [i, test] of tests.entries()) {
      const right = values[i + 1](subject)
      // What a run does not have satisfies no comparison, != among them.
      if (left === null || right === null || !test(left, right)) return false
      left = right
    }
    return true
  }
}

type Test = (left: NonNullable<Value>, right: NonNullable<Value>) => boolean

function testOf(op: Comparison, left: Node, right: Node): Test {
  switch (op) {
    case '==':
      return equal
    case '!=':
      return (a, b) => !equal(a, b)
    case '<':
      return (a, b) => (order(a, b) ?? NaN) < 0
    case '<=':
      return (a, b) => (order(a, b) ?? NaN) <= 0
    case '>':
      return (a, b) => (order(a, b) ?? NaN) > 0
    case '>=':
      return (a, b) => (order(a, b) ?? NaN) >= 0
    case 'in':
      return contains
    case 'not in':
      return (a, b) => !contains(a, b)
    case '~':
      return matchOf(left, right)
    case '!~': {
      const matches = matchOf(left, right)
      return (a, b) => !matches(a, b)
    }
  }
}

function matchOf(left: Node, right: Node): Test {
  if (right.kind !== 'literal' || typeof right.value !== 'string') {
    const text = 'What a text is matched with stands in quotes, such as name ~ "^lr".'
    throw new ExpressionError(text, right.at, right.end - right.at)
  }
  if (left.kind === 'name' && left.name === pathName) {
    const matches = compilePath(right.value, right.at + 1)
    return (path) => matches(path as readonly number[])
  }
  try {
    const matcher = compilePattern(right.value, { ignoreCase: true })
    return (value) => (Array.isArray(value) ? value : [value]).some((one) => matcher.test(String(one)))
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    const column = error.column ?? 1
    throw new ExpressionError(error.message.replace(/^Column \d+: /, ''), right.at + column, 1)
  }
}

/** Texts that are numbers equal these numbers; lists are equal item by item. */
function equal(a: NonNullable<Value>, b: NonNullable<Value>): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => equal(one, b[i] as never))
  if (typeof a === typeof b) return a === b
  const [x, y] = [numberOf(a), numberOf(b)]
  return x !== null && x === y
}

/** Negative, 0 or positive; null where they have no order: a text beside a number, or NaN. */
function order(a: NonNullable<Value>, b: NonNullable<Value>): number | null {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x === null || y === null) return null
  // No difference: that of two infinities is no number.
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : null
}

/** A value in a list, or a text in a text. */
function contains(a: NonNullable<Value>, b: NonNullable<Value>): boolean {
  if (Array.isArray(b)) return b.some((one) => equal(a, one as never))
  return typeof a === 'string' && typeof b === 'string' && b.toLowerCase().includes(a.toLowerCase())
}

/** " Did you mean ...?", or some of what there is; nothing where that would be too much to read. */
function near(name: string, known: readonly string[]): string {
  const few = known.length <= 30 ? known : nearNames(name, known)
  return few.length > 0 ? suggestion(name, few) : ''
}
