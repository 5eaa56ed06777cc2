/**
 * Values of tensors: direct access, without a copy, on the two backends that keep them in memory we can reach - `wasm` (its
 * heap) and `cpu` (typed arrays) - and copies on the others. The ways in are undocumented internals of TensorFlow.js 4.22,
 * used here and in `backend.ts` only; the tests of this folder hold them against the public interface.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { LinearMemory } from '../wasm/module'

interface HeapEntry {
  id: number
  memoryOffset: number
  shape: number[]
}

/** The parts of the wasm backend that are used beyond its public interface. */
export interface HeapBackend {
  wasm: {
    HEAPU8: Uint8Array
    _malloc(bytes: number): number
    asm: { memory: LinearMemory }
    tfjs: { disposeData(id: number): void; registerTensor(id: number, size: number, offset: number): void }
  }
  dataIdMap: { get(dataId: object): HeapEntry }
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array
  disposeData(dataId: object): boolean
}

interface PlainBackend {
  data: { get(dataId: object): { values: Float32Array | Int32Array } }
  makeTensorInfo(shape: number[], dtype: string, values: Float32Array | Int32Array): tf.TensorInfo
}

/** The wasm backend when it is the current one, else null. */
export function heapBackend(): HeapBackend | null {
  return tf.getBackend() === 'wasm' ? (tf.backend() as BackendWasm as unknown as HeapBackend) : null
}

/** True where `valuesOf` and `emptyTensor` work: on `wasm` and `cpu`. Elsewhere values live on another device. */
export function inPlace(): boolean {
  const name = tf.getBackend()
  return name === 'wasm' || name === 'cpu'
}

/**
 * The values of a tensor on any backend, float32 or int32 alike. In place backends resolve at once with the view that
 * `valuesOf` gives, under its conditions: whoever keeps the values copies them, before anything else is awaited.
 */
export async function readValues(tensor: tf.TensorInfo | tf.Tensor): Promise<Float32Array> {
  if (inPlace()) return valuesOf(tensor)
  return (await tf.backend().read(tensor.dataId)) as Float32Array
}

/**
 * The values of a float32 or int32 tensor, in place. The view is valid until the next tensor is allocated (the heap may
 * move when it grows): allocate outputs first, then take views. Writing needs `touched` afterwards.
 */
export function valuesOf(tensor: tf.TensorInfo): Float32Array {
  return anyValuesOf(tensor) as Float32Array
}

export function intValuesOf(tensor: tf.TensorInfo): Int32Array {
  return anyValuesOf(tensor) as Int32Array
}

function anyValuesOf(tensor: tf.TensorInfo): Float32Array | Int32Array {
  const heap = heapBackend()
  if (heap) return heap.typedArrayFromHeap(tensor)
  const backend = tf.backend() as unknown as PlainBackend
  if (tf.getBackend() !== 'cpu') throw new Error(`Values cannot be reached in place on backend "${tf.getBackend()}".`)
  return backend.data.get(tensor.dataId).values
}

/** A new tensor whose values are undefined: every element has to be written. */
export function emptyTensor<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  dtype: 'float32' | 'int32' = 'float32'
): tf.Tensor<R> {
  return tf.engine().makeTensorFromTensorInfo(emptyInfo(shape, dtype)) as tf.Tensor<R>
}

/** As `emptyTensor`, for use inside kernels, where the engine wraps the result itself. */
export function emptyInfo(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): tf.TensorInfo {
  const heap = heapBackend()
  if (heap) return heap.makeOutput([...shape], dtype)
  const size = tf.util.sizeFromShape([...shape])
  const values = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size)
  return (tf.backend() as unknown as PlainBackend).makeTensorInfo([...shape], dtype, values)
}

/**
 * Must follow every write into a tensor that an earlier operation has read. XNNPACK keeps a packed copy of matMul weights
 * and Conv2D filters by tensor id; without this, it would go on computing with the old values.
 */
export function touched(tensor: tf.TensorInfo): void {
  const heap = heapBackend()
  if (!heap) return
  const entry = heap.dataIdMap.get(tensor.dataId)
  heap.wasm.tfjs.disposeData(entry.id)
  heap.wasm.tfjs.registerTensor(entry.id, tf.util.sizeFromShape(tensor.shape), entry.memoryOffset)
}
