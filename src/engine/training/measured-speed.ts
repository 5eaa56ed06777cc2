/** How fast this machine has trained before. */
import type { RunInfo } from '../../domain/run'
import type { Recipe } from '../../domain/recipe'
import { costingParams } from '../../domain/step-cost'

/** Seconds per step of the newest finished run of the same experiment with equal parameters where they set the cost. */
export function measuredSecondsPerStep(
  runs: readonly RunInfo[],
  { experiment, params, data, network }: Recipe
): number | null {
  const setters = Object.keys(costingParams(params))
  const measured = runs.findLast(
    ({ spec, status, step, elapsedSeconds }) =>
      spec?.experiment === experiment &&
      status === 'done' &&
      step > 0 &&
      elapsedSeconds > 0 &&
      spec.data?.id === data?.id &&
      JSON.stringify(spec.network) === JSON.stringify(network) &&
      setters.every((key) => spec.params[key] === params[key])
  )
  return measured ? measured.elapsedSeconds / measured.step : null
}
