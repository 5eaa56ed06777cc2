/**
 * The SIMD kernels of scripts/simd/kernels.ts, on a memory of choice: that of the wasm backend, so that they work on tensors
 * in place, or one of their own. Arguments are byte addresses and counts; see the source for what each does.
 */
import { binary } from './binary'

type Kernel<Count extends number, Args extends number[] = []> = Args['length'] extends Count
  ? (...args: Args) => void
  : Kernel<Count, [...Args, number]>

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
  gramF64: Kernel<4>
  tridiagonaliseF64: Kernel<5>
}

export interface LinearMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of the WebAssembly interface that is used; the core is compiled without the types of a browser. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: object }
  Memory: new (descriptor: { initial: number }) => LinearMemory
}

const api = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

let compiled: object | null = null

export function simdKernels(memory: LinearMemory): SimdKernels {
  compiled ??= new api.Module(Uint8Array.from(atob(binary), (char) => char.charCodeAt(0)))
  return new api.Instance(compiled, { env: { memory } }).exports as SimdKernels
}

export const pageBytes = 65_536

export function newMemory(pages: number): LinearMemory {
  return new api.Memory({ initial: pages })
}
