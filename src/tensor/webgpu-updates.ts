/**
 * Optimizer updates in place on the GPU: one dispatch for each parameter, where operations on tensors are a dozen, each with new
 * memory.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { deviceBackend } from './webgpu-internals'
import type { DeviceBackend, DevicePipeline } from './webgpu-internals'

export interface DeviceParameter {
  weights: tf.TensorInfo
  gradient: tf.TensorInfo
  /** Adam: first and second moment; sgd: velocity. All have the shape of the weights, float32. */
  slots: readonly tf.TensorInfo[]
}

/** Numbers of `updateInPlace` (training/optimizers.ts), which says what they mean. Gradients are multiplied by `scale` first. */
export interface AdamNumbers {
  beta1: number
  beta2: number
  epsilon: number
  /** What is left of a weight, 1 without decoupled decay. */
  keep: number
  /** Weight decay that is added to the gradient. */
  l2: number
  stepSize: number
  correction: number
  scale: number
}

export interface SgdNumbers {
  momentum: number
  decay: number
  learningRate: number
  scale: number
}

const WORKERS = 256
/** Every device allows this many groups; larger tensors take more rounds. */
const MOST_GROUPS = 65535

const adamCode = `
struct Numbers { moments: vec4f, sizes: vec4f, rest: vec4f }
@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<uniform> n: Numbers;
@group(0) @binding(3) var<storage, read_write> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> v: array<f32>;
@compute @workgroup_size(${WORKERS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&w); i += groups.x * ${WORKERS}u) {
    let gradient = g[i] * n.rest.y + n.sizes.z * w[i];
    let mean = n.moments.x * m[i] + n.moments.y * gradient;
    let square = n.moments.z * v[i] + n.moments.w * gradient * gradient;
    m[i] = mean;
    v[i] = square;
    w[i] = n.sizes.y * w[i] - n.sizes.w * mean / (sqrt(square * n.rest.x) + n.sizes.x);
  }
}`

const sgdCode = `
@group(0) @binding(0) var<storage, read_write> w: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<uniform> n: vec4f;
@group(0) @binding(3) var<storage, read_write> u: array<f32>;
@compute @workgroup_size(${WORKERS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&w); i += groups.x * ${WORKERS}u) {
    let velocity = n.x * u[i] + (g[i] * n.w + n.y * w[i]);
    u[i] = velocity;
    w[i] = w[i] - n.z * velocity;
  }
}`

/** Updates all parameters as Adam or AdamW would. @returns false where WebGPU is not the current backend: nothing was done. */
export function adamOnDevice(parameters: readonly DeviceParameter[], numbers: AdamNumbers): boolean {
  const { beta1, beta2, epsilon, keep, l2, stepSize, correction, scale } = numbers
  return update(adamCode, parameters, [
    [beta1, 1 - beta1, beta2, 1 - beta2],
    [epsilon, keep, l2, stepSize],
    [correction, scale, 0, 0]
  ])
}

/** As `adamOnDevice`, by gradient descent with momentum. */
export function sgdOnDevice(parameters: readonly DeviceParameter[], numbers: SgdNumbers): boolean {
  const { momentum, decay, learningRate, scale } = numbers
  return update(sgdCode, parameters, [[momentum, decay, learningRate, scale]])
}

const pipelines = new WeakMap<DeviceBackend['device'], Map<string, DevicePipeline>>()

function pipelineOf({ device }: DeviceBackend, code: string): DevicePipeline {
  const known = pipelines.get(device) ?? new Map<string, DevicePipeline>()
  pipelines.set(device, known)
  let pipeline = known.get(code)
  if (!pipeline) {
    const module = device.createShaderModule({ code })
    pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } })
    known.set(code, pipeline)
  }
  return pipeline
}

function update(code: string, parameters: readonly DeviceParameter[], numbers: number[][]): boolean {
  const backend = deviceBackend()
  if (!backend) return false
  // Nothing would be recorded, and nothing can be submitted.
  if (parameters.length === 0) return true
  const pipeline = pipelineOf(backend, code)
  // Free for others after the next submission, which therefore does not come before the last dispatch.
  const uniforms = backend.makeUniforms(numbers.map((data) => ({ type: 'float32', data })))
  for (const { weights, gradient, slots } of parameters) {
    const buffers = [weights, gradient, ...slots].map(({ dataId }) => {
      backend.uploadToGPU(dataId)
      backend.commandQueueOwnedIds.add(dataId)
      return backend.tensorMap.get(dataId)
    })
    const [ofWeights, ofGradient, ...ofSlots] = buffers.map(({ resource }) => ({ buffer: resource }))
    const resources = [ofWeights, ofGradient, uniforms, ...ofSlots]
    const group = backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: resources.map((resource, binding) => ({ binding, resource }))
    })
    backend.ensureCommandEncoderReady()
    backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass()
    backend.computePassEncoder.setPipeline(pipeline)
    backend.computePassEncoder.setBindGroup(0, group)
    backend.computePassEncoder.dispatchWorkgroups(
      Math.min(MOST_GROUPS, Math.ceil(buffers[0].resource!.size / 4 / WORKERS))
    )
    backend.dispatchCountInPass += 1
    // What was read of them before is out of date.
    for (const tensor of buffers) tensor.values = null
  }
  backend.endComputePassEncoder()
  backend.submitQueue()
  return true
}
