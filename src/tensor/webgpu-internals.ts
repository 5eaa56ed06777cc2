/**
 * The parts of the webgpu backend of TensorFlow.js 4.22 that are used beyond its public interface. Types of the GPU are
 * structural: the core knows no browser.
 */
import * as tf from '@tensorflow/tfjs-core'

export interface DeviceBuffer {
  readonly size: number
}

export interface DeviceTensor {
  /** On this side; null once they are on the device only. */
  values: ArrayLike<number> | null
  resource: DeviceBuffer | null
  dtype: string
  shape: number[]
}

export interface DevicePipeline {
  getBindGroupLayout(group: number): unknown
}

export interface DeviceBackend {
  device: {
    createShaderModule(descriptor: { code: string }): unknown
    createComputePipeline(descriptor: {
      layout: 'auto'
      compute: { module: unknown; entryPoint: string }
    }): DevicePipeline
    createBindGroup(descriptor: { layout: unknown; entries: { binding: number; resource: unknown }[] }): unknown
  }
  queue: { writeBuffer(buffer: DeviceBuffer, offset: number, data: Float32Array | Int32Array): void }
  bufferManager: { acquireBuffer(bytes: number, usage: number): DeviceBuffer }
  tensorMap: { get(dataId: object): DeviceTensor }
  commandEncoder: { beginComputePass(): ComputePass } | null
  computePassEncoder: ComputePass | null
  /** What commands that are not submitted yet use, and so must not be given to others before. */
  commandQueueOwnedIds: WeakSet<object>
  dispatchCountInPass: number
  uploadToGPU(dataId: object): void
  makeUniforms(fields: { type: 'float32' | 'int32'; data: number[] }[]): object
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
}

interface ComputePass {
  setPipeline(pipeline: DevicePipeline): void
  setBindGroup(index: number, group: unknown): void
  dispatchWorkgroups(count: number): void
}

/** The webgpu backend when it is the current one, else null. */
export function deviceBackend(): DeviceBackend | null {
  return tf.getBackend() === 'webgpu' ? (tf.backend() as unknown as DeviceBackend) : null
}
