/**
 * Convolutions as matrix products over unrolled patches (im2col): gradients in two dimensions, everything in three. Channels
 * last, filters [(kd,) kh, kw, in, out]; a picture is a volume of depth 1. The backend has no gradient for 2-D filters, that
 * for 2-D inputs is a plain loop, and its 3-D gradients for inputs are wrong.
 */
import * as tf from '@tensorflow/tfjs-core'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyInfo, valuesOf } from '../views'
import { release, type Kernel } from './kernel'
import { productTN, transpose } from './matmul'

/**
 * Patches are made for as many examples at a time as fit into this: an example of the larger networks takes megabytes, and
 * all of a batch at once would be gigabytes, read from memory instead of from a cache.
 */
const patchBytes = 16 * 2 ** 20

/** The spatial part of a convolution, as three dimensions. */
interface Geometry {
  batch: number
  input: [number, number, number]
  channels: number
  output: [number, number, number]
  filters: number
  filter: [number, number, number]
  strides: [number, number, number]
  /** In front, above, on the left. */
  padding: [number, number, number]
}

/** dL/dFilter = patches^T [kd * kh * kw * in, rows] x dy [rows, out], rows = N * od * oh * ow. */
export const convBackpropFilter: Kernel = ({ inputs, attrs }) => {
  const { x, dy } = inputs
  const filterShape = attrs.filterShape as number[]
  const geometry = geometryOf(x.shape, filterShape, attrs)
  const simd = heapKernels()!
  let out: tf.TensorInfo | null = null
  forParts(geometry, (part, first) => {
    const { rows, width } = sizes(part)
    const patches = emptyInfo([rows, width])
    im2col(addressOf(x) + bytesBefore(x, first, geometry), patches, part, false)
    const product = productTN(patches, {
      shape: [rows, geometry.filters],
      at: addressOf(dy) + bytesBefore(dy, first, geometry)
    })
    release(patches)
    if (!out) out = product
    else {
      simd.addTo(addressOf(product), addressOf(out), width * geometry.filters)
      release(product)
    }
  })
  return { ...out!, shape: filterShape }
}

/** dL/dx: dy [rows, out] x filter^T gives the gradient of every patch, and these are added up in place. */
export const convBackpropInput =
  (matMul: Kernel): Kernel =>
  ({ inputs, attrs, backend }) => {
    const { dy, filter } = inputs
    const inputShape = attrs.inputShape as number[]
    const geometry = geometryOf(inputShape, filter.shape, attrs)
    const filterT = transpose(filter, sizes(geometry).width, geometry.filters)
    const out = emptyInfo(inputShape)
    valuesOf(out).fill(0)
    forParts(geometry, (part, first) => {
      const { rows } = sizes(part)
      const slice = sliceOf(dy, first, part, geometry)
      const patches = matMul({
        inputs: { a: { ...slice, shape: [rows, geometry.filters] }, b: filterT },
        attrs: { transposeA: false, transposeB: false },
        backend
      })
      im2col(addressOf(out) + bytesBefore(out, first, geometry), patches, part, true)
      release(patches)
      if (slice !== dy) release(slice)
    })
    release(filterT)
    return out
  }

/** x * filter in three dimensions: patches [rows, kd * kh * kw * in] x filter [.., out]. */
export const conv3d =
  (matMul: Kernel): Kernel =>
  ({ inputs, attrs, backend }) => {
    const { x, filter } = inputs
    const geometry = geometryOf(x.shape, filter.shape, attrs)
    const out = emptyInfo([geometry.batch, ...geometry.output, geometry.filters])
    forParts(geometry, (part, first) => {
      const { rows, width } = sizes(part)
      const patches = emptyInfo([rows, width])
      im2col(addressOf(x) + bytesBefore(x, first, geometry), patches, part, false)
      const product = matMul({
        inputs: { a: patches, b: { ...filter, shape: [width, geometry.filters] } },
        attrs: { transposeA: false, transposeB: false },
        backend
      })
      const offset = bytesBefore(out, first, geometry) / 4
      const to = valuesOf(out)
      to.set(valuesOf(product), offset)
      release(patches, product)
    })
    return out
  }

/** Calls `work` with runs of examples whose patches fit into `patchBytes`, at least one example at a time. */
function forParts(geometry: Geometry, work: (part: Geometry, first: number) => void): void {
  const { rows, width } = sizes({ ...geometry, batch: 1 })
  const most = Math.max(1, Math.floor(patchBytes / (4 * rows * width)))
  for (let first = 0; first < geometry.batch; first += most) {
    work({ ...geometry, batch: Math.min(most, geometry.batch - first) }, first)
  }
}

/** Bytes of `tensor` [N, ..] before example `first`. */
function bytesBefore(tensor: tf.TensorInfo, first: number, { batch }: Geometry): number {
  return 4 * first * (tf.util.sizeFromShape(tensor.shape) / batch)
}

/** The examples of `part`, as a tensor that a stock kernel can read: all of them are `x` itself, else a copy. */
function sliceOf(x: tf.TensorInfo, first: number, part: Geometry, whole: Geometry): tf.TensorInfo {
  if (part.batch === whole.batch) return x
  const each = tf.util.sizeFromShape(x.shape) / whole.batch
  const copy = emptyInfo([part.batch, each])
  valuesOf(copy).set(valuesOf(x).subarray(first * each, (first + part.batch) * each))
  return copy
}

function im2col(x: number, patches: tf.TensorInfo, g: Geometry, back: boolean): void {
  heapKernels()!.im2col(
    x,
    addressOf(patches),
    g.batch,
    ...g.input,
    g.channels,
    ...g.output,
    ...g.filter,
    ...g.strides,
    ...g.padding,
    back ? 1 : 0
  )
}

function sizes(g: Geometry): { rows: number; width: number } {
  return {
    rows: g.batch * g.output[0] * g.output[1] * g.output[2],
    width: g.filter[0] * g.filter[1] * g.filter[2] * g.channels
  }
}

function geometryOf(inputShape: number[], filterShape: number[], attrs: Record<string, unknown>): Geometry {
  if (inputShape.length === 5) {
    const info = tf.backend_util.computeConv3DInfo(
      inputShape as [number, number, number, number, number],
      filterShape as [number, number, number, number, number],
      attrs.strides as [number, number, number],
      1,
      attrs.pad as 'same' | 'valid'
    )
    const { front, top, left } = info.padInfo
    return {
      batch: info.batchSize,
      input: [info.inDepth, info.inHeight, info.inWidth],
      channels: info.inChannels,
      output: [info.outDepth, info.outHeight, info.outWidth],
      filters: info.outChannels,
      filter: [info.filterDepth, info.filterHeight, info.filterWidth],
      strides: [info.strideDepth, info.strideHeight, info.strideWidth],
      padding: [front, top, left]
    }
  }
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
    input: [1, info.inHeight, info.inWidth],
    channels: info.inChannels,
    output: [1, info.outHeight, info.outWidth],
    filters: info.outChannels,
    filter: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    padding: [0, info.padInfo.top, info.padInfo.left]
  }
}
