/** Where a run lies among the other seeds of its group, at the same steps, in units of their spread. */
import { largest, median, smallest } from '../numeric/statistics'
import { valueAt } from './courses'
import type { Course } from './observed'

/** Of a standard deviation of normal numbers over the median distance from their median. */
const perMedianDistance = 1.4826
/** Fewer common points say nothing about how far the seeds usually lie apart. */
const fewestCommon = 4

export interface AmongSeeds {
  /** Seeds that it is compared with. */
  seeds: number
  /** Common steps, and at each how many spreads the run lies above (below: negative) the median of the seeds. */
  steps: number[]
  distances: number[]
  /** Median of the seeds at each of these steps. */
  centre: number[]
}

/**
 * At the steps that at least `fewest` other seeds have come to. The spread is robust: 1.4826 times the median distance from the
 * median (Rousseeuw & Croux 1993). That of a few seeds is rough, so it is at least half of what it usually is over these steps, and at
 * least a fiftieth of the way that the median goes.
 * @returns null where there are too few seeds or points
 */
export function amongSeeds(own: Course, seeds: readonly Course[], fewest: number): AmongSeeds | null {
  const ends = seeds.map(({ steps }) => steps[steps.length - 1] ?? -1).sort((a, b) => b - a)
  if (ends.length < fewest) return null
  const until = ends[fewest - 1]
  const common = Array.from(own.steps).filter((step) => step <= until)
  // A seed that has gone to NaN or has not come so far is none to be compared with.
  const rows = seeds
    .filter(({ steps }) => (steps[steps.length - 1] ?? -1) >= until)
    .map((seed) => common.map((step) => valueAt(seed, step)))
    .filter((row) => row.every(Number.isFinite))
  if (common.length < fewestCommon || rows.length < fewest) return null
  const centre = common.map((_, i) => median(rows.map((row) => row[i])))
  const spread = common.map((_, i) => perMedianDistance * median(rows.map((row) => Math.abs(row[i] - centre[i]))))
  const way = largest(centre) - smallest(centre)
  const least = Math.max(median(spread) / 2, way / 50, 1e-3 * largest(centre.map(Math.abs)), 1e-12)
  return {
    seeds: rows.length,
    steps: common,
    centre,
    distances: common.map((step, i) => (valueAt(own, step) - centre[i]) / Math.max(spread[i], least))
  }
}
