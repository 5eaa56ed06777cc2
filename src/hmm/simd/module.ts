/**
 * The kernels of ./kernels: one instance and one memory per thread. WebAssembly memory never shrinks, so every fit and
 * every score of a thread uses the same one from its beginning, and it is as large as the largest of them needed.
 */
import { growTo, moduleOf, newMemory } from '../../wasm/module'
import type { Kernel, LinearMemory } from '../../wasm/module'
import { binary } from './binary'

export interface HmmKernels {
  bindShape: Kernel<3>
  bindModel: Kernel<8>
  bindRules: Kernel<3>
  bindBuffers: Kernel<6>
  bindSums: Kernel<6>
  bindGaps: Kernel<14>
  factorPatterns: Kernel<1>
  gapMoments: Kernel<3>
  leftovers: Kernel<1>
  emissions: Kernel<2, number>
  recursions: Kernel<1>
  leastShare: Kernel<1, number>
  posteriors: Kernel<1, number>
  moments: Kernel<3>
  scatter: Kernel<3>
  nearer: Kernel<4>
  assign: Kernel<6>
}

/** Arrays begin on cache lines. */
const ALIGNMENT = 64

const instantiate = moduleOf<HmmKernels>(binary)
let instance: { kernels: HmmKernels; memory: LinearMemory } | null = null

function theInstance(): { kernels: HmmKernels; memory: LinearMemory } {
  if (instance) return instance
  const memory = newMemory()
  instance = { kernels: instantiate(memory), memory }
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
  try {
    growTo(memory, end)
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
