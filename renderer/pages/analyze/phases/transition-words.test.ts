import { expect, it } from 'vitest'
import { changeSentence } from './transition-words'

const of = (changes: Record<string, number>) =>
  Object.entries(changes).map(([feature, meanDifference]) => ({ feature, meanDifference }))

it.each([
  [{ a: -1.72, b: 0.1 }, 'A falls by 1.7 z.'],
  [{ a: 0.9, b: -1.94, c: 0.55 }, 'B falls by 1.9 z and A rises by 0.9 z.'],
  [{ a: 1, b: -0.9, c: 0.8, d: 0.7 }, 'A rises by 1 z, B falls by 0.9 z and C rises by 0.8 z.'],
  [{ a: 0, b: 0 }, 'No feature has another mean before and after.'],
  [{}, 'No feature has another mean before and after.'],
  [{ a: Number.NaN }, 'No feature has another mean before and after.']
])('a change of state in words: %o', (changes, sentence) => {
  expect(changeSentence(of(changes as Record<string, number>), (name) => name.toUpperCase(), ' z')).toBe(sentence)
})

it('goes on in small letters with names of ours, and leaves those of others as they are', () => {
  const nameOf = (tag: string): string => ({ l: 'Train loss', a: 'Validation accuracy', n: 'L2 norm' })[tag] ?? tag
  expect(changeSentence(of({ l: -2, a: 1.9, n: -1.5 }), nameOf, '')).toBe(
    'Train loss falls by 2, validation accuracy rises by 1.9 and L2 norm falls by 1.5.'
  )
  expect(changeSentence(of({ l: -2, 'Loss/mine': 1 }), nameOf, '')).toBe(
    'Train loss falls by 2 and Loss/mine rises by 1.'
  )
})

it('speaks of rates where states are rates of change', () => {
  const nameOf = (tag: string): string => ({ l: 'Train loss', n: 'L2 norm' })[tag] ?? tag
  const said = (changes: Record<string, number>): string => changeSentence(of(changes), nameOf, ' z', true)
  expect(said({ n: 1.94, l: -1.2 })).toBe('The rate of L2 norm rises by 1.9 z and that of train loss falls by 1.2 z.')
  expect(said({ l: -2 })).toBe('The rate of train loss falls by 2 z.')
  expect(said({})).toBe('No feature has another rate before and after.')
})
