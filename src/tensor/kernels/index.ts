/**
 * Kernels that the wasm backend lacks, has only in a slow form, or has wrong, registered in one place. After this, the stock operations
 * and their gradients work for every model built here: dense layers, convolutions, pooling, embeddings.
 */
import * as tf from '@tensorflow/tfjs-core'
import { heapBackend } from '../views'
import { conv3d, convBackpropFilter, convBackpropInput } from './convolution'
import { kernel, type Kernel } from './kernel'
import { fastMatMul } from './matmul'
import { maxPool3d, maxPoolGrad } from './max-pool'
import { unsortedSegmentSum } from './segment-sum'

/** Call once, while the wasm backend is the current one: the stock kernels have to be set up before they are wrapped. */
export function registerWasmKernels(): void {
  if (!heapBackend()) throw new Error('Kernels are replaced while the wasm backend is the current one.')
  const stockTranspose = kernel('Transpose')
  const matMul = fastMatMul(kernel('BatchMatMul'), stockTranspose)
  replace('BatchMatMul', matMul)
  replace('_FusedMatMul', fastMatMul(kernel('_FusedMatMul'), stockTranspose))
  replace('Conv2DBackpropFilter', convBackpropFilter)
  replace('Conv2DBackpropInput', convBackpropInput(matMul))
  replace('Conv3D', conv3d(matMul))
  replace('Conv3DBackpropFilterV2', convBackpropFilter)
  replace('Conv3DBackpropInputV2', convBackpropInput(matMul))
  replace('MaxPoolGrad', maxPoolGrad)
  replace('MaxPool3D', maxPool3d)
  replace('MaxPool3DGrad', maxPoolGrad)
  replace('UnsortedSegmentSum', unsortedSegmentSum)
}

function replace(name: string, kernelFunc: Kernel): void {
  if (tf.getKernel(name, 'wasm')) tf.unregisterKernel(name, 'wasm')
  tf.registerKernel({ kernelName: name, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc })
}
