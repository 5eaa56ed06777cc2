/** What is wrong with a value that comes from outside, in the words of people: what is not there is missing, not `undefined`. */
import { z } from 'zod'

z.config({
  customError: ({ code, input, expected }) => {
    if (code !== 'invalid_type' || input !== undefined) return undefined
    return `it is missing; ${String(expected)} is expected`
  }
})

export { z }
