/** Expressions from outside: the same answers as JavaScript's on ordinary ones, and an end on all of them. */
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { compileGlob, compilePattern, longestMatched, PatternError } from './pattern'

/** Expressions that JavaScript's engine needs longer for than anybody waits, on `'a'.repeat(5000) + '!'`. */
export const evil = [
  '(a+)+$',
  '^(a|a)*$',
  '(a|aa)+$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(.*a){20}$',
  '(x+x+)+y',
  '(a?){50}a{50}$'
]
const long = 'a'.repeat(5000) + '!'

describe('expressions', () => {
  it.each(evil)('end on a long text: %s', (pattern) => {
    const matcher = compilePattern(pattern, { ignoreCase: true })
    expect(matcher.test(long)).toBe(false)
    expect(matcher.exec(long)).toBeNull()
  })

  it('look at the beginning of endless names', () => {
    expect(compilePattern('^a').test('a'.repeat(20_000_000))).toBe(true)
    expect(compilePattern('b').test('a'.repeat(longestMatched) + 'b')).toBe(false)
    expect(compilePattern('b').test('a'.repeat(longestMatched - 1) + 'b')).toBe(true)
  })

  it.each([
    ['(', 'A "(" is not closed.', null],
    ['a)', 'A ")" is closed that was never opened. Write "\\)" for the sign itself.', null],
    ['*a', 'Column 1: A "*", "+" or "?" has nothing before it. Write ".*" for anything.', 1],
    ['[a', 'A "[" is not closed.', null],
    ['x[b-a]', 'Column 3: "b-a" is no range of letters: the smaller one stands first.', 3],
    ['ab**', 'Column 3: "**" repeats twice. Write one of the signs.', 3],
    ['a{2000}', 'Column 2: "{2000}" repeats too often: at most 1,000 times in all.', 2],
    ['a\\', 'It ends with a "\\" that nothing follows.', null],
    [
      'a(?=b)',
      'Column 2: looking ahead or back ("(?=") is not possible, because that can take for ever. Write what is to be found itself.',
      2
    ],
    [
      '(?<!x)b',
      'Column 1: looking ahead or back ("(?<!") is not possible, because that can take for ever. Write what is to be found itself.',
      1
    ],
    [
      '(a)\\1',
      'Column 4: an earlier group cannot be referred to ("\\1"), because that can take for ever. Write out what it stands for.',
      4
    ]
  ])('say what is wrong: %s', (pattern, message, column) => {
    expect(() => compilePattern(pattern)).toThrow(PatternError)
    try {
      compilePattern(pattern)
    } catch (error) {
      expect(error).toMatchObject({ message, column })
    }
  })

  it('refuse what is too long or too large, in words', () => {
    expect(() => compilePattern('a'.repeat(1001))).toThrow(
      'It is 1,001 characters long; at most 1,000 are taken. Write a shorter one.'
    )
    expect(() => compilePattern('((a{0,30}){0,30}){0,30}')).toThrow(/repeats too/)
    expect(() => compilePattern('('.repeat(900))).toThrow(PatternError)
    expect(() => compilePattern('(?:\\p{L}{100}){9}')).not.toThrow()
  })

  it('take signs that only look like what is refused', () => {
    expect(compilePattern('[(?=]').test('=')).toBe(true)
    expect(compilePattern('\\(\\?=').test('(?=')).toBe(true)
    expect(compilePattern('\\\\1').test('\\1')).toBe(true)
  })

  it('answer as JavaScript does on expressions and texts made at random', () => {
    const seed = 20261126
    const rng = new Rng(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(rng.uniform() * from.length)]
    const atoms = ['a', 'b', 'c', '.', '\\d', '\\w', '[ab]', '[^a]', '\\.', '/', 'lr=', '0', '_']
    const part = (depth: number): string => {
      const atom = depth > 0 && rng.uniform() < 0.3 ? `${pick(['(', '(?:'])}${sum(depth - 1)})` : pick(atoms)
      // What a repetition of nothing at all finds is where the two languages differ by their definitions.
      if (atom === 'lr=' || new RegExp(`^(?:${atom})$`).test('')) return atom
      return atom + pick(['', '', '', '*', '+', '?', '{1,2}', '*?', '+?'])
    }
    const product = (depth: number): string =>
      Array.from({ length: 1 + Math.floor(rng.uniform() * 3) }, () => part(depth)).join('')
    const sum = (depth: number): string =>
      rng.uniform() < 0.2 ? `${product(depth)}|${product(depth)}` : product(depth)
    let matched = 0
    for (let i = 0; i < 2000; i++) {
      const pattern = `${pick(['', '', '^'])}${sum(2)}${pick(['', '', '$'])}`
      const ours = compilePattern(pattern)
      const theirs = new RegExp(pattern)
      for (let j = 0; j < 4; j++) {
        const text = Array.from({ length: Math.floor(rng.uniform() * 9) }, () => pick([...'abc0_./', 'lr=', 'A'])).join(
          ''
        )
        expect(ours.test(text), `${pattern} on "${text}", seed ${seed}`).toBe(theirs.test(text))
        const found = theirs.exec(text)
        if (found) matched += 1
        expect(ours.exec(text)?.[0] ?? null, `${pattern} on "${text}", seed ${seed}`).toBe(found?.[0] ?? null)
      }
    }
    expect(matched).toBeGreaterThan(1000)
  })
})

describe('globs', () => {
  it('match whole texts, with stars for anything', () => {
    expect(compileGlob('a*c').test('abbc')).toBe(true)
    expect(compileGlob('a*c').test('xabbc')).toBe(false)
    expect(compileGlob('h.*.w', { star: '[^.]*' }).test('h.1.2.w')).toBe(false)
    expect(compileGlob('h.**.w', { star: '[^.]*' }).test('h.1.2.w')).toBe(true)
    expect(compileGlob('a+(b)[c]').test('a+(b)[c]')).toBe(true)
    expect(compileGlob('*').test('two\nlines')).toBe(true)
  })

  it('end however many stars they have', () => {
    expect(compileGlob('*'.repeat(900) + 'b').test(long)).toBe(false)
    expect(compileGlob('*a'.repeat(400) + 'b').test(long)).toBe(false)
    expect(() => compileGlob('*a'.repeat(4000))).toThrow(PatternError)
  })

  it('take other wildcards, which capture', () => {
    const glob = compileGlob('epoch{n}/*', { wildcard: () => '([0-9]+)' })
    expect(glob.exec('epoch12/x')).toEqual(['epoch12/x', '12'])
    expect(compileGlob('{n}').test('{n}')).toBe(true)
  })
})
