import { describe, expect, it } from 'vitest'
import { latest } from './latest'

function held<T>(): { promise: Promise<T>; answer: (value: T) => void; fail: (error: Error) => void } {
  let [answer, fail]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined]
  const promise = new Promise<T>((resolve, reject) => ([answer, fail] = [resolve, reject]))
  return { promise, answer, fail }
}

describe('the latest of several questions', () => {
  it('is the only one with an answer, in whatever order they come', async () => {
    const asking = latest()
    const [first, second] = [held<string>(), held<string>()]
    const answers = [asking.ask(() => first.promise), asking.ask(() => second.promise)]
    second.answer('second')
    first.answer('first')
    expect(await Promise.all(answers)).toEqual([null, { value: 'second' }])
  })

  it('is the only one that can fail', async () => {
    const asking = latest()
    const [first, second] = [held<string>(), held<string>()]
    const answers = [asking.ask(() => first.promise), asking.ask(() => second.promise)]
    first.fail(new Error('of a project that is closed'))
    second.fail(new Error('wanted'))
    expect(await answers[0]).toBeNull()
    await expect(answers[1]).rejects.toThrow('wanted')
  })

  it('is not wanted either once it has been dropped', async () => {
    const asking = latest()
    const isWanted = asking.begin()
    const question = held<string>()
    expect(isWanted()).toBe(true)
    const answer = asking.ask(() => question.promise)
    asking.drop()
    question.answer('late')
    expect(await answer).toBeNull()
    expect(isWanted()).toBe(false)
  })
})
