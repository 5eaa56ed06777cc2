/** What the name of a file or folder says about a run. */

/** seed2 before seed10. */
export function naturalOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : a > b ? 1 : 0)
}

const seedPatterns = [
  /seed[\s_=.-]*(\d+)/i,
  // A letter behind the number makes it something else: run_14h.
  /(?:^|[^a-z])s[_=-]?(\d+)(?![\da-z])/i,
  /run[\s_=.-]*(\d+)(?![\da-z])/i,
  /(\d+)$/
]

/** The seed that a name tells (`seed12`, `s12`, `run_3`, or the number at its end); null when it tells none. */
export function seedFromName(name: string): number | null {
  for (const pattern of seedPatterns) {
    const digits = pattern.exec(name)?.[1]
    if (digits !== undefined && Number.isSafeInteger(Number(digits))) return Number(digits)
  }
  return null
}

/** The name without folders and extension. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

/** Epoch of a file `epoch12.json` of the Python package visualizing-training; null for every other name. */
export function epochOfFile(name: string): number | null {
  const digits = /^epoch_?(\d+)\.json$/i.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}
