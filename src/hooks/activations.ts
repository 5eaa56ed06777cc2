/** Collectors of activations: taps that look at the outputs of chosen modules while a forward pass runs. */
import { histogram, type Histogram } from '../metrics/histogram'
import type { Tap } from '../models/model'
import { valuesOf } from '../tensor/views'

/** Tap that makes one histogram of each chosen module's output and hands it on at once; nothing is kept. */
export function histogramTap(
  hooks: ReadonlySet<string>,
  range: { min: number; max: number; bins: number },
  done: (hook: string, histogram: Histogram) => void
): Tap {
  return (path, activation) => {
    if (hooks.has(path)) done(path, histogram(valuesOf(activation), range.min, range.max, range.bins))
  }
}

interface Sums {
  count: number
  sum: number
  squares: number
  zeros: number
}

/** Running mean, spread and share of exact zeros of chosen modules' outputs over any number of batches. */
export class ActivationStatistics {
  private readonly sums = new Map<string, Sums>()

  constructor(private readonly hooks: ReadonlySet<string>) {}

  readonly tap: Tap = (path, activation) => {
    if (!this.hooks.has(path)) return
    const sums = this.sums.get(path) ?? { count: 0, sum: 0, squares: 0, zeros: 0 }
    this.sums.set(path, sums)
    const values = valuesOf(activation)
    let sum = 0
    let squares = 0
    let zeros = 0
    for (let i = 0; i < values.length; i++) {
      const v = values[i]
      sum += v
      squares += v * v
      if (v === 0) zeros++
    }
    sums.count += values.length
    sums.sum += sum
    sums.squares += squares
    sums.zeros += zeros
  }

  /** `activations/<hook>/mean`, `std` (population) and `zero_share`; values that are not finite show as NaN. */
  scalars(): Record<string, number> {
    const values: Record<string, number> = {}
    for (const [hook, { count, sum, squares, zeros }] of this.sums) {
      const mean = sum / count
      values[`activations/${hook}/mean`] = mean
      values[`activations/${hook}/std`] = Math.sqrt(Math.max(0, squares / count - mean * mean))
      values[`activations/${hook}/zero_share`] = zeros / count
    }
    return values
  }
}
