/** Patterns over the states that a run goes through: "4 5* 3" is state 4, any number of visits of 5, then 3. */
import { compilePattern, PatternError } from '../text/pattern'
import { ExpressionError } from './nodes'

/** A state as one sign, so that 1 and 12 are told apart. States have numbers from 1. */
function signOf(state: number): string {
  return String.fromCharCode(0x4e00 + state)
}

/**
 * @param pattern numbers of states and `.` (any), parted by spaces; `*`, `+`, `?`, `|`, parentheses, `^` and `$` as in regular
 *   expressions. It may be found anywhere in the path.
 * @param at index of its first character in the whole text
 * @throws ExpressionError
 */
export function compilePath(pattern: string, at: number): (path: readonly number[]) => boolean {
  const strange = /[^\d\s.*+?|()^$]/.exec(pattern)
  if (strange) {
    const text = `"${strange[0]}" has no place in a path: it has numbers of states, ".", "*", "+", "?", "|", "(", ")", "^" and "$".`
    throw new ExpressionError(text, at + strange.index)
  }
  try {
    const matcher = compilePattern(pattern.replace(/\d+/g, (number) => signOf(Number(number))).replace(/\s+/g, ''))
    return (path) => matcher.test(path.map(signOf).join(''))
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    throw new ExpressionError(`The path cannot be read. ${error.message}`, at, pattern.length)
  }
}
