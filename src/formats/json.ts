/**
 * JSON as Python writes it: with bare NaN, Infinity and -Infinity. The platform's own parser does the work; what it
 * refuses is read again here, to accept those three and to tell the position of everything else.
 */

export class JsonError extends Error {
  constructor(
    /** Characters before the place where it went wrong. */
    readonly position: number,
    /** What was found and what was expected, without a full stop. */
    readonly reason: string
  ) {
    super(reason)
  }
}

/**
 * More lists and objects than this in one text are no recorded values. The platform's parser cannot be stopped half-way: when
 * it runs out of memory, so may the whole program.
 */
const mostLists = 2_000_000

/** @throws JsonError */
export function parseJson(text: string): unknown {
  if (text.length > mostLists) refuseTooMany(text)
  try {
    return JSON.parse(text)
  } catch {
    return new Reader(text).document()
  }
}

/** As many characters as may begin a list; those inside of texts in quotes count, too, which only matters for millions of them. */
function refuseTooMany(text: string): void {
  let lists = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if ((code === 0x5b || code === 0x7b) && ++lists > mostLists)
      throw new JsonError(at, `it holds more than ${mostLists / 1e6} million lists and objects`)
  }
}

/** Line and column of a position, both counted from 1. */
export function placeOf(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split('\n')
  return { line: before.length, column: before[before.length - 1].length + 1 }
}

const words: [string, unknown][] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity]
]
const deepest = 200

class Reader {
  private at = 0

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value(0)
    this.space()
    if (this.at < this.text.length) this.fail('something follows the end')
    return value
  }

  /** Over space, commas and the brackets of a list around the values. @returns where the next value begins, null at the end */
  skipToValue(): number | null {
    while (this.at < this.text.length && ' \n\r\t,[]'.includes(this.text[this.at])) this.at++
    return this.ended() ? null : this.at
  }

  next(): unknown {
    return this.value(0)
  }

  private value(depth: number): unknown {
    if (depth > deepest) this.fail('it is nested too deeply')
    this.space()
    const char = this.text[this.at]
    if (char === undefined) return this.fail('it ends too early')
    if (char === '{') return this.object(depth)
    if (char === '[') return this.array(depth)
    if (char === '"') return this.string()
    for (const [word, value] of words) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    number.lastIndex = this.at
    const match = number.exec(this.text)
    if (!match) return this.fail('a value was expected')
    this.at += match[0].length
    return Number(match[0])
  }

  private object(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = []
    this.at++
    this.space()
    if (this.take('}')) return {}
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.fail(this.ended() ? 'it ends too early' : 'a name in quotes was expected')
      const key = this.string()
      this.space()
      if (!this.take(':')) this.fail(this.ended() ? 'it ends too early' : '":" was expected')
      entries.push([key, this.value(depth + 1)])
      this.space()
      // Not by assignment: a key "__proto__" is a name like any other.
      if (this.take('}')) return Object.fromEntries(entries)
      if (!this.take(',')) this.fail(this.ended() ? 'it ends too early' : '"," or "}" was expected')
    }
  }

  private array(depth: number): unknown[] {
    const items: unknown[] = []
    this.at++
    this.space()
    if (this.take(']')) return items
    for (;;) {
      items.push(this.value(depth + 1))
      this.space()
      if (this.take(']')) return items
      if (!this.take(',')) this.fail(this.ended() ? 'it ends too early' : '"," or "]" was expected')
    }
  }

  private string(): string {
    // By hand: an expression keeps a place to go back to for every letter, and texts have millions.
    let end = this.at + 1
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1
    if (end >= this.text.length) return this.fail('a text in quotes does not end')
    try {
      const value = JSON.parse(this.text.slice(this.at, end + 1)) as string
      this.at = end + 1
      return value
    } catch {
      return this.fail('a text in quotes holds what must be escaped')
    }
  }

  private space(): void {
    while (' \n\r\t'.includes(this.text[this.at] || 'end')) this.at++
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  private ended(): boolean {
    return this.at >= this.text.length
  }

  private fail(reason: string): never {
    throw new JsonError(this.at, reason)
  }
}

/**
 * Values that follow each other in one text, each over as many lines as it likes; or the elements of a list that was cut short.
 * @returns the values with the line that each begins in, and what is wrong with the rest, null where nothing is
 */
export function jsonValues(text: string): { values: { line: number; value: unknown }[]; rest: JsonError | null } {
  const values: { line: number; value: unknown }[] = []
  const reader = new Reader(text)
  let line = 1
  let counted = 0
  for (;;) {
    const at = reader.skipToValue()
    if (at === null) return { values, rest: null }
    for (let i = text.indexOf('\n', counted); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line += 1
    counted = at
    try {
      values.push({ line, value: reader.next() })
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      return { values, rest: error }
    }
  }
}
