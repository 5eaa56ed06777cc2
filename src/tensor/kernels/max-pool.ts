/** Max pooling: its gradient in two dimensions, everything in three. Channels last; a picture is a volume of depth 1. */
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyInfo, valuesOf } from '../views'
import type { Kernel } from './kernel'
import { poolGeometry } from './pool-geometry'

/** Largest values of windows. The stock kernel in three dimensions takes no value below 1e-38 for the largest. */
export const maxPool3d: Kernel = ({ inputs, attrs }) => {
  const { x } = inputs
  const { output, counts } = poolGeometry(x.shape, attrs)
  const out = emptyInfo([x.shape[0], ...output, x.shape[4]])
  heapKernels()!.maxPool(addressOf(x), addressOf(out), ...counts)
  return out
}

/**
 * dL/dx: each dy goes to the largest element of its window, on a tie to the first in row-major order. The stock kernel in
 * two dimensions looks for every x at all windows that it might be the largest of.
 */
export const maxPoolGrad: Kernel = ({ inputs, attrs }) => {
  const { dy, input } = inputs
  const { counts } = poolGeometry(input.shape, attrs)
  const out = emptyInfo(input.shape)
  valuesOf(out).fill(0)
  heapKernels()!.maxPoolGradient(addressOf(input), addressOf(dy), addressOf(out), ...counts)
  return out
}
