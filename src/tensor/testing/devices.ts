/** For tests: which backends this machine has. A software device counts as one. */
import { existsSync } from 'node:fs'
import { loadNativeTensorflow } from '../../training-run/native-tensorflow'
import { nodeGpu } from '../../training-run/node-gpu'
import type { TensorBackend } from '../backend'
import type { Gpu } from '../webgpu'

/** Chromium brings a Vulkan loader and a device in software; Debian puts them here. */
const chromium = '/usr/lib/chromium'

/**
 * Makes Chromium's software device the one that Vulkan finds, unless the machine names its own. The loader is not where the
 * system looks for libraries, so it is loaded by its path: a library that is loaded already is found by its name.
 */
function offerSoftwareDevice(): void {
  const device = `${chromium}/vk_swiftshader_icd.json`
  if (process.env.VK_ICD_FILENAMES || !existsSync(device)) return
  process.env.VK_ICD_FILENAMES = device
  // For processes that are started from here; for this one it is too late.
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(':')
  const [now, global, noDelete] = [0x2, 0x100, 0x1000]
  try {
    process.dlopen({ exports: {} }, `${chromium}/libvulkan.so.1`, now | global | noDelete)
  } catch {
    // It is no add-on, says Node; that it stays loaded is all that is wanted.
  }
}

/** The GPU when there is an adapter, else null. */
export async function testGpu(): Promise<Gpu | null> {
  offerSoftwareDevice()
  try {
    const gpu = await nodeGpu()
    return (await gpu.requestAdapter()) ? gpu : null
  } catch {
    return null
  }
}

export interface TestDevices {
  backends: TensorBackend[]
  gpu: Gpu | null
  /** One line for each backend that is not there. */
  missing: string[]
}

export async function testDevices(): Promise<TestDevices> {
  const gpu = await testGpu()
  const native = await loadNativeTensorflow()
  const backends: TensorBackend[] = ['wasm', 'cpu']
  const missing: string[] = []
  if (gpu) backends.push('webgpu')
  else missing.push("backend webgpu: no adapter; Debian's package chromium brings one in software")
  if (native.loaded) backends.push('tensorflow')
  else missing.push('backend tensorflow: native TensorFlow is not installed')
  return { backends, gpu, missing }
}
