/** How far two partitions of the same points agree, whatever their parts are called. */

/**
 * Adjusted Rand index of two labellings of the same points: 1 where they are the same partition, 0 on average where they have nothing
 * to do with each other, below 0 where they agree less than by chance (Hubert & Arabie 1985, eq. 5).
 * @param a, b labels of the points, [T]; small whole numbers
 * @returns 1 also where both put all points together, or each apart; NaN for fewer than two points
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const points = a.length
  if (points !== b.length) throw new RangeError(`Labels of ${points} points beside labels of ${b.length}.`)
  if (points < 2) return Number.NaN
  const both = new Map<string, number>()
  const inA = new Map<number, number>()
  const inB = new Map<number, number>()
  for (let t = 0; t < points; t++) {
    count(both, `${a[t]} ${b[t]}`)
    count(inA, a[t])
    count(inB, b[t])
  }
  const together = pairs(both)
  const [pairsA, pairsB] = [pairs(inA), pairs(inB)]
  const expected = (pairsA * pairsB) / pairsOf(points)
  const most = (pairsA + pairsB) / 2
  return most === expected ? 1 : (together - expected) / (most - expected)
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
const pairsOf = (n: number): number => (n * (n - 1)) / 2
const pairs = (counts: ReadonlyMap<unknown, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + pairsOf(n), 0)
