/** Timing on a machine where other things happen as well: medians, and ratios of neighbours rather than of averages. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

export interface Spread {
  median: number
  least: number
  most: number
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

export async function secondsOf(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/**
 * Runs every variant once per round, in an order that turns from round to round, so that whatever slows the machine down
 * for a while meets all of them. Returns seconds per round, [variants][rounds].
 */
export async function interleaved(variants: (() => Promise<unknown>)[], rounds: number): Promise<number[][]> {
  const seconds = variants.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < variants.length; i++) {
      const variant = (i + round) % variants.length
      seconds[variant].push(await secondsOf(variants[variant]))
    }
  }
  return seconds
}

export function printTable(title: string, head: string[], rows: string[][]): void {
  const widths = head.map((name, c) => Math.max(name.length, ...rows.map((row) => row[c].length)))
  const line = (cells: string[]): string =>
    cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ')
  console.log(`\n${title}\n`)
  for (const text of [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)])
    console.log(text)
}
