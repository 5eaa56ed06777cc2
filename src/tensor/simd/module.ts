/**
 * The SIMD kernels of ./kernels, on a memory of choice: that of the wasm backend, so that they work on tensors
 * in place, or one of their own. Arguments are byte addresses and counts; see the source for what each does.
 */
import { moduleOf, type Kernel } from '../../wasm/module'
import { binary } from './binary'

export interface SimdKernels {
  relu: Kernel<3>
  reluGradient: Kernel<4>
  addBias: Kernel<5>
  columnSums: Kernel<4>
  columnSquares: Kernel<5>
  columnDots: Kernel<6>
  normalise: Kernel<7>
  normaliseGradient: Kernel<9>
  transpose: Kernel<4>
  gemmTN: Kernel<7>
  adam: Kernel<14>
  im2col: Kernel<20>
  addTo: Kernel<3>
  maxPool: Kernel<19>
  maxPoolGradient: Kernel<20>
  countValues: Kernel<11>
  gramF64: Kernel<4>
  tridiagonaliseF64: Kernel<5>
}

/** Instantiates them on a memory. It throws where WebAssembly has no SIMD. */
export const simdKernels = moduleOf<SimdKernels>(binary)
