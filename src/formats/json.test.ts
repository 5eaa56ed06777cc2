import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { JsonError, parseJson, placeOf } from './json'
import { readJsonLines } from './json-lines'
import { pointsOf } from '../imports/points'
import { findStepColumn } from '../imports/step-column'

describe('JSON', () => {
  it('may hold NaN and infinities as Python writes them', () => {
    expect(parseJson('{"a": NaN, "b": [Infinity, -Infinity, -1.5e-3], "c": "NaN, \\"x\\"", "d": {}, "e": []}')).toEqual(
      {
        a: NaN,
        b: [Infinity, -Infinity, -0.0015],
        c: 'NaN, "x"',
        d: {},
        e: []
      }
    )
    expect(Object.keys(parseJson('{"__proto__": NaN}') as object)).toEqual(['__proto__'])
  })

  it.each([
    ['{"a": 1', 7, 'it ends too early'],
    ['{"a": 1,, "b": 2}', 8, 'a name in quotes was expected'],
    ['{"a" 1}', 5, '":" was expected'],
    ['{"a": nan}', 6, 'a value was expected'],
    ['[1 2]', 3, '"," or "]" was expected'],
    ['{"a": "x}', 6, 'a text in quotes does not end'],
    ['{} {}', 3, 'something follows the end'],
    ['', 0, 'it ends too early'],
    [`${'['.repeat(400)}`, 201, 'it is nested too deeply']
  ])('%j is refused at its place', (text, position, reason) => {
    try {
      parseJson(text)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(JsonError)
      expect({ ...(error as JsonError) }).toMatchObject({ position })
      expect((error as JsonError).reason).toBe(reason)
    }
  })

  it('is read the same with and without the reader of its own', () => {
    const rng = new Rng(11)
    const value = (depth: number): unknown => {
      const kind = Math.floor(rng.uniform() * (depth > 3 ? 5 : 7))
      if (kind === 0) return null
      if (kind === 1) return rng.uniform() < 0.5
      if (kind === 2) return 'a"\\\n\u2028é'.slice(0, Math.floor(rng.uniform() * 7))
      if (kind < 5) return (rng.uniform() - 0.5) * 10 ** Math.floor(rng.uniform() * 40 - 20)
      const items = Array.from({ length: Math.floor(rng.uniform() * 4) }, () => value(depth + 1))
      return kind === 5 ? items : Object.fromEntries(items.map((item, i) => [`k${i}`, item]))
    }
    for (let i = 0; i < 200; i++) {
      const made = value(0)
      // The NaN makes the platform's parser refuse, so that all of it is read by ours.
      expect(parseJson(`[NaN, ${JSON.stringify(made, null, i % 3)}]`)).toEqual([NaN, JSON.parse(JSON.stringify(made))])
    }
  })

  it('tells lines and columns', () => {
    expect(placeOf('a\nbc\nd', 4)).toEqual({ line: 2, column: 3 })
    expect(placeOf('a\nbc\nd', 0)).toEqual({ line: 1, column: 1 })
  })
})

describe('JSON lines', () => {
  const read = (text: string) => {
    const table = readJsonLines(text, 'log.jsonl')
    return pointsOf(table, findStepColumn(table).column ?? 'none', 'log.jsonl')
  }
  const refusal = (text: string): string => {
    try {
      read(text)
      return 'it was read'
    } catch (error) {
      return (error as Error).message
    }
  }

  it('become points, nested names joined, whatever the order of names', () => {
    const points = read(
      '{"step": 0, "loss": {"train": 2.5, "val": NaN}, "note": "begin", "grads": [[1], 2]}\n\n' +
        '{"loss": {"val": "inf", "train": 0.1}, "lr": null, "step": 10, "on": true}\r\n{"step": 20, "lr": 0.01}'
    )
    expect(Array.from(points.steps)).toEqual([0, 10, 20])
    expect(points.series.map(({ tag, points }) => [tag, points])).toEqual([
      ['loss/train', 2],
      ['loss/val', 2],
      ['lr', 1]
    ])
    expect(Array.from(points.series[1].values.slice(0, 2))).toEqual([NaN, Infinity])
    expect(points.notes.slice(0, 2)).toEqual([
      'Left out, because lists: "grads".',
      'Left out, because not numbers: "note", "on".'
    ])
  })

  it.each([
    [
      '{"step": 1, "a": 2}\n{"step": 2, "a": ',
      'log.jsonl, line 2, column 18: this is not JSON: it ends too early. Each line must be one complete object such as {"step": 1, "loss": 0.5}; correct the line or remove it.'
    ],
    [
      '{"step": 1}\n[1, 2]',
      'log.jsonl, line 2: an object was expected, found [1, 2]. Each line must be one object such as {"step": 1, "loss": 0.5}.'
    ],
    [
      '{"step": 1, "a": 1}\n{"step": 2, "a": "high"}\n{"step": 3, "a": "low"}\n{"step": 4, "a": 1}',
      'log.jsonl, line 2, column "a": "high" is not a number. Write a number there, or leave the cell empty for a gap.'
    ],
    [
      '{"step": 1, "a": 1}\n{"a": 2}',
      'log.jsonl, line 2, column "step": the step is missing. Fill it in, or choose another step column.'
    ],
    ['  \n', 'log.jsonl is empty. Choose a file with one JSON object per line.']
  ])('that cannot be read are refused in words: %#', (text, message) => expect(refusal(text)).toBe(message))
})

it('refuses millions of lists before it reads them', () => {
  expect(() => parseJson(`[${'[],'.repeat(2_100_000)}0]`)).toThrow('it holds more than 2 million lists and objects')
})

it('is read however deep its objects lie: what is too deep has no name', () => {
  const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`
  const table = readJsonLines(`{"step":1,"loss":2,"b":${deep}}\n{"step":2,"loss":3}\n`, 'a.jsonl')
  expect(table.columns.map(({ name }) => name)).toEqual(['step', 'loss'])
})
