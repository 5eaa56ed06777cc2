/** Kernels of the webgpu backend that are replaced. */
import * as tf from '@tensorflow/tfjs-core'
import type { KernelArgs } from './kernel'

/** From this length of the inner sum on, the stock product adds up parts with atomic additions, in any order. */
const splitFrom = 2000
/** The program that splits nothing; its number in the package's list of programs. */
const packedProgram = 3

/** The same run has to be the same to the last bit, so products never split their sums. Call once. */
export function registerWebgpuKernels(): void {
  for (const kernelName of ['BatchMatMul', '_FusedMatMul']) {
    const stock = tf.getKernel(kernelName, 'webgpu')
    if (!stock) throw new Error(`The webgpu backend has no kernel ${kernelName}; is the pinned version installed?`)
    tf.unregisterKernel(kernelName, 'webgpu')
    const kernelFunc = (args: KernelArgs): tf.TensorInfo => {
      const run = stock.kernelFunc as unknown as (args: KernelArgs) => tf.TensorInfo
      const { a } = args.inputs
      const inner = a.shape[a.shape.length - (args.attrs.transposeA ? 2 : 1)]
      if (inner < splitFrom) return run(args)
      tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', packedProgram)
      try {
        return run(args)
      } finally {
        tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1)
      }
    }
    tf.registerKernel({ ...stock, kernelFunc: kernelFunc as unknown as tf.KernelFunc })
  }
}
