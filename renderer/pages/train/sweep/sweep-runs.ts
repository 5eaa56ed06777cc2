/** Which runs of an experiment are a learning-rate sweep: the same in everything but the rate. */
import type { RunInfo } from '../../../../src/domain/run'

function allButRate({ spec }: RunInfo): string {
  const { params, experiment, data, network, hooks } = spec!
  const rest = Object.entries(params)
    .filter(([key]) => key !== 'learningRate')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([experiment, rest, data?.id ?? null, network, hooks])
}

/**
 * The runs beside the given one, itself among them, that differ from it in the learning rate only: one for each rate, of its
 * seed, by ascending rate. Empty where there are not at least two. Forks began elsewhere and are none of them.
 */
export function sweptRuns(chosen: RunInfo | null, runs: readonly RunInfo[]): RunInfo[] {
  if (!chosen?.spec || chosen.spec.parent || typeof chosen.spec.params.learningRate !== 'number') return []
  const same = allButRate(chosen)
  const byRate = new Map<number, RunInfo>()
  for (const run of [chosen, ...runs]) {
    if (!run.spec || run.spec.parent || run.group !== chosen.group || run.spec.seed !== chosen.spec.seed) continue
    const rate = run.spec.params.learningRate as number
    if (!byRate.has(rate) && allButRate(run) === same) byRate.set(rate, run)
  }
  const found = [...byRate.entries()].sort(([a], [b]) => a - b).map(([, run]) => run)
  return found.length > 1 ? found : []
}
