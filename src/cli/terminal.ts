/** Where the command line writes: results to stdout, everything else to stderr. */

export interface Terminal {
  /** One line of the result. */
  out(line: string): void
  /** One line for the person at the keyboard. */
  note(line: string): void
  /** Raw text to stderr, for drawing over what is there. */
  draw(text: string): void
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
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    draw: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    columns: () => process.stderr.columns ?? 100,
    outliveReaders() {
      outlives = true
    }
  }
}

/** Columns as wide as their longest cell; numbers are right-aligned where `right` says so. */
export function table(head: string[], rows: string[][], right: number[] = []): string[] {
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c].length)))
  const line = (cells: string[]): string =>
    cells
      .map((cell, c) => (right.includes(c) ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)]
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
