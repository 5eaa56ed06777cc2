/** What the name of a file or folder says about a run. */

/** seed2 before seed10. */
export function naturalOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : a > b ? 1 : 0)
}

const seedPatterns = [
  // seed12, seed_3, Seed=3; not the fraction of seed_ratio0.5.
  /seed[\s_=:.-]*(\d+)(?!\d|\.\d|e[+-]?\d)/i,
  // s4 at the end; letters before it make it another word: layers12.
  /(?:^|[^a-z\d])s[_=-]?(\d+)$/i
]

/**
 * The seed that a name tells (`seed12`, `mlp_s4`); null when it tells none. Other numbers are sizes, dates, versions and rates:
 * no name is taken for a seed that does not say so.
 */
export function seedFromName(name: string): number | null {
  for (const pattern of seedPatterns) {
    const digits = pattern.exec(name)?.[1]
    if (digits !== undefined && Number.isSafeInteger(Number(digits))) return Number(digits)
  }
  return null
}

/** Seeds of runs beside each other that are told apart by a number alone: `run1`, `run2`, or `0`, `1`. null: they are not. */
export function seedsOfSiblings(names: readonly string[]): number[] | null {
  if (names.length < 2) return null
  for (const pattern of [/(?:^|[^a-z])run[\s_.-]?(\d{1,6})$/i, /^(\d{1,4})$/]) {
    const seeds = names.map((name) => Number(pattern.exec(name)?.[1] ?? NaN))
    if (seeds.every((seed) => Number.isSafeInteger(seed)) && new Set(seeds).size === seeds.length) return seeds
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
