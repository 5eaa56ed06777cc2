/** Expressions against a naive evaluator, and in words where they cannot be read. */
import { describe, expect, it } from 'vitest'
import { compile } from './compile'
import { complete } from './complete'
import { ExpressionError } from './nodes'
import type { Subject, Value, Vocabulary } from './subject'

type Row = Record<string, Value>

const vocabulary: Vocabulary = {
  names: new Map(['lr', 'width', 'experiment', 'done', 'tags', 'model.depth'].map((name) => [name, 'hyperparameter'])),
  tags: new Set(['loss/val', 'accuracy/val', 'weights/l2']),
  values: new Map([['experiment', ['mnist', "modular 'addition'"]]])
}

function subjectOf(row: Row, visits: number[] | null = null, series: Record<string, number[]> = {}): Subject {
  return {
    field: (name) => row[name] ?? null,
    series: (tag) => {
      const values = series[tag]
      if (!values) return null
      const sum = values.reduce((a, b) => a + b, 0)
      return {
        count: values.length,
        first: values[0],
        last: values[values.length - 1],
        mean: sum / values.length,
        min: Math.min(...values),
        max: Math.max(...values)
      }
    },
    path: () => visits && { visits, steps: visits.map((_, i) => 10 * i).concat(10 * visits.length) },
    text: () => Object.values(row).join(' ')
  }
}

const holds = (text: string, row: Row = {}, visits?: number[], series?: Record<string, number[]>): boolean =>
  compile(text, vocabulary)(subjectOf(row, visits, series))

/** A generator of its own, so that nothing here rests on what is tested. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

type Naive = (row: Row) => Value

/** A random expression as text and as a function that was put together beside it. */
function drawn(random: () => number, depth: number): { text: string; naive: Naive } {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]
  const truth = (value: Value): boolean => (Array.isArray(value) ? value.length > 0 : !!value)
  const number = (n: number): Value => n
  const numeric = (level: number): { text: string; naive: Naive } => {
    if (level === 0 || random() < 0.3) {
      const name = pick(['lr', 'width', 'model.depth'])
      if (random() < 0.5) return { text: name, naive: (row) => row[name] ?? null }
      const value = pick([0, 1, 2.5, 1e-3, 3])
      return { text: pick([String(value), value.toExponential()]), naive: () => value }
    }
    const [a, b] = [numeric(level - 1), numeric(level - 1)]
    const op = pick(['+', '-', '*', '/'] as const)
    const both = (row: Row, join: (x: number, y: number) => number): Value => {
      const [x, y] = [a.naive(row), b.naive(row)]
      return x === null || y === null ? null : number(join(x as number, y as number))
    }
    const join = { '+': (x: number, y: number) => x + y, '-': (x: number, y: number) => x - y, '*': (x: number, y: number) => x * y, '/': (x: number, y: number) => x / y }[op] // prettier-ignore
    return { text: `(${a.text}${pick([' ', ''])}${op} ${b.text})`, naive: (row) => both(row, join) }
  }
  if (depth === 0) {
    const [a, b] = [numeric(2), numeric(2)]
    const op = pick(['<', '<=', '>', '>=', '==', '!='] as const)
    const test = (x: number, y: number): boolean =>
      ({ '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y, '==': x === y, '!=': x !== y })[op]
    return {
      text: `${a.text} ${op} ${b.text}`,
      naive: (row) => {
        const [x, y] = [a.naive(row), b.naive(row)]
        return x !== null && y !== null && test(x as number, y as number)
      }
    }
  }
  const [a, b] = [drawn(random, depth - 1), drawn(random, depth - 1)]
  switch (pick(['and', 'or', 'not'])) {
    case 'and':
      return { text: `(${a.text}) and (${b.text})`, naive: (row) => truth(a.naive(row)) && truth(b.naive(row)) }
    case 'or':
      return { text: `(${a.text}) OR (${b.text})`, naive: (row) => truth(a.naive(row)) || truth(b.naive(row)) }
    default:
      return { text: `not (${a.text})`, naive: (row) => !truth(a.naive(row)) }
  }
}

describe('an expression', () => {
  it('says what a naive evaluator says, for 2,000 of them', () => {
    const random = randomOf(11)
    let [yes, asked] = [0, 0]
    for (let round = 0; round < 2000; round++) {
      const { text, naive } = drawn(random, round % 4)
      const test = compile(text, vocabulary)
      for (let i = 0; i < 4; i++) {
        const row: Row = { lr: [1e-3, 1, 3][Math.floor(random() * 3)], width: Math.floor(random() * 4) }
        if (random() < 0.5) row['model.depth'] = Math.floor(random() * 3)
        expect([text, test(subjectOf(row))]).toEqual([text, Boolean(naive(row))])
        if (naive(row)) yes++
        asked++
      }
    }
    // A test of sentences that are all false would show nothing.
    expect(yes / asked).toBeGreaterThan(0.2)
    expect(yes / asked).toBeLessThan(0.8)
  })

  it.each([
    ['1 + 2 * 3 == 7', true],
    ['2 ^ 3 ^ 2 == 512', true],
    ['-2 ^ 2 == -4', true],
    ['7 % 4 - 1 == 2 and 8 / 4 / 2 == 1', true],
    ['1 < 2 < 3', true],
    ['1 < 3 < 2', false],
    ['not 1 == 2 and true', true],
    ['true or false and false', true],
    ['.5e1 == 5', true],
    ['"a\\"b" == \'a"b\'', true],
    ['1 in [1, 2]', true],
    ['3 not in [1, 2]', true],
    ['"1" == 1', true],
    ['abs(-3) == 3 and log10(1000) > 2.99 and sqrt(4) == 2', true]
  ])('%s is %s', (text, wanted) => {
    expect(holds(text)).toBe(wanted)
  })

  it('asks for fields, metrics and states', () => {
    const row = { lr: 0.01, experiment: 'mnist', done: true, tags: ['best', 'paper'] }
    expect(holds('lr > 1e-3 and experiment == "mnist" and last("accuracy/val") > 0.98 and path ~ "4 5* 3"', row, [1, 4, 5, 3], { 'accuracy/val': [0.2, 0.99] })).toBe(true) // prettier-ignore
    expect(holds('"paper" in tags and tags ~ "^be" and done', row)).toBe(true)
    expect(holds('min("loss/val") == 1 and max("loss/val") == 3 and mean("loss/val") == 2 and count("loss/val") == 3 and first("loss/val") == 3', row, [], { 'loss/val': [3, 1, 2] })).toBe(true) // prettier-ignore
    expect(holds('entered(5) == 20 and dwell(4) == 20 and visits(4) == 2', row, [1, 4, 5, 4])).toBe(true)
    expect(holds('experiment ~ "MN.S"', row)).toBe(true)
  })

  it.each([
    ['4 5* 3', [4, 3], true],
    ['4 5* 3', [1, 4, 5, 5, 3, 1], true],
    ['4 5* 3', [4, 1, 3], false],
    ['^1 . 3$', [1, 2, 3], true],
    ['^1 . 3$', [1, 2, 2, 3], false],
    ['(1|12) 2', [12, 2], true],
    // 1 is no part of 12.
    ['1 2', [12], false]
  ])('finds the path %s in %j: %s', (pattern, visits, wanted) => {
    expect(holds(`path ~ "${pattern}"`, {}, visits)).toBe(wanted)
  })

  it('is not satisfied by what a run does not have', () => {
    for (const text of [
      'lr > 0',
      'lr != 1',
      'lr == lr',
      'last("loss/val") < 9',
      'path ~ "."',
      'entered(3) > 0',
      '-lr < 9'
    ])
      expect([text, holds(text)]).toEqual([text, false])
    expect(holds('not lr > 0')).toBe(true)
    expect([holds('has("lr")'), holds('has("lr")', { lr: 0 })]).toEqual([false, true])
  })

  it('of plain words finds each of them anywhere', () => {
    const row = { experiment: 'mnist', note: 'wide, seed 3' }
    expect([holds('MNI wide', row), holds('mnist narrow', row), holds('', row)]).toEqual([true, false, true])
  })
})

describe('what cannot be read', () => {
  it.each([
    ['lr = 1', 3, '"=" is written == here.'],
    ['lr > 1 && width > 2', 7, '"&&" is written and here.'],
    ['lr >', 3, 'It ends too early: a value is missing.'],
    ['(lr > 1', 0, 'This "(" is not closed.'],
    ['lr > 1)', 6, 'This ")" closes nothing, or a value is missing before it.'],
    ['experiment == "mni', 14, 'This quotation mark is not closed.'],
    ['learningrat > 1', 0, 'No run has "learningrat".'],
    ['widht > 1', 0, 'No run has "widht". Did you mean "width"?'],
    ['last(3) > 1', 5, 'Here stands a tag in quotes, such as "loss/val".'],
    ['last("loss/vall") > 1', 5, 'No run has recorded "loss/vall". Did you mean "loss/val"?'],
    ['lst("loss/val") > 1', 0, 'There is no function "lst". Did you mean "last"'],
    ['last("loss/val", 1) > 1', 0, 'last takes one argument'],
    ['last > 1', 0, 'last needs brackets: last("...").'],
    ['path ~ "4 x"', 10, '"x" has no place in a path'],
    ['experiment ~ "a(b"', 14, 'A "(" is not closed.'],
    ['experiment ~ lr', 13, 'What a text is matched with stands in quotes'],
    ['lr > 1 width', 7, '"width" does not belong here: an operator such as == or and is missing before it.'],
    ['lr > 1.2.3', 8, '".3"']
  ])('%s', (text, at, message) => {
    try {
      compile(text, vocabulary)
      expect.fail('It was read.')
    } catch (error) {
      expect(error).toBeInstanceOf(ExpressionError)
      expect((error as ExpressionError).message).toContain(message)
      expect((error as ExpressionError).at).toBe(at)
    }
  })

  it('is refused before it costs anything: too long, too deep, patterns without end', () => {
    expect(() => compile(`lr > ${'1'.repeat(3000)}`, vocabulary)).toThrow('at most 2000')
    expect(() => compile(`${'('.repeat(100)}lr${')'.repeat(100)} > 1`, vocabulary)).toThrow('more than 60 deep')
    const test = compile('experiment ~ "(a+)+$"', vocabulary)
    expect(test(subjectOf({ experiment: `${'a'.repeat(5000)}!` }))).toBe(false)
    expect(() => compile('not '.repeat(499) + 'true', vocabulary)).not.toThrow()
  })

  it('never fails in another way, whatever is typed', () => {
    const random = randomOf(5)
    const pieces = [
      'lr',
      '>',
      '(',
      ')',
      '"',
      "'",
      'and',
      'not',
      ' ',
      '1',
      'last(',
      '[',
      ']',
      ',',
      '~',
      '\\',
      '.',
      'é',
      '='
    ]
    for (let i = 0; i < 3000; i++) {
      const text = Array.from(
        { length: Math.floor(random() * 12) },
        () => pieces[Math.floor(random() * pieces.length)]
      ).join('')
      try {
        compile(text, vocabulary)
      } catch (error) {
        expect([text, error instanceof ExpressionError]).toEqual([text, true])
        expect((error as ExpressionError).at).toBeLessThanOrEqual(text.length)
      }
    }
  })
})

describe('completion', () => {
  const offered = (text: string): string[] => complete(text, text.length, vocabulary).options.map((one) => one.text)

  it('offers names and functions, operators, joining words, tags and values', () => {
    expect(offered('wi')).toEqual(['width'])
    expect(offered('la')).toContain('last("')
    expect(offered('lr ')).toContain('== ')
    expect(offered('lr > 1 ')).toEqual(['and ', 'or '])
    expect(offered('lr > 1 and model')).toEqual(['model.depth'])
    expect(offered('last("l')).toEqual(['loss/val"', 'accuracy/val"', 'weights/l2"'])
    expect(offered('experiment == "m')).toEqual(['mnist"', `modular \\'addition\\'"`])
    expect(complete('lr > 1 and wi', 13, vocabulary).from).toBe(11)
    for (const ended of ['lr < 4', 'lr < 4.5e-3', 'seed in [1]', 'name == "a"']) expect(offered(ended)).toEqual([])
  })

  it('makes texts that can be read', () => {
    for (const option of complete('experiment == "', 15, vocabulary).options)
      expect(() => compile(`experiment == "${option.text}`, vocabulary)).not.toThrow()
  })
})
