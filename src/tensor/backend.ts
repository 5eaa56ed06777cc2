/** Choice and preparation of the TensorFlow.js backend. Safe to call again; the last prepared backend is the current one. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
// Not for its layers: importing it is the one supported way to register the gradients of the stock operations.
import '@tensorflow/tfjs-layers'
import { registerWasmKernels } from './kernels'
import { heapBackend } from './views'

export type TensorBackend = 'wasm' | 'cpu'

export interface BackendOptions {
  /** Folder or URL of the three .wasm files, ending in `/`. Without it the files beside the npm package are used. */
  wasmDir?: string
  /** Refuse to go beyond this many bytes of live tensors. The heap itself ends at 4 GiB. */
  limitBytes?: number
}

/** Below the 4 GiB where the heap ends: fragmentation and packed copies of weights need room as well. */
const defaultLimitBytes = 3 * 2 ** 30

let wasmReady = false

/** Makes `name` the current backend, with all kernels registered. Throws with a sentence where it cannot start. */
export async function prepareBackend(name: TensorBackend, options: BackendOptions = {}): Promise<void> {
  if (name === 'wasm' && !wasmReady && options.wasmDir) setWasmPaths(options.wasmDir)
  let started: boolean
  try {
    started = await tf.setBackend(name)
    await tf.ready()
  } catch (error) {
    throw new Error(`The ${name} backend could not start: ${(error as Error).message ?? String(error)}`, {
      cause: error
    })
  }
  if (!started || tf.getBackend() !== name) {
    const where = options.wasmDir ? ` Its files were expected in ${options.wasmDir}.` : ''
    throw new Error(`The ${name} backend could not start.${name === 'wasm' ? where : ''}`)
  }
  if (name === 'cpu') {
    // The backend greets its first user on the console with advice that does not apply here.
    ;(tf.backend() as unknown as { firstUse: boolean }).firstUse = false
    return
  }
  if (!wasmReady) registerWasmKernels()
  wasmReady = true
  guardHeap(options.limitBytes ?? defaultLimitBytes)
}

/** Counts for leak tests and for memory displays. */
export function tensorMemory(): { tensors: number; bytes: number } {
  const { numTensors, numBytes } = tf.memory()
  return { tensors: numTensors, bytes: numBytes }
}

const stockMalloc = new WeakMap<object, (bytes: number) => number>()

/**
 * The heap's own allocator does not throw when it is full: it hands out address 0 and upwards, where other tensors live.
 * So the limit is checked here, before it is asked.
 */
function guardHeap(limitBytes: number): void {
  const heap = heapBackend()
  if (!heap) return
  const wasm = heap.wasm
  const malloc = stockMalloc.get(wasm) ?? wasm._malloc
  stockMalloc.set(wasm, malloc)
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`
  wasm._malloc = (bytes: number): number => {
    const live = tf.memory().numBytes
    const refusal =
      `Out of tensor memory: ${gib(live)} are in use, ${gib(bytes)} more were asked for, and the limit is ` +
      `${gib(limitBytes)}. Use a smaller batch, a smaller model or fewer evaluation samples.`
    if (live + bytes > limitBytes) throw new Error(refusal)
    const address = malloc(bytes)
    if (address === 0 && bytes > 0) throw new Error(refusal)
    return address
  }
}
