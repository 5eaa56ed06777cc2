/** What computes: names of backends, and what is known about each on this machine. */
import { z } from './words'

export const backendNames = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const
export const backendName = z.enum(backendNames)
export type BackendName = z.infer<typeof backendName>

/** `auto`: the host measures those that there are and takes the fastest. */
export const backendChoice = z.enum([...backendNames, 'auto'])
export type BackendChoice = z.infer<typeof backendChoice>

export const backendTitles: Record<BackendName, string> = {
  tensorflow: 'Native TensorFlow',
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'JavaScript'
}

export const backendStatus = z.object({
  name: backendName,
  title: z.string(),
  /** What it is, in a sentence. */
  description: z.string(),
  available: z.boolean(),
  /** What it runs on, where it is available and tells. */
  device: z.string().nullable(),
  /** Why it is not available: one sentence, and another one with the remedy. */
  reason: z.string().nullable(),
  how: z.string().nullable()
})
export type BackendStatus = z.infer<typeof backendStatus>
