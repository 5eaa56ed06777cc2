/** Learning rates over the steps of a run. */
import type { Params } from './params'

/** Share of a one-cycle run in which the rate rises, its start as a share of the peak, and its end as one of the start; Smith & Topin 2018, as in PyTorch. */
const oneCycle = { rising: 0.3, initial: 1 / 25, final: 1e-4 }

/**
 * Learning rate of update `step` + 1. Warm-up multiplies the others; a one-cycle schedule warms up by itself. `params` are
 * complete (`scheduleParams`).
 */
export function learningRateAt(params: Params, step: number, stepsPerEpoch: number, totalSteps: number): number {
  const full = params.learningRate as number
  const warmup = params.warmupSteps as number
  const warm = warmup > 0 ? Math.min(1, (step + 1) / warmup) : 1
  switch (params.schedule) {
    case 'step': {
      const drops = Math.floor(step / (stepsPerEpoch * (params.stepEpochs as number)))
      return warm * full * (params.stepFactor as number) ** drops
    }
    case 'cosine':
      return warm * between(full, 0, Math.min(1, step / totalSteps))
    case 'one-cycle': {
      // PyTorch's OneCycleLR: the peak is reached at `rising` of the last index.
      const top = oneCycle.rising * totalSteps - 1
      const last = totalSteps - 1
      const [initial, final] = [full * oneCycle.initial, full * oneCycle.initial * oneCycle.final]
      if (step <= top) return between(initial, full, top > 0 ? step / top : 1)
      return between(full, final, last > top ? Math.min(1, (step - top) / (last - top)) : 1)
    }
    default:
      return warm * full
  }
}

/** From a at 0 to b at 1 along half a cosine. */
function between(a: number, b: number, at: number): number {
  return b + ((a - b) * (1 + Math.cos(Math.PI * at))) / 2
}
