/** Text to nodes. docs/expressions.md describes the grammar. */
import { grammar, type Node as OhmNode, type NonterminalNode } from 'ohm-js'
import { ExpressionError, type Arithmetic, type Comparison, type Node } from './nodes'

const longestExpression = 2000
/** Parentheses, lists and calls inside each other; the parser works by recursion. */
const deepest = 60

const syntax = grammar(String.raw`
  Expression {
    Or = Or or And -- both
       | And
    And = And and Not -- both
        | Not
    Not = not Not -- negated
        | Comparison
    Comparison = Sum (comparator Sum)+ -- chain
               | Sum
    Sum = Sum sign Product -- both
        | Product
    Product = Product times Negative -- both
            | Negative
    Negative = "-" Negative -- negative
             | Power
    Power = Primary "^" Negative -- power
          | Primary
    Primary = "(" Or ")" -- paren
            | "[" ListOf<Or, ","> "]" -- list
            | name "(" ListOf<Or, ","> ")" -- call
            | number | text | truth | name

    comparator (a comparison) = "==" | "!=" | "<=" | "<" | ">=" | ">" | "!~" | "~" | in | notIn
    sign = "+" | "-"
    times = "*" | "/" | "%"
    notIn = not space+ in
    and = caseInsensitive<"and"> ~part
    or = caseInsensitive<"or"> ~part
    not = caseInsensitive<"not"> ~part
    in = caseInsensitive<"in"> ~part
    truth = ("true" | "false") ~part
    keyword = and | or | not | in | truth
    name (a name) = ~keyword (letter | "_") part*
    part = alnum | "_" | "."
    number (a number) = mantissa exponent? ~letter
    mantissa = digit+ "." digit* -- whole
             | "." digit+ -- part
             | digit+ -- digits
    exponent = ("e" | "E") ("+" | "-")? digit+
    text (a text in quotes) = "\"" (escape | ~"\"" any)* "\"" -- double
                            | "'" (escape | ~"'" any)* "'" -- single
    escape = "\\" any
  }
`)

const semantics = syntax.createSemantics().addOperation<Node>('node', {
  Or_both: (left, _, right) => both('or', left, right),
  And_both: (left, _, right) => both('and', left, right),
  Not_negated: (word, of) => ({ kind: 'not', of: nodeOf(of), at: word.source.startIdx, end: of.source.endIdx }),
  Comparison_chain: (first, ops, others) => ({
    kind: 'comparison',
    operands: [nodeOf(first), ...others.children.map(nodeOf)],
    ops: ops.children.map(({ sourceString }) => comparatorOf(sourceString)),
    ...rangeOf(first, others.children[others.children.length - 1])
  }),
  Sum_both: (left, op, right) => arithmetic(op.sourceString, left, right),
  Product_both: (left, op, right) => arithmetic(op.sourceString, left, right),
  Negative_negative: (sign, of) => ({ kind: 'negative', of: nodeOf(of), ...rangeOf(sign, of) }),
  Power_power: (left, op, right) => arithmetic(op.sourceString, left, right),
  Primary_paren: (open, inner, close) => ({ ...nodeOf(inner), ...rangeOf(open, close) }),
  Primary_list: (open, items, close) => ({ kind: 'list', items: itemsOf(items), ...rangeOf(open, close) }),
  Primary_call: (name, _open, args, close) => ({
    kind: 'call',
    name: name.sourceString,
    args: itemsOf(args),
    ...rangeOf(name, close)
  }),
  number(_mantissa, _exponent) {
    return { kind: 'literal', value: Number(this.sourceString), ...rangeOf(this, this) }
  },
  text(_quoted) {
    return { kind: 'literal', value: textOf(this.sourceString), ...rangeOf(this, this) }
  },
  truth(_word) {
    return { kind: 'literal', value: this.sourceString === 'true', ...rangeOf(this, this) }
  },
  name(_first, _rest) {
    return { kind: 'name', name: this.sourceString, ...rangeOf(this, this) }
  }
})

function nodeOf(node: OhmNode): Node {
  return (node as unknown as { node(): Node }).node()
}

function rangeOf(first: OhmNode, last: OhmNode): { at: number; end: number } {
  return { at: first.source.startIdx, end: last.source.endIdx }
}

function both(kind: 'and' | 'or', left: OhmNode, right: OhmNode): Node {
  return { kind, left: nodeOf(left), right: nodeOf(right), ...rangeOf(left, right) }
}

function arithmetic(op: string, left: OhmNode, right: OhmNode): Node {
  return {
    kind: 'arithmetic',
    op: op as Arithmetic,
    left: nodeOf(left),
    right: nodeOf(right),
    ...rangeOf(left, right)
  }
}

function itemsOf(list: OhmNode): Node[] {
  return (list as NonterminalNode).asIteration().children.map(nodeOf)
}

function comparatorOf(text: string): Comparison {
  const word = text.toLowerCase().replace(/\s+/g, ' ')
  return word as Comparison
}

/** A backslash stands for itself but before a quote or another one, so that regular expressions need no second one. */
export function textOf(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(["'\\])/g, '$1')
}

/** @throws ExpressionError */
export function parse(text: string): Node {
  if (text.length > longestExpression) {
    throw new ExpressionError(`It is ${text.length} characters long; at most ${longestExpression} are read.`, longestExpression) // prettier-ignore
  }
  checkDepth(text)
  const match = syntax.match(text)
  if (match.failed()) throw errorOf(match as unknown as Failed, text)
  return nodeOf(semantics(match) as unknown as OhmNode)
}

function checkDepth(text: string): void {
  let depth = 0
  for (const { index, sign } of scanned(text).signs) {
    if ('(['.includes(sign)) depth++
    else if (')]'.includes(sign)) depth--
    if (depth > deepest) throw new ExpressionError(`Brackets stand more than ${deepest} deep here.`, index)
  }
}

/** The signs of a text that stand in no quotes, and where a quotation mark stands that is not closed. */
function scanned(text: string): { signs: { index: number; sign: string }[]; openQuote: number | null } {
  const signs: { index: number; sign: string }[] = []
  let openQuote: number | null = null
  for (let index = 0; index < text.length; index++) {
    const sign = text[index]
    if (openQuote !== null) {
      if (sign === '\\') index++
      else if (sign === text[openQuote]) openQuote = null
    } else if (sign === '"' || sign === "'") openQuote = index
    else signs.push({ index, sign })
  }
  return { signs, openQuote }
}

interface Failed {
  getRightmostFailurePosition(): number
}

/** What a reader would call the first thing that does not fit. */
function errorOf(match: Failed, text: string): ExpressionError {
  const at = match.getRightmostFailurePosition()
  const { openQuote } = scanned(text)
  if (openQuote !== null)
    return new ExpressionError('This quotation mark is not closed.', openQuote, text.length - openQuote)
  const open = unclosedBracket(text)
  const next = /^\s*(==|!=|<=|>=|&&|\|\||!~|[\w.]+|\S)/.exec(text.slice(at))
  if (!next) {
    if (open !== null) return new ExpressionError(`This "${text[open]}" is not closed.`, open)
    return new ExpressionError('It ends too early: a value is missing.', Math.max(0, text.trimEnd().length - 1))
  }
  const found = next[1]
  const place = at + next[0].length - found.length
  return new ExpressionError(hintFor(found), place, found.length)
}

function hintFor(found: string): string {
  const instead: Record<string, string> = { '=': '==', '&&': 'and', '||': 'or', '!': 'not', '&': 'and', '|': 'or' }
  if (found in instead) return `"${found}" is written ${instead[found]} here.`
  if (found === ')' || found === ']') return `This "${found}" closes nothing, or a value is missing before it.`
  if (/^[\d.]/.test(found)) return `"${found}" is no number, or an operator is missing before it.`
  if (/^\w/.test(found)) return `"${found}" does not belong here: an operator such as == or and is missing before it.`
  return `"${found}" does not belong here.`
}

function unclosedBracket(text: string): number | null {
  const open: number[] = []
  for (const { index, sign } of scanned(text).signs) {
    if ('(['.includes(sign)) open.push(index)
    else if (')]'.includes(sign)) open.pop()
  }
  return open.at(-1) ?? null
}
