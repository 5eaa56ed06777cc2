/** What kernels of the wasm backend have in common. */
import * as tf from '@tensorflow/tfjs-core'

export interface KernelArgs {
  inputs: Record<string, tf.TensorInfo>
  attrs: Record<string, unknown>
  backend: unknown
}

export type Kernel = (args: KernelArgs) => tf.TensorInfo

/** The registered kernel of that name. */
export function kernel(name: string): Kernel {
  const config = tf.getKernel(name, 'wasm')
  if (!config)
    throw new Error(`The wasm backend has no kernel ${name}; is the pinned version of TensorFlow.js installed?`)
  return config.kernelFunc as unknown as Kernel
}

/** Frees what a kernel made for itself; the engine does not know of it. */
export function release(...infos: tf.TensorInfo[]): void {
  for (const { dataId } of infos) tf.backend().disposeData(dataId)
}
