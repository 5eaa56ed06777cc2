/**
 * The WebGPU backend on a device of our own making, so that its loss and its errors are heard. Types are structural: the
 * same code runs in a browser's worker and in Node, and the core knows neither.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { registerWebgpuKernels } from './kernels/webgpu'
import type { DeviceBackend } from './webgpu-internals'
import { uploadThroughQueue } from './webgpu-uploads'

/** `navigator.gpu`, as far as it is used. */
export interface Gpu {
  requestAdapter(options?: { powerPreference?: 'low-power' | 'high-performance' }): Promise<GpuAdapter | null>
}

export interface GpuAdapter {
  readonly info?: GpuAdapterInfo
  readonly features: { has(name: string): boolean }
  readonly limits: object
  requestDevice(descriptor: { requiredLimits: Record<string, number> }): Promise<GpuDevice>
}

export interface GpuAdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
}

interface GpuDevice {
  readonly lost: Promise<{ reason: string; message: string }>
  addEventListener(type: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void
}

/** What large layers need more of than every device promises. */
const limitNames = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup'
]

let registered = false

/** Makes the backend `webgpu` known, once; it lasts as long as the thread. Throws a sentence where there is no device. */
export async function registerWebgpu(given?: Gpu, onFailure?: (error: Error) => void): Promise<void> {
  if (registered) return
  const world = globalThis as { navigator?: { gpu?: Gpu } }
  const gpu = given ?? world.navigator?.gpu
  if (!gpu) throw new Error('WebGPU is not there.')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new Error('no GPU adapter was found.')
  const limits = adapter.limits as Record<string, number>
  const requiredLimits = Object.fromEntries(limitNames.map((name) => [name, limits[name]]))
  const device = await adapter.requestDevice({ requiredLimits })
  listen(device, onFailure)
  // The package refuses to work where this is not to be seen.
  if (!world.navigator) Object.defineProperty(world, 'navigator', { value: { userAgent: '' }, configurable: true })
  if (!world.navigator!.gpu) Object.defineProperty(world.navigator, 'gpu', { value: gpu, configurable: true })
  // Not before there is a device: the package registers what it finds when it is loaded.
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
  if (tf.findBackend('webgpu') || tf.engine().registryFactory.webgpu) tf.removeBackend('webgpu')
  type Arguments = ConstructorParameters<typeof WebGPUBackend>
  const make = (): WebGPUBackend => {
    const backend = new WebGPUBackend(...([device, adapter.info] as unknown as Arguments))
    uploadThroughQueue(backend as unknown as DeviceBackend)
    return backend
  }
  tf.registerBackend('webgpu', make)
  registerWebgpuKernels()
  registered = true
}

/** The adapter's name for people: the most that it tells about itself. */
export function adapterName(info: GpuAdapterInfo | undefined): string {
  if (!info) return 'GPU'
  return info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') || 'GPU'
}

function listen(device: GpuDevice, onFailure?: (error: Error) => void): void {
  let told = false
  const tell = (message: string): void => {
    if (told) return
    told = true
    onFailure?.(new Error(message))
  }
  void device.lost.then(({ reason, message }) => {
    // Our own end of the device is no failure.
    if (reason === 'destroyed') return
    tell(`The GPU device was lost${message ? `: ${message}` : '.'}`)
  })
  device.addEventListener('uncapturederror', ({ error }) => {
    // A buffer that is too large for the device is refused as not valid.
    const memory = /out.?of.?memory|exceeds the max buffer size/i.test(`${error.constructor.name} ${error.message}`)
    tell(memory ? `The GPU is out of memory: ${error.message}` : `The GPU reported an error: ${error.message}`)
  })
}
