/**
 * Kernels that the wasm backend lacks or has only in a slow form, registered in one place. After this, the stock
 * operations and their gradients work for every model built here: dense layers, convolutions, embeddings.
 */
import * as tf from '@tensorflow/tfjs-core'
import { emptyInfo, heapBackend, intValuesOf, valuesOf, type HeapBackend } from './views'
import { filterGradient, inputGradient, type ConvGeometry } from './ops/im2col'
import { maxPoolGradient } from './ops/max-pool'

interface KernelArgs {
  inputs: Record<string, tf.TensorInfo>
  attrs: Record<string, unknown>
  backend: unknown
}
type Kernel = (args: KernelArgs) => tf.TensorInfo

export function registerWasmKernels(): void {
  const stockMatMul = kernel('BatchMatMul')
  const stockFused = kernel('_FusedMatMul')
  const stockTranspose = kernel('Transpose')

  const transposed = (x: tf.TensorInfo, backend: unknown): tf.TensorInfo => {
    const rank = x.shape.length
    const perm = x.shape.map((_, axis) => axis)
    perm[rank - 1] = rank - 2
    perm[rank - 2] = rank - 1
    return stockTranspose({ inputs: { x }, backend, attrs: { perm } })
  }

  /** Calls `plain` with operands that need no transposing: the stock kernel is 10 times slower where they do. */
  const untransposed =
    (plain: Kernel): Kernel =>
    ({ inputs, attrs, backend }) => {
      const temporary: tf.TensorInfo[] = []
      const straight = (x: tf.TensorInfo, flag: unknown): tf.TensorInfo => {
        if (!flag) return x
        const copy = transposed(x, backend)
        temporary.push(copy)
        return copy
      }
      try {
        const a = straight(inputs.a, attrs.transposeA)
        const b = straight(inputs.b, attrs.transposeB)
        const flat = folded(a, b)
        const out = plain({
          inputs: { ...inputs, a: flat ? { ...a, shape: flat.a } : a, b: flat ? { ...b, shape: flat.b } : b },
          attrs: { ...attrs, transposeA: false, transposeB: false },
          backend
        })
        if (flat) out.shape = flat.out
        return out
      } finally {
        for (const copy of temporary) (backend as HeapBackend).disposeData(copy.dataId)
      }
    }

  replace('BatchMatMul', untransposed(stockMatMul))
  replace('_FusedMatMul', untransposed(stockFused))
  replace('Conv2DBackpropFilter', conv2dBackpropFilter)
  replace('Conv2DBackpropInput', conv2dBackpropInput)
  replace('MaxPoolGrad', maxPoolGrad)
  replace('UnsortedSegmentSum', unsortedSegmentSum)
}

/**
 * [.., M, K] x [K, N] (or [1, K, N]) is one product of [rows, K] with [K, N], which is the fast path; batches on both sides
 * are not. The kernels want three dimensions, the fused one without saying so. Null where nothing can be folded.
 */
function folded(a: tf.TensorInfo, b: tf.TensorInfo): { a: number[]; b: number[]; out: number[] } | null {
  if (a.shape.length < b.shape.length || b.shape.slice(0, -2).some((size) => size !== 1)) return null
  const [k, n] = b.shape.slice(-2)
  const lead = a.shape.slice(0, -1)
  return { a: [1, tf.util.sizeFromShape(lead), k], b: [1, k, n], out: [...lead, n] }
}

/** Gradient of a convolution with respect to its filter, NHWC, [kh, kw, in, out]. The backend has none. */
function conv2dBackpropFilter({ inputs, attrs }: KernelArgs): tf.TensorInfo {
  const filterShape = attrs.filterShape as number[]
  return filterGradient(inputs.x, inputs.dy, convGeometry(inputs.x.shape, filterShape, attrs))
}

/** Gradient of a convolution with respect to its input. The stock kernel is a plain loop, several times slower. */
function conv2dBackpropInput({ inputs, attrs }: KernelArgs): tf.TensorInfo {
  const inputShape = attrs.inputShape as number[]
  return inputGradient(inputs.dy, inputs.filter, convGeometry(inputShape, inputs.filter.shape, attrs))
}

function convGeometry(inputShape: number[], filterShape: number[], attrs: Record<string, unknown>): ConvGeometry {
  if (attrs.dataFormat === 'NCHW') throw new Error('Convolution gradients: only the NHWC layout is supported.')
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides as number,
    1,
    attrs.pad as 'same' | 'valid' | number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined
  )
  return {
    batch: info.batchSize,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left
  }
}

function maxPoolGrad({ inputs, attrs }: KernelArgs): tf.TensorInfo {
  const { dy, input } = inputs
  const info = tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    attrs.filterSize as number,
    attrs.strides as number,
    1,
    attrs.pad as 'same' | 'valid' | number,
    attrs.dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined
  )
  return maxPoolGradient(input, dy, info)
}

/** out[segmentIds[i]] += x[i] over the first axis; ids outside [0, numSegments) are dropped, as the cpu backend does. */
function unsortedSegmentSum({ inputs, attrs }: KernelArgs): tf.TensorInfo {
  const { x, segmentIds } = inputs
  const segments = attrs.numSegments as number
  const width = tf.util.sizeFromShape(x.shape.slice(segmentIds.shape.length))
  const out = emptyInfo([segments, ...x.shape.slice(segmentIds.shape.length)])
  const from = valuesOf(x)
  const ids = intValuesOf(segmentIds)
  const to = valuesOf(out).fill(0)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]
    if (id < 0 || id >= segments) continue
    const source = i * width
    const target = id * width
    for (let j = 0; j < width; j++) to[target + j] += from[source + j]
  }
  return out
}

function kernel(name: string): Kernel {
  const config = tf.getKernel(name, 'wasm')
  if (!config)
    throw new Error(`The wasm backend has no kernel ${name}; is the pinned version of TensorFlow.js installed?`)
  return config.kernelFunc as unknown as Kernel
}

function replace(name: string, kernelFunc: Kernel): void {
  if (!heapBackend()) throw new Error('Kernels are replaced while the wasm backend is the current one.')
  if (tf.getKernel(name, 'wasm')) tf.unregisterKernel(name, 'wasm')
  tf.registerKernel({ kernelName: name, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc })
}
