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

/** Mass and relative cost below which nothing is told apart from rounding. */
const EPSILON = 1e-12

/**
 * Wasserstein-1 (earth mover's) distance between two distributions over K states: the least cost of moving one's mass
 * to the other, `cost[i][j]` per unit from i to j. Successive cheapest augmenting paths, exact for a metric cost.
 * @param a, b [K], each summing to 1.
 * @param cost [K][K], in any unit, which is that of the result.
 * @returns NaN where a cost that is needed is not finite.
 */
export function wasserstein(a: readonly number[], b: readonly number[], cost: readonly (readonly number[])[]): number {
  // Mass that stays costs nothing under a metric, so only the differences move.
  const senders = indicesWhere(a, (value, k) => value - b[k] > EPSILON)
  const receivers = indicesWhere(b, (value, k) => value - a[k] > EPSILON)
  const needed = senders.map((i) => receivers.map((j) => cost[i][j]))
  // Costs are compared with an absolute tolerance, so they have to be of size 1: of size 1e4, rounding alone would make
  // circles of ever cheaper paths.
  const largest = needed.reduce((most, row) => row.reduce((max, value) => Math.max(max, value), most), 0)
  if (!Number.isFinite(largest)) return Number.NaN
  if (largest === 0) return 0
  const relative = needed.map((row) => row.map((value) => value / largest))
  const flow = transport(
    senders.map((k) => a[k] - b[k]),
    receivers.map((k) => b[k] - a[k]),
    relative
  )
  const total = flow.reduce((sum, row, i) => row.reduce((part, amount, j) => part + amount * relative[i][j], sum), 0)
  return total * largest
}

/** The cheapest way to bring `supply` [I] to `demand` [J] at costs [I][J] of size 1: how much goes where, [I][J]. */
function transport(supply: number[], demand: number[], cost: readonly (readonly number[])[]): number[][] {
  const [from, to] = [supply.length, demand.length]
  const flow = cost.map((row) => row.map(() => 0))
  // Each path empties a sender, fills a receiver or takes a flow back; far more of them than there are flows would be
  // rounding going back and forth.
  const mostPaths = 10 * (from + 1) * (to + 1)
  for (let paths = 0; ; paths++) {
    const source = supply.findIndex((value) => value > EPSILON)
    const receiving = indicesWhere(demand, (value) => value > EPSILON)
    if (source < 0 || receiving.length === 0) return flow
    const { distance, parent } = cheapestPaths(source, cost, flow)
    const target = receiving.reduce((best, j) => (distance[from + j] < distance[from + best] ? j : best))
    const path = paths < mostPaths ? pathTo(target, source, from, parent) : null
    // Straight there is always a way, and it leaves less to do.
    const edges = path ?? [{ i: source, j: target, back: false }]
    let amount = Math.min(supply[source], demand[target])
    for (const { i, j, back } of edges) if (back) amount = Math.min(amount, flow[i][j])
    for (const { i, j, back } of edges) flow[i][j] += back ? -amount : amount
    supply[source] -= amount
    demand[target] -= amount
  }
}

/** Bellman-Ford from one sender over senders 0..I-1 and receivers I..I+J-1; flow can be taken back at a negative cost. */
function cheapestPaths(
  source: number,
  cost: readonly (readonly number[])[],
  flow: readonly (readonly number[])[]
): { distance: Float64Array; parent: Int32Array } {
  const [from, to] = [cost.length, cost[0].length]
  const distance = new Float64Array(from + to).fill(Infinity)
  const parent = new Int32Array(from + to).fill(-1)
  distance[source] = 0
  for (let changed = true, round = 0; changed && round < from + to; round++) {
    changed = false
    for (let i = 0; i < from; i++)
      for (let j = 0; j < to; j++) {
        if (distance[i] + cost[i][j] < distance[from + j] - EPSILON) {
          distance[from + j] = distance[i] + cost[i][j]
          parent[from + j] = i
          changed = true
        }
        if (flow[i][j] > EPSILON && distance[from + j] - cost[i][j] < distance[i] - EPSILON) {
          distance[i] = distance[from + j] - cost[i][j]
          parent[i] = from + j
          changed = true
        }
      }
  }
  return { distance, parent }
}

/** The steps back from a receiver to the sender; null where the parents go round in a circle. */
function pathTo(
  target: number,
  source: number,
  from: number,
  parent: Int32Array
): { i: number; j: number; back: boolean }[] | null {
  const edges: { i: number; j: number; back: boolean }[] = []
  for (let node = from + target; node !== source; node = parent[node]) {
    if (edges.length > parent.length || parent[node] < 0) return null
    if (node >= from) edges.push({ i: parent[node], j: node - from, back: false })
    else edges.push({ i: node, j: parent[node] - from, back: true })
  }
  return edges
}

function indicesWhere(values: readonly number[], holds: (value: number, k: number) => boolean): number[] {
  return values.flatMap((value, k) => (holds(value, k) ? [k] : []))
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
