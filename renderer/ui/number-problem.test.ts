import { describe, expect, it } from 'vitest'
import { numberProblem } from './number-problem'

describe('a typed number', () => {
  const rate = { label: 'Learning rate', integer: false }
  const count = { label: 'Epochs', integer: true, least: 1, most: 100 }

  it.each(['1e-3', ' 0,5 ', '-2', '0', '1E5', '.5'])('can be used: %j', (typed) => {
    expect(numberProblem(typed, rate)).toBeNull()
  })

  it.each([
    ['abc', rate, 'Learning rate: "abc" is not a number.'],
    ['', rate, 'Learning rate: a number is missing.'],
    ['1e999', rate, 'Learning rate: "1e999" is not a number.'],
    ['NaN', rate, 'Learning rate: "NaN" is not a number.'],
    ['1.2.3', rate, 'Learning rate: "1.2.3" is not a number.'],
    ['1,000,000', rate, 'Learning rate: "1,000,000" is not a number.'],
    ['2.5', count, 'Epochs: "2.5" is not a whole number.'],
    ['0', count, 'Epochs: at least 1.'],
    ['101', count, 'Epochs: at most 100.'],
    ['1e300', { ...count, most: undefined }, 'Epochs: "1e300" is too large.']
  ] as const)('cannot: %j', (typed, rule, problem) => {
    expect(numberProblem(typed, rule)).toBe(problem)
  })
})
