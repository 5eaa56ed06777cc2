/** How different the trajectories of two runs are. */
import { segmentsOf } from '../trajectory'

/**
 * Edit distance (Levenshtein 1966) between the orders of visits: the fewest insertions, deletions and replacements of
 * visits that turn one trajectory into the other. How long a visit lasts does not matter.
 */
export function editDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = segmentsOf(a).map((segment) => segment.state)
  const y = segmentsOf(b).map((segment) => segment.state)
  let row = Array.from({ length: y.length + 1 }, (_, j) => j)
  for (let i = 1; i <= x.length; i++) {
    const next = [i]
    for (let j = 1; j <= y.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (x[i - 1] === y[j - 1] ? 0 : 1)))
    row = next
  }
  return row[y.length]
}

/**
 * Wasserstein-1 (earth mover's) distance between two distributions over K states: the least cost of moving one's mass
 * to the other, `cost[i][j]` per unit from i to j. Successive cheapest augmenting paths, exact for a metric cost.
 * @param a, b [K], each summing to 1.
 */
export function wasserstein(a: readonly number[], b: readonly number[], cost: readonly (readonly number[])[]): number {
  const states = a.length
  // Mass that stays costs nothing under a metric, so only the differences move.
  const supply = a.map((value, k) => Math.max(0, value - b[k]))
  const demand = b.map((value, k) => Math.max(0, value - a[k]))
  const flow = cost.map((row) => row.map(() => 0))
  const EPSILON = 1e-12
  let total = 0
  for (;;) {
    const source = supply.findIndex((value) => value > EPSILON)
    if (source < 0) break
    // Bellman-Ford over 2 K nodes: senders 0..K-1, receivers K..2K-1; flow can be taken back at a negative cost.
    const distance = new Float64Array(2 * states).fill(Infinity)
    const parent = new Int32Array(2 * states).fill(-1)
    distance[source] = 0
    for (let changed = true, round = 0; changed && round < 2 * states; round++) {
      changed = false
      for (let i = 0; i < states; i++)
        for (let j = 0; j < states; j++) {
          if (distance[i] + cost[i][j] < distance[states + j] - EPSILON) {
            distance[states + j] = distance[i] + cost[i][j]
            parent[states + j] = i
            changed = true
          }
          if (flow[i][j] > EPSILON && distance[states + j] - cost[i][j] < distance[i] - EPSILON) {
            distance[i] = distance[states + j] - cost[i][j]
            parent[i] = states + j
            changed = true
          }
        }
    }
    let target = -1
    for (let j = 0; j < states; j++)
      if (demand[j] > EPSILON && (target < 0 || distance[states + j] < distance[states + target])) target = j
    if (target < 0) break
    let amount = Math.min(supply[source], demand[target])
    for (let node = states + target; node !== source; node = parent[node])
      if (node < states) amount = Math.min(amount, flow[node][parent[node] - states])
    for (let node = states + target; node !== source; node = parent[node]) {
      if (node >= states) flow[parent[node]][node - states] += amount
      else flow[node][parent[node] - states] -= amount
    }
    supply[source] -= amount
    demand[target] -= amount
    total += amount * distance[states + target]
  }
  return total
}

/** Euclidean distances between the rows of `means` [K][D], [K][K]. */
export function meanDistances(means: readonly (readonly number[])[]): number[][] {
  return means.map((a) => means.map((b) => Math.hypot(...a.map((value, d) => value - b[d]))))
}

/** Symmetric matrix of a distance between items. */
export function distanceMatrix<T>(items: readonly T[], distance: (a: T, b: T) => number): number[][] {
  const out = items.map(() => items.map(() => 0))
  for (let i = 0; i < items.length; i++)
    for (let j = 0; j < i; j++) {
      out[i][j] = distance(items[i], items[j])
      out[j][i] = out[i][j]
    }
  return out
}
