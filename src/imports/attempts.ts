/**
 * Logs that go back in step. A training that was started again writes some steps once more, as in event files (docs/events.md):
 * the latest attempt is shown, and all are kept. Rows that are merely out of order are no attempts.
 */

/** With more falls than this share of its rows a log is out of order, not started again. */
const mostFalls = 0.1

/**
 * @param steps of the rows in the order of the file, [rows]
 * @returns rows with which an attempt begins, without the first; none where the log never goes back, or only out of order
 */
export function attemptStarts(steps: ArrayLike<number>): number[] {
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
  if (starts.length === 0 || falls > mostFalls * steps.length) return []
  // What begins anew from its first number again and again counts within something: batches of an epoch.
  const begins = starts.every((row) => steps[row] <= steps[0])
  return begins && starts.length > 1 ? [] : starts
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
