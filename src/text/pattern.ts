/**
 * Regular expressions and globs that come from outside: typed by somebody, kept in a project, given on the command line.
 * JavaScript's own engine goes back over the text, and `(a+)+$` on a few dozen letters never ends. Here they are run as RE2 does,
 * in a time that grows with the text and no faster. The price is lookaround and backreferences, which RE2 does not have.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js'

/** Longest expression that is compiled, in characters. */
const longestPattern = 1000
/** Characters of a text that are looked at; names of runs and tags beyond this are matched by their beginning. */
export const longestMatched = 10_000
/** Instructions of a compiled expression: each costs a step for every character. */
const largestProgram = 5000

/** Says in one sentence what is wrong with an expression. */
export class PatternError extends Error {
  override readonly name = 'PatternError'

  /** @param column 1-based, in characters; null where the engine does not tell */
  constructor(
    message: string,
    readonly column: number | null = null
  ) {
    super(message)
  }
}

/** What has been compiled; without state, so the same text gives the same answer every time. */
export interface Matcher {
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean
  /** The whole match and what each group captured, null for a group that took no part; null without a match. */
  exec(text: string): (string | null)[] | null
}

/**
 * @param pattern in JavaScript's syntax, without lookaround and backreferences
 * @throws PatternError
 */
export function compilePattern(pattern: string, { ignoreCase = false, dotAll = false } = {}): Matcher {
  if (pattern.length > longestPattern) {
    throw new PatternError(
      `It is ${pattern.length.toLocaleString('en')} characters long; at most ${longestPattern.toLocaleString('en')} are taken. Write a shorter one.`
    )
  }
  refuseUnknown(pattern)
  let compiled: RE2JS
  try {
    const flags = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (dotAll ? RE2JS.DOTALL : 0)
    compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), flags)
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) throw inWords(error as unknown as Fault, pattern)
    throw new PatternError('It cannot be compiled. Write a simpler one.')
  }
  if (compiled.programSize() > largestProgram) throw tooLarge()
  return {
    test: (text) => compiled.test(looked(text)),
    exec: (text) => {
      const found = compiled.exec(looked(text)) as (string | null | undefined)[] | null
      return found && Array.from(found, (group) => group ?? null)
    }
  }
}

/** What stands in a glob for something else, as the expression for it. */
export type Wildcard = (name: string) => string | null

/**
 * @param glob letters for themselves and stars
 * @param star the expression for `*`
 * @param stars the expression for `**` and more
 * @param start the expression for what may stand before it
 * @param wildcard others, such as `{step}`: given with braces; null where it stands for itself
 * @returns matches whole texts
 * @throws PatternError
 */
export function compileGlob(
  glob: string,
  { star = '.*', stars = '.*', start = '', wildcard = (() => null) as Wildcard } = {}
): Matcher {
  const parts = glob.split(/(\*+|\{\w+\})/).map((part) => {
    if (part.startsWith('*')) return part === '*' ? star : stars
    return (part.startsWith('{') ? wildcard(part) : null) ?? quote(part)
  })
  const whole = `^${start}${parts.join('')}$`
  if (glob.length > longestPattern || whole.length > longestPattern * 4) {
    throw new PatternError(`It is longer than ${longestPattern.toLocaleString('en')} characters. Write a shorter one.`)
  }
  // Quoting makes it longer, and what it may be was counted before.
  const compiled = RE2JS.compile(whole, RE2JS.DOTALL)
  if (compiled.programSize() > largestProgram) throw tooLarge()
  return {
    test: (text) => text.length <= longestMatched && compiled.test(text),
    exec: (text) => {
      if (text.length > longestMatched) return null
      const found = compiled.exec(text) as (string | null | undefined)[] | null
      return found && Array.from(found, (group) => group ?? null)
    }
  }
}

function quote(text: string): string {
  return text.replace(/[\\.*+?^${}()|[\]]/g, '\\$&')
}

function looked(text: string): string {
  return text.length > longestMatched ? text.slice(0, longestMatched) : text
}

function tooLarge(): PatternError {
  return new PatternError(
    'It repeats too much: written out it would have thousands of parts. Use smaller numbers in {}.'
  )
}

/** What JavaScript has and RE2 does not, found before the engine says something else about it. */
function refuseUnknown(pattern: string): void {
  let inClass = false
  for (let i = 0; i < pattern.length; i++) {
    const sign = pattern[i]
    if (sign === '\\') {
      const next = pattern[i + 1] ?? ''
      const isReference = !inClass && (/[1-9]/.test(next) || pattern.startsWith('k<', i + 1))
      if (isReference) {
        throw new PatternError(
          `Column ${i + 1}: an earlier group cannot be referred to ("\\${next}"), because that can take for ever. Write out what it stands for.`,
          i + 1
        )
      }
      i += 1
    } else if (inClass) inClass = sign !== ']'
    else if (sign === '[') {
      inClass = true
      // "[]a]" and "[^]a]" are classes that hold a bracket for RE2 and empty ones for JavaScript: both are taken as RE2 does.
      if (pattern[i + 1] === '^') i += 1
      if (pattern[i + 1] === ']') i += 1
    } else if (sign === '(' && /^\(\?(=|!|<=|<!)/.test(pattern.slice(i, i + 4))) {
      throw new PatternError(
        `Column ${i + 1}: looking ahead or back ("${/^\(\?<?[=!]/.exec(pattern.slice(i))![0]}") is not possible, because that can take for ever. Write what is to be found itself.`,
        i + 1
      )
    }
  }
}

interface Fault {
  error: string
  input: string | null
}

const known: Record<string, (input: string) => string> = {
  'missing closing )': () => 'A "(" is not closed.',
  'unexpected )': () => 'A ")" is closed that was never opened. Write "\\)" for the sign itself.',
  'missing closing ]': () => 'A "[" is not closed.',
  'missing argument to repetition operator': () => 'A "*", "+" or "?" has nothing before it. Write ".*" for anything.',
  'invalid nested repetition operator': (input) => `"${input}" repeats twice. Write one of the signs.`,
  'trailing backslash at end of expression': () => 'It ends with a "\\" that nothing follows.',
  'invalid character class range': (input) => `"${input}" is no range of letters: the smaller one stands first.`,
  'invalid escape sequence': (input) => `"${input}" stands for nothing. Write "\\\\" for a backslash.`,
  'invalid named capture': () => 'The name of a group is not well formed. Write (?<name>...).',
  'duplicate capture group name': () => 'Two groups have the same name.',
  'invalid repeat count': (input) => `"${input}" repeats too often: at most 1,000 times in all.`,
  'expression nests too deeply': () => 'It has too many brackets within each other.',
  'expression too large': () => tooLarge().message,
  'invalid or unsupported Perl syntax': (input) => `"${input}" is not known here.`
}

/** A sentence with the column, where what the engine complains about stands once in the expression. */
function inWords({ error, input }: Fault, pattern: string): PatternError {
  const sentence = known[error]?.(input ?? '') ?? 'This is no regular expression.'
  const at = input === null || input === '' ? -1 : pattern.indexOf(input)
  const isSure = at >= 0 && pattern.indexOf(input!, at + 1) < 0 && pattern.length > input!.length
  return isSure ? new PatternError(`Column ${at + 1}: ${sentence}`, at + 1) : new PatternError(sentence)
}
