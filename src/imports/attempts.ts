/**
 * Logs that go back in step. A training that was started again writes some steps once more, as in event files (docs/events.md):
 * the latest attempt is shown, and all are kept. Rows that are merely out of order are no attempts.
 */
import type { RawColumn, RawTable } from '../formats/types'

/** With more falls than this share of its rows a log is out of order, not started again. */
const mostFalls = 0.1

/** Rows at which the steps begin again further back, and stay there for more than the one row that is late. */
function fallsOf(steps: ArrayLike<number>): { starts: number[]; falls: number } {
  const starts: number[] = []
  let falls = 0
  let highest = -Infinity
  for (let row = 0; row < steps.length; row++) {
    if (row > 0 && steps[row] < steps[row - 1]) {
      falls += 1
      // One row that is late, such as a validation that ended after the next step, goes on above what was there before.
      const late = row + 1 < steps.length && steps[row + 1] > highest
      const lone = row + 1 === steps.length && steps[row] !== steps[0]
      if (!late && !lone) starts.push(row)
    }
    highest = Math.max(highest, steps[row])
  }
  return { starts, falls }
}

/**
 * @param steps of the rows in the order of the file, [rows]
 * @returns rows with which an attempt begins, without the first; none where the log never goes back, or only out of order
 */
export function attemptStarts(steps: ArrayLike<number>): number[] {
  const { starts, falls } = fallsOf(steps)
  if (starts.length === 0 || falls > mostFalls * steps.length) return []
  // What begins anew from its first number again and again counts within something: batches of an epoch.
  const begins = starts.every((row) => steps[row] <= steps[0])
  return begins && starts.length > 1 ? [] : starts
}

/**
 * Whether the points of one series go back themselves: what is only recorded later than something else is no new attempt.
 * @param present null: all are there
 */
export function goesBack(steps: ArrayLike<number>, present: ArrayLike<number> | null): boolean {
  let before = -Infinity
  for (let row = 0; row < steps.length; row++) {
    if (present && present[row] !== 1) continue
    if (steps[row] < before) return true
    before = steps[row]
  }
  return false
}

/**
 * Several runs in one table, one below the other: the name of a column that changes just where the steps begin again and nowhere
 * else - a seed, a run's name - and the line of the second run. null: it is one run.
 * @param columns that may name a run: not the steps, nor epochs, in which steps begin again as well
 */
export function runsBelowEachOther(
  { rows, lines, words }: RawTable,
  columns: readonly RawColumn[],
  steps: ArrayLike<number>
): { column: string; line: number } | null {
  const { starts } = fallsOf(steps)
  if (starts.length === 0) return null
  const changesAtStarts = (values: ArrayLike<number>): boolean => {
    let found = 0
    for (let row = 1; row < rows; row++) if (values[row] !== values[row - 1] && row !== starts[found++]) return false
    return found === starts.length
  }
  const named =
    columns.find(({ values, present }) => !present.includes(0) && changesAtStarts(values)) ??
    words.find(({ codes }) => codes.length === rows && !codes.includes(-1) && changesAtStarts(codes))
  return named ? { column: named.name, line: lines[starts[0]] } : null
}

/** How many points of one series are left of its latest attempt: a point takes the place of all at its step and above. */
export function latestPoints(steps: ArrayLike<number>, present: ArrayLike<number>): number {
  const kept: number[] = []
  for (let row = 0; row < steps.length; row++) {
    if (present[row] !== 1) continue
    while (kept.length > 0 && kept[kept.length - 1] >= steps[row]) kept.pop()
    kept.push(steps[row])
  }
  return kept.length
}
