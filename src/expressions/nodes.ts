/** What an expression is made of. */

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~' | 'in' | 'not in'
export type Arithmetic = '+' | '-' | '*' | '/' | '%' | '^'

/** Every part knows where it stands: `at` is the index of its first character, `end` that behind its last one. */
export type Node = { at: number; end: number } & (
  | { kind: 'literal'; value: number | string | boolean }
  | { kind: 'list'; items: Node[] }
  | { kind: 'name'; name: string }
  | { kind: 'call'; name: string; args: Node[] }
  | { kind: 'negative'; of: Node }
  | { kind: 'not'; of: Node }
  | { kind: 'and' | 'or'; left: Node; right: Node }
  | { kind: 'arithmetic'; op: Arithmetic; left: Node; right: Node }
  /** A chain: each operand is compared with the next one. */
  | { kind: 'comparison'; operands: Node[]; ops: Comparison[] }
)

/** Says in one sentence what is wrong, and where. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'

  /** @param at 0-based index into the text @param length of what is meant */
  constructor(
    message: string,
    readonly at: number,
    readonly length = 1
  ) {
    super(message)
  }

  /** With the column, for a terminal. */
  get withColumn(): string {
    return `Column ${this.at + 1}: ${this.message}`
  }
}
