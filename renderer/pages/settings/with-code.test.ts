import { expect, it } from 'vitest'
import { withCode } from './with-code'

it('splits a sentence at its commands', () => {
  expect(withCode('Run `npm ci`, then look again.')).toEqual([
    { text: 'Run ', code: false },
    { text: 'npm ci', code: true },
    { text: ', then look again.', code: false }
  ])
  expect(withCode('`a``b`').map(({ code }) => code)).toEqual([true, true])
  expect(withCode('Nothing to run.')).toEqual([{ text: 'Nothing to run.', code: false }])
})
