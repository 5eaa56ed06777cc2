/**
 * Where the command line writes: results to stdout, everything else to stderr. Names and messages come from files of others, and a
 * terminal obeys what is in them: everything goes through here, where control characters become escapes that can be read.
 */
import { visible, visibleJson } from '../text/visible'

export interface Terminal {
  /** One line of the result. */
  out(line: string): void
  /** Several lines of the result, of our own making but for what is in them. */
  block(text: string): void
  /** A result as JSON, indented unless it is a line. */
  json(value: unknown, indent?: number): void
  /** A result in a format for programs, in lines. Where it is no terminal that reads it, every character is what it was. */
  data(text: string): void
  /** One line for the person at the keyboard. */
  note(line: string): void
  /** Lines to stderr in the place of the last ones that were drawn. @param last how many those were */
  draw(lines: readonly string[], last: number): void
  /** A line to stderr in the place of the one before, without an end; null only takes it away. */
  drawLine(text: string | null): void
  /** Whether stderr is a terminal that can be drawn on. */
  interactive: boolean
  columns(): number
  /** From now on, the end of whoever reads the output is not the end of this process. */
  outliveReaders(): void
}

export function processTerminal(): Terminal {
  let outlives = false
  const gone = (error: NodeJS.ErrnoException): boolean => error.code === 'EPIPE' || error.code === 'EIO'
  // `phasescope runs | head` closes the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (outlives) return
    if (gone(error)) process.exit(0)
    throw error
  })
  // Notes to nobody are no failure either, and throwing here would only make another note.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (!outlives && !gone(error)) throw error
  })
  return {
    out: (line) => void process.stdout.write(`${visible(line)}\n`),
    block: (text) => void process.stdout.write(`${visible(text, true)}\n`),
    json: (value, indent) => void process.stdout.write(`${visibleJson(JSON.stringify(value, null, indent))}\n`),
    data: (text) => void process.stdout.write(process.stdout.isTTY === true ? visible(text, true) : text),
    note: (line) => void process.stderr.write(`${visible(line)}\n`),
    draw: (lines, last) => {
      const shown = lines.map((line) => `${visible(line)}\n`).join('')
      process.stderr.write(`${last > 0 ? `\x1b[${last}A\x1b[J` : ''}${shown}`)
    },
    drawLine: (text) => void process.stderr.write(`\r\x1b[K${text === null ? '' : visible(text)}`),
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    columns: () => process.stderr.columns ?? 100,
    outliveReaders() {
      outlives = true
    }
  }
}

/** Columns as wide as their longest cell; numbers are right-aligned where `right` says so. */
export function table(head: string[], texts: string[][], right: number[] = []): string[] {
  const rows = texts.map((cells) => cells.map((cell) => visible(cell)))
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)))
  const line = (cells: string[]): string =>
    cells
      .map((cell, c) => (right.includes(c) ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)]
}

/** One word of a command line, to be copied into a shell. */
export function quoted(word: string): string {
  return /[^\w./~-]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : word
}

/** 75 -> `1:15`, 4000 -> `1:06:40`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-'
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}

export function shortNumber(value: number | string | undefined): string {
  if (value === undefined) return '-'
  if (typeof value === 'string' || !Number.isFinite(value)) return String(value)
  return Number(value.toPrecision(4)).toString()
}
