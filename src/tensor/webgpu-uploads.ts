/**
 * Values on their way to the GPU. The package makes a mapped buffer for each tensor and destroys it afterwards, which took 1 ms
 * a tensor on an H100, scalars included: nine tenths of a training step. The queue has memory of its own for that.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { DeviceBackend } from './webgpu-internals'

/** GPUBufferUsage: COPY_SRC, COPY_DST, STORAGE. */
const STORAGE_USAGE = 0x4 | 0x8 | 0x80

/**
 * Makes a backend write through its queue. What is written comes before commands that are recorded but not submitted; these
 * never use the buffer, because one that they use is not free before they are submitted.
 */
export function uploadThroughQueue(backend: DeviceBackend): void {
  backend.uploadToGPU = (dataId) => {
    const tensor = backend.tensorMap.get(dataId)
    if (tensor.resource) return
    // float32, int32 and bool, which is int32 there.
    const buffer = backend.bufferManager.acquireBuffer(4 * tf.util.sizeFromShape(tensor.shape), STORAGE_USAGE)
    const { values } = tensor
    if (values) {
      const whole = tensor.dtype !== 'float32'
      const ready = whole
        ? values instanceof Int32Array
          ? values
          : Int32Array.from(values)
        : values instanceof Float32Array
          ? values
          : Float32Array.from(values)
      if (ready.length > 0) backend.queue.writeBuffer(buffer, 0, ready)
      tensor.values = null
    }
    tensor.resource = buffer
  }
}
