import { describe, expect, it } from 'vitest'
import { mergeViews } from './merge-views'

describe('views of two windows', () => {
  const base = { explore: { pinned: ['a'], smoothing: 0.6 }, colours: { run1: 'red' } }

  it('keep what either has changed', () => {
    const mine = { ...base, explore: { ...base.explore, smoothing: 0.9 } }
    const theirs = { ...base, explore: { ...base.explore, pinned: ['a', 'b'] }, notes: 1 }
    expect(mergeViews(base, mine, theirs)).toEqual({
      explore: { pinned: ['a', 'b'], smoothing: 0.9 },
      colours: { run1: 'red' },
      notes: 1
    })
  })

  it('take away what either has taken away, and of the same setting the newer one stays', () => {
    expect(mergeViews(base, { explore: base.explore }, { ...base, notes: 1 })).toEqual({
      explore: base.explore,
      notes: 1
    })
    expect(mergeViews({ a: 1 }, { a: 2 }, { a: 3 })).toEqual({ a: 2 })
    expect(mergeViews(null, { a: 1 }, { b: 2 })).toEqual({ a: 1, b: 2 })
  })

  it('are not changed by names that mean something to objects', () => {
    const theirs = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as object
    const merged = mergeViews({}, { b: 2 }, theirs) as { polluted?: boolean }
    expect(merged.polluted).toBeUndefined()
    expect(Object.keys(merged)).toEqual(['__proto__', 'a', 'b'])
  })
})
