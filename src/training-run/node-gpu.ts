/** The GPU in plain Node, through the `webgpu` package (Dawn, the implementation that Chromium uses). */
import type { Gpu } from '../tensor/webgpu'

/** The instance ends, with all its devices, when nothing refers to it any more. */
let instance: Gpu | null = null

/**
 * The entry to the GPU; that there is an adapter is another question. Throws a sentence where the package does not load.
 * Not for Electron, which refuses the package's buffers.
 */
export async function nodeGpu(): Promise<Gpu> {
  if (instance) return instance
  if (process.versions.electron) throw new Error('The webgpu package does not work inside of Electron.')
  let webgpu: typeof import('webgpu')
  try {
    webgpu = await import('webgpu')
  } catch (error) {
    throw new Error(`The webgpu package does not load: ${(error as Error).message.split('\n')[0]}`, { cause: error })
  }
  // Names such as GPUBufferUsage, which are global in a browser.
  for (const [name, value] of Object.entries(webgpu.globals)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  instance = webgpu.create([]) as unknown as Gpu
  return instance
}
