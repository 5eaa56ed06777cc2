/** Choice and preparation of the TensorFlow.js backend. Safe to call again; the last prepared backend is the current one. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
// Not for its layers: importing it is the one supported way to register the gradients of the stock operations.
import '@tensorflow/tfjs-layers'
import { registerWasmKernels } from './kernels'
import { heapBackend } from './views'
import { registerWebgpu, type Gpu } from './webgpu'

export type TensorBackend = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu'

export interface BackendOptions {
  /** wasm: folder or URL of the three .wasm files, ending in `/`. Without it the files beside the npm package are used. */
  wasmDir?: string
  /** wasm: refuse to go beyond this many bytes of live tensors. The heap itself ends at 4 GiB. */
  limitBytes?: number
  /** webgpu: the entry to the GPU; default: that of the browser. In Node a native package provides one. */
  gpu?: Gpu
  /** webgpu: told once when the device is lost or its memory full; from then on results are worth nothing. */
  onFailure?: (error: Error) => void
}

/** Below the 4 GiB where the heap ends: fragmentation and packed copies of weights need room as well. */
const defaultLimitBytes = 3 * 2 ** 30

let wasmReady = false

/** Makes `name` the current backend, with all kernels registered. Throws with a sentence where it cannot start. */
export async function prepareBackend(name: TensorBackend, options: BackendOptions = {}): Promise<void> {
  if (name === 'wasm' && !wasmReady && options.wasmDir) setWasmPaths(options.wasmDir)
  let started: boolean
  try {
    if (name === 'webgpu') await registerWebgpu(options.gpu, options.onFailure)
    started = await tf.setBackend(name)
    await tf.ready()
  } catch (error) {
    throw new Error(`The ${name} backend could not start: ${(error as Error).message ?? String(error)}`, {
      cause: error
    })
  }
  if (!started || tf.getBackend() !== name) {
    throw new Error(`The ${name} backend could not start.${whyNot(name, options)}`)
  }
  if (name === 'cpu') {
    // The backend greets its first user on the console with advice that does not apply here.
    ;(tf.backend() as unknown as { firstUse: boolean }).firstUse = false
  }
  if (name !== 'wasm') return
  if (!wasmReady) registerWasmKernels()
  wasmReady = true
  guardHeap(options.limitBytes ?? defaultLimitBytes)
}

function whyNot(name: TensorBackend, { wasmDir }: BackendOptions): string {
  if (name === 'wasm' && wasmDir) return ` Its files were expected in ${wasmDir}.`
  if (name === 'tensorflow') return ' Native TensorFlow is not loaded in this process.'
  return ''
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
