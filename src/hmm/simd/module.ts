/**
 * The kernels of scripts/simd/hmm.ts: one instance and one memory per thread. WebAssembly memory never shrinks, so every
 * fit and every score of a thread uses the same one from its beginning, and it is as large as the largest of them needed.
 */
import { binary } from './binary'

type Kernel<Count extends number, Result = void, Args extends number[] = []> = Args['length'] extends Count
  ? (...args: Args) => Result
  : Kernel<Count, Result, [...Args, number]>

export interface HmmKernels {
  bindShape: Kernel<3>
  bindModel: Kernel<8>
  bindRules: Kernel<3>
  bindBuffers: Kernel<6>
  bindSums: Kernel<6>
  emissions: Kernel<2, number>
  recursions: Kernel<1>
  leastShare: Kernel<1, number>
  posteriors: Kernel<1, number>
  moments: Kernel<3>
  scatter: Kernel<3>
  nearer: Kernel<4>
  assign: Kernel<6>
}

interface LinearMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of the WebAssembly interface that is used; the core is compiled without the types of a browser. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: object }
  Memory: new (descriptor: { initial: number }) => LinearMemory
}

const PAGE_BYTES = 65_536
/** Arrays begin on cache lines. */
const ALIGNMENT = 64

let instance: { kernels: HmmKernels; memory: LinearMemory } | null = null

function theInstance(): { kernels: HmmKernels; memory: LinearMemory } {
  if (instance) return instance
  const api = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
  const memory = new api.Memory({ initial: 1 })
  const module = new api.Module(Uint8Array.from(atob(binary), (char) => char.charCodeAt(0)))
  instance = { kernels: new api.Instance(module, { env: { memory } }).exports as HmmKernels, memory }
  return instance
}

export function hmmKernels(): HmmKernels {
  return theInstance().kernels
}

/** Bytes that the kernels' memory of this thread has grown to. */
export function kernelMemoryBytes(): number {
  return theInstance().memory.buffer.byteLength
}

/** An array in the kernels' memory and its address. */
export interface Place {
  at: number
  values: Float64Array
}

/**
 * Lays out arrays by their numbers of float64 values, growing the memory when needed. What an earlier call laid out is
 * lost. The contents are undefined.
 * @throws when there is not enough memory.
 */
export function layOut<Name extends string>(lengths: Record<Name, number>): Record<Name, Place> {
  const { memory } = theInstance()
  const names = Object.keys(lengths) as Name[]
  const at = new Map<Name, number>()
  let end = 0
  for (const name of names) {
    at.set(name, end)
    end = Math.ceil((end + lengths[name] * 8) / ALIGNMENT) * ALIGNMENT
  }
  const missing = Math.ceil(end / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES
  try {
    if (missing > 0) memory.grow(missing)
  } catch {
    throw new Error(`The data need ${Math.ceil(end / 1e6)} MB of memory for the kernels, and these cannot be had.`)
  }
  return Object.fromEntries(
    names.map((name) => [
      name,
      { at: at.get(name)!, values: new Float64Array(memory.buffer, at.get(name)!, lengths[name]) }
    ])
  ) as Record<Name, Place>
}
