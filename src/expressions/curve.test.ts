/** Curves by expression against a naive evaluator, point by point, and in words where they cannot be read. */
import { describe, expect, it } from 'vitest'
import { completeCurve } from './complete'
import { compileCurve, type CurvePoints } from './curve'
import { ExpressionError } from './nodes'

/** A generator of its own, so that nothing here rests on what is tested. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

const tags = ['loss/val', 'a "b"', 'lr']
type Row = Record<string, number[]> & { step: number[] }
/** The value at point i of a run. */
type Naive = (row: Row, i: number) => number

const quoted = (tag: string): string => (tag === 'lr' ? 'lr' : `"${tag.replaceAll('"', '\\"')}"`)

function drawn(random: () => number, depth: number): { text: string; naive: Naive } {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]
  if (depth === 0) {
    const what = random()
    if (what < 0.6) {
      const tag = pick(tags)
      return { text: quoted(tag), naive: (row, i) => row[tag][i] }
    }
    if (what < 0.7) return { text: 'step', naive: (row, i) => row.step[i] }
    const value = pick([0, 1, 2.5, 1e-3])
    return { text: String(value), naive: () => value }
  }
  const a = drawn(random, depth - 1)
  switch (pick(['both', 'both', 'negative', 'number', 'diff', 'cumsum', 'cummax', 'smooth'])) {
    case 'negative':
      return { text: `-(${a.text})`, naive: (row, i) => -a.naive(row, i) }
    case 'number': {
      const [name, of] = pick([
        ['abs', Math.abs],
        ['sqrt', Math.sqrt],
        ['log10', Math.log10],
        ['log', Math.log],
        ['exp', Math.exp]
      ] as const)
      return { text: `${name}(${a.text})`, naive: (row, i) => of(a.naive(row, i)) }
    }
    case 'diff':
      return { text: `diff(${a.text})`, naive: (row, i) => (i === 0 ? NaN : a.naive(row, i) - a.naive(row, i - 1)) }
    case 'cumsum':
      return {
        text: `cumsum(${a.text})`,
        naive(row, i) {
          if (!Number.isFinite(a.naive(row, i))) return a.naive(row, i)
          let sum = 0
          for (let k = 0; k <= i; k++) if (Number.isFinite(a.naive(row, k))) sum += a.naive(row, k)
          return sum
        }
      }
    case 'cummax':
      return {
        text: `cummax(${a.text})`,
        naive(row, i) {
          const own = a.naive(row, i)
          const before = Array.from({ length: i + 1 }, (_, k) => a.naive(row, k)).filter(Number.isFinite)
          return Number.isFinite(own) ? Math.max(...before) : own
        }
      }
    case 'smooth':
      return {
        text: `smooth(${a.text}, 0.5)`,
        naive(row, i) {
          const all = row.step.map((_, k) => a.naive(row, k))
          if (all.every((value) => value === all[0]) || !Number.isFinite(all[i])) return all[i]
          // The weights of a debiased average, written out.
          const finite = all.slice(0, i + 1).filter(Number.isFinite)
          const weights = finite.map((_, k) => 0.5 ** (finite.length - 1 - k))
          const sum = finite.reduce((so, value, k) => so + weights[k] * value, 0)
          return sum / weights.reduce((so, weight) => so + weight, 0)
        }
      }
    default: {
      const b = drawn(random, depth - 1)
      const op = pick(['+', '-', '*', '/', '%', '^'] as const)
      const join = (x: number, y: number): number =>
        ({ '+': x + y, '-': x - y, '*': x * y, '/': x / y, '%': x % y, '^': x ** y })[op]
      return { text: `(${a.text}) ${op} (${b.text})`, naive: (row, i) => join(a.naive(row, i), b.naive(row, i)) }
    }
  }
}

function pointsOf(row: Row): CurvePoints {
  const values = new Map(tags.map((tag) => [tag, Float64Array.from(row[tag])]))
  return { steps: Float64Array.from(row.step), values, whole: new Map() }
}

const problemOf = (text: string): ExpressionError => {
  try {
    compileCurve(text)
  } catch (error) {
    return error as ExpressionError
  }
  throw new Error(`nothing is wrong with ${text}`)
}

describe('a curve by expression', () => {
  it('is at each point what a naive evaluator says, for 1,500 of them', () => {
    const random = randomOf(5)
    let [compared, finite] = [0, 0]
    for (let round = 0; round < 1500; round++) {
      const { text, naive } = drawn(random, 1 + (round % 3))
      if (!tags.some((tag) => text.includes(quoted(tag)))) continue
      const n = Math.floor(random() * 7)
      const series = (): number[] => Array.from({ length: n }, () => (random() < 0.1 ? NaN : random() * 4 - 1))
      const row = Object.assign(Object.fromEntries(tags.map((tag) => [tag, series()])), {
        step: Array.from({ length: n }, (_, i) => 10 * i)
      }) as Row
      const values = compileCurve(text).evaluate(pointsOf(row))
      expect(values.length).toBe(n)
      for (let i = 0; i < n; i++) {
        const wanted = naive(row, i)
        compared++
        if (Number.isFinite(wanted)) {
          finite++
          // An average in another order differs in its last digits; a remainder by it may be any.
          if (text.includes('%') && text.includes('smooth')) continue
          const near = Math.abs(values[i] - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted))
          expect([text, i, near]).toEqual([text, i, true])
        } else expect([text, i, values[i]]).toEqual([text, i, wanted])
      }
    }
    // A test of gaps alone would show nothing.
    expect(finite).toBeGreaterThan(1500)
    expect(finite / compared).toBeGreaterThan(0.4)
  })

  it('takes one number of a whole series, whose steps do not matter', () => {
    const { tags: asked, whole, evaluate } = compileCurve('"loss/val" / first("loss/train") + mean(lr)')
    expect([asked.map(({ tag }) => tag), whole.map(({ tag }) => tag)]).toEqual([['loss/val'], ['loss/train', 'lr']])
    const summary = { count: 9, first: 2, last: 1, min: 1, max: 2, mean: 7 }
    const points = {
      steps: Float64Array.of(0, 5),
      values: new Map([['loss/val', Float64Array.of(4, 3)]]),
      whole: new Map([
        ['loss/train', summary],
        ['lr', summary]
      ])
    }
    expect([...evaluate(points)]).toEqual([9, 8.5])
  })

  it('says where its series stand, each once', () => {
    expect(compileCurve('lr + "loss/val" - "loss/val"').tags).toEqual([
      { tag: 'lr', at: 0, length: 2 },
      { tag: 'loss/val', at: 5, length: 10 }
    ])
  })

  it.each([
    ['1 + 2', 0, 'A curve takes at least one recorded series, such as "loss/val".'],
    ['last("a")', 0, 'A curve takes at least one recorded series'],
    ['"a" -', 4, 'It ends too early: a value is missing.'],
    ['"a" > 2', 0, 'This is no number: a curve is made of series'],
    ['"a" + true', 6, 'This is no number'],
    ['"a" + [1]', 6, 'This is no number'],
    ['"a" + ""', 6, 'Here stands the tag of a recorded series'],
    ['smoth("a", 0.5)', 0, 'A curve has no function "smoth". Did you mean "smooth"?'],
    ['dwell(3) + "a"', 0, 'A curve has no function "dwell". There are abs, sqrt,'],
    ['smooth("a")', 0, 'smooth takes two arguments: a series, and a weight from 0 to below 1.'],
    ['abs("a", 1)', 0, 'abs takes one argument.'],
    ['smooth("a", 1)', 12, 'The weight of smooth is a number from 0 to below 1, such as 0.9.'],
    ['smooth("a", "b")', 12, 'The weight of smooth is a number'],
    ['"a" / max("a" - 1)', 10, 'max takes the tag of a series in quotes'],
    ['"a" * log', 6, 'log needs brackets: log("...").'],
    ['"a" b', 4, '"b" does not belong here'],
    ['"a', 0, 'This quotation mark is not closed.']
  ])('%s is wrong at %i', (text, at, words) => {
    const problem = problemOf(text)
    expect(problem).toBeInstanceOf(ExpressionError)
    expect([problem.at, problem.message]).toEqual([at, expect.stringContaining(words)])
  })

  it('is completed with series, functions and signs', () => {
    const offered = (text: string): string[] =>
      completeCurve(text, text.length, ['loss/train', 'loss/val', 'lr']).options.map((one) => one.text)
    expect(offered('"loss/v')).toEqual(['loss/val"'])
    expect(offered('lo')).toEqual(['log(', 'log2(', 'log10(', '"loss/train"', '"loss/val"'])
    expect(offered('"loss/val" ').slice(0, 2)).toEqual(['- ', '/ '])
    expect(offered('"loss/val" - smo')).toEqual(['smooth("'])
    expect(offered('3')).toEqual([])
  })
})
