/**
 * Kernels that the wasm backend lacks or has only in a slow form, registered in one place. After this, the stock operations
 * and their gradients work for every model built here: dense layers, convolutions, pooling, embeddings.
 */
import * as tf from '@tensorflow/tfjs-core'
import { heapBackend } from '../views'
import { conv2dBackpropFilter, conv2dBackpropInput } from './convolution'
import { kernel, type Kernel } from './kernel'
import { fastMatMul } from './matmul'
import { maxPoolGrad } from './max-pool'
import { unsortedSegmentSum } from './segment-sum'

/** Call once, while the wasm backend is the current one: the stock kernels have to be set up before they are wrapped. */
export function registerWasmKernels(): void {
  if (!heapBackend()) throw new Error('Kernels are replaced while the wasm backend is the current one.')
  const stockTranspose = kernel('Transpose')
  const matMul = fastMatMul(kernel('BatchMatMul'), stockTranspose)
  replace('BatchMatMul', matMul)
  replace('_FusedMatMul', fastMatMul(kernel('_FusedMatMul'), stockTranspose))
  replace('Conv2DBackpropFilter', conv2dBackpropFilter)
  replace('Conv2DBackpropInput', conv2dBackpropInput(matMul))
  replace('MaxPoolGrad', maxPoolGrad)
  replace('UnsortedSegmentSum', unsortedSegmentSum)
}

function replace(name: string, kernelFunc: Kernel): void {
  if (tf.getKernel(name, 'wasm')) tf.unregisterKernel(name, 'wasm')
  tf.registerKernel({ kernelName: name, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc })
}
