/** The SIMD kernels on the heap of the wasm backend, and addresses of tensors there. */
import type * as tf from '@tensorflow/tfjs-core'
import { simdKernels, type SimdKernels } from './simd/module'
import { heapBackend } from './views'
import type { LinearMemory } from '../wasm/module'

let ready: { memory: LinearMemory; kernels: SimdKernels } | null = null

/** The kernels while the wasm backend is the current one, else null: then the plain loops do. */
export function heapKernels(): SimdKernels | null {
  const heap = heapBackend()
  if (!heap) return null
  const memory = heap.wasm.asm.memory
  if (ready?.memory !== memory) ready = { memory, kernels: simdKernels(memory) }
  return ready.kernels
}

/** Byte address of a tensor's values. It stays the same for the life of the tensor, also when the heap grows. */
export function addressOf(tensor: tf.TensorInfo): number {
  return heapBackend()!.dataIdMap.get(tensor.dataId).memoryOffset
}
