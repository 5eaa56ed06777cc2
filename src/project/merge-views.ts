/** What two windows remember of the same views, brought together. */

type Plain = Record<string, unknown>

/**
 * Each setting as the one changed it that changed it; of a setting that both have changed, mine, since it is newer.
 * @param base what both began with
 */
export function mergeViews(base: unknown, mine: unknown, theirs: unknown): unknown {
  if (same(mine, base)) return theirs
  if (same(theirs, base) || !isPlain(mine) || !isPlain(theirs)) return mine
  const before: Plain = isPlain(base) ? base : {}
  const merged: Plain = {}
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = mergeViews(before[key], mine[key], theirs[key])
    // A plain assignment to this one would change the object's kind.
    if (value !== undefined)
      Object.defineProperty(merged, key, { value, enumerable: true, writable: true, configurable: true })
  }
  return merged
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
