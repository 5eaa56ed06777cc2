import { tagOf } from '../../domain/tags'
import { gradientScalars } from '../../hooks/gradients'
import { histogram, type Histogram } from '../../metrics/histogram'
import { isInside } from '../../models/architecture'
import type { HookObserver } from './kind'

export const gradients: HookObserver = {
  holds: 'gradients',

  async batch({ ranges, ...site }, held, _batch, moment) {
    for (const [hook, read] of held.activationGradients()) {
      const { values } = await read()
      await site.histogram(tagOf.activationGradientHistogram(hook), centred([values], ranges.bins), moment)
    }
  },

  async gradients({ spec, ranges, ...site }, all, moment) {
    const scalars = gradientScalars(all, spec.hooks)
    site.scalars(scalars)
    for (const hook of spec.hooks) {
      const inside = all.filter(({ spec: { owner } }) => isInside(owner, hook)).map(({ values }) => values)
      if (inside.length === 0) continue
      await site.histogram(tagOf.gradientHistogram(hook), centred(inside, ranges.bins), moment)
      if (scalars[tagOf.gradients(hook, 'nonfinite')] > 0) await site.alert(`The gradient of ${hook}`)
    }
  }
}

/**
 * Gradients have no natural range: the bins reach to the power of two at or above the largest magnitude, on both sides of
 * zero, so that the edges of different steps lie on each other.
 */
function centred(arrays: readonly Float32Array[], bins: number): Histogram {
  let largest = 0
  let count = 0
  for (const values of arrays) {
    count += values.length
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i])
      if (size > largest && size !== Infinity) largest = size
    }
  }
  const reach = largest > 0 ? 2 ** Math.ceil(Math.log2(largest)) : 1
  if (arrays.length === 1) return histogram(arrays[0], -reach, reach, bins)
  const all = new Float32Array(count)
  arrays.reduce((at, values) => (all.set(values, at), at + values.length), 0)
  return histogram(all, -reach, reach, bins)
}
