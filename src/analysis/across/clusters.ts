/** Groups of runs with similar trajectories. */
import { agnes } from 'ml-hclust'
import type { Cluster } from 'ml-hclust'
import { largest } from '../../numeric/statistics'

const MOST_GROUPS = 6

export interface RunClusters {
  /** Group of every item, from 0, by the first item. */
  groups: number[]
  count: number
  /** Items in the order of the dendrogram: similar ones next to each other. */
  order: number[]
  /** Mean silhouette (Rousseeuw 1987); null for one group. */
  silhouette: number | null
}

/**
 * Average-linkage clustering of a distance matrix, cut into the number of groups (2 to 6) with the best mean
 * silhouette; one group when that is below 0.25, which is no structure (Kaufman & Rousseeuw 1990).
 */
export function clusterRuns(distances: readonly (readonly number[])[]): RunClusters {
  const size = distances.length
  const single: RunClusters = {
    groups: Array<number>(size).fill(0),
    count: size > 0 ? 1 : 0,
    order: Array.from({ length: size }, (_, i) => i),
    silhouette: null
  }
  if (size < 3) return single
  const tree = agnes(
    distances.map((row) => [...row]),
    { method: 'average', isDistanceMatrix: true }
  )
  const order = tree.indices()
  let best: RunClusters = { ...single, order }
  for (let count = 2; count <= Math.min(MOST_GROUPS, size - 1); count++) {
    const groups = groupsOf(tree, count, size)
    if (new Set(groups).size !== count) continue
    const value = silhouette(distances, groups)
    if (value >= 0.25 && (best.silhouette === null || value > best.silhouette + 1e-12))
      best = { groups, count, order, silhouette: value }
  }
  return best
}

function groupsOf(tree: Cluster, count: number, size: number): number[] {
  const raw = new Int32Array(size)
  tree.group(count).children.forEach((cluster, g) => cluster.indices().forEach((i) => (raw[i] = g)))
  const numbers = new Map<number, number>()
  return Array.from(raw, (g) => {
    if (!numbers.has(g)) numbers.set(g, numbers.size)
    return numbers.get(g)!
  })
}

/** Mean over items of (b - a) / max(a, b): a to the own group, b to the nearest other one; 0 for a group of one. */
export function silhouette(distances: readonly (readonly number[])[], groups: readonly number[]): number {
  const count = largest(groups) + 1
  let total = 0
  groups.forEach((own, i) => {
    const sums = new Float64Array(count)
    const sizes = new Float64Array(count)
    groups.forEach((other, j) => {
      if (j === i) return
      sums[other] += distances[i][j]
      sizes[other]++
    })
    if (sizes[own] === 0) return
    const a = sums[own] / sizes[own]
    let b = Infinity
    for (let g = 0; g < count; g++) if (g !== own && sizes[g] > 0) b = Math.min(b, sums[g] / sizes[g])
    if (Math.max(a, b) > 0) total += (b - a) / Math.max(a, b)
  })
  return total / groups.length
}
