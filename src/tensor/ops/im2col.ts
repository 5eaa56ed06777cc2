/** Convolution gradients as matrix products over unrolled patches (im2col). NHWC, filters [kh, kw, in, out]. */
import * as tf from '@tensorflow/tfjs-core'
import { emptyInfo, valuesOf } from '../views'

export interface ConvGeometry {
  batch: number
  inHeight: number
  inWidth: number
  inChannels: number
  outHeight: number
  outWidth: number
  outChannels: number
  filterHeight: number
  filterWidth: number
  strideHeight: number
  strideWidth: number
  padTop: number
  padLeft: number
}

/**
 * dL/dFilter [kh, kw, in, out] from x [N, H, W, in] and dy [N, oh, ow, out].
 * Computed as dy^T [out, rows] x patches [rows, kh * kw * in], transposed: in this order only the narrow dy is transposed.
 */
export function filterGradient(x: tf.TensorInfo, dy: tf.TensorInfo, g: ConvGeometry): tf.TensorInfo {
  const rows = g.batch * g.outHeight * g.outWidth
  const width = g.filterHeight * g.filterWidth * g.inChannels
  const patches = emptyInfo([rows, width])
  const dyT = emptyInfo([g.outChannels, rows])
  unroll(valuesOf(x), valuesOf(patches), g)
  transpose(valuesOf(dy), valuesOf(dyT), rows, g.outChannels)
  const product = runKernel('BatchMatMul', { a: dyT, b: patches }, { transposeA: false, transposeB: false })
  const out = emptyInfo([g.filterHeight, g.filterWidth, g.inChannels, g.outChannels])
  transpose(valuesOf(product), valuesOf(out), g.outChannels, width)
  for (const info of [patches, dyT, product]) release(info)
  return out
}

/** dL/dx [N, H, W, in] from dy [N, oh, ow, out] and the filter: dy x filter^T gives patches, which are added in place. */
export function inputGradient(dy: tf.TensorInfo, filter: tf.TensorInfo, g: ConvGeometry): tf.TensorInfo {
  const rows = g.batch * g.outHeight * g.outWidth
  const width = g.filterHeight * g.filterWidth * g.inChannels
  const filterT = emptyInfo([g.outChannels, width])
  transpose(valuesOf(filter), valuesOf(filterT), width, g.outChannels)
  const flatDy = { ...dy, shape: [rows, g.outChannels] }
  const patches = runKernel('BatchMatMul', { a: flatDy, b: filterT }, { transposeA: false, transposeB: false })
  const out = emptyInfo([g.batch, g.inHeight, g.inWidth, g.inChannels])
  roll(valuesOf(patches), valuesOf(out), g)
  for (const info of [filterT, patches]) release(info)
  return out
}

/** Patches [N * oh * ow, kh * kw * in] of x [N, H, W, in]; zeros where a patch reaches outside. */
function unroll(x: Float32Array, patches: Float32Array, g: ConvGeometry): void {
  const run = g.filterWidth * g.inChannels
  let at = 0
  eachPatchRow(g, (source, firstColumn, rowInside) => {
    const to = at
    at += run
    if (!rowInside) {
      for (let i = 0; i < run; i++) patches[to + i] = 0
    } else if (firstColumn >= 0 && firstColumn + g.filterWidth <= g.inWidth) {
      for (let i = 0; i < run; i++) patches[to + i] = x[source + i]
    } else {
      for (let kw = 0; kw < g.filterWidth; kw++) {
        const inside = firstColumn + kw >= 0 && firstColumn + kw < g.inWidth
        for (let c = 0; c < g.inChannels; c++) {
          const i = kw * g.inChannels + c
          patches[to + i] = inside ? x[source + i] : 0
        }
      }
    }
  })
}

/** The adjoint of `unroll`: adds every patch value onto the input element that it came from. */
function roll(patches: Float32Array, x: Float32Array, g: ConvGeometry): void {
  const run = g.filterWidth * g.inChannels
  x.fill(0)
  let at = 0
  eachPatchRow(g, (source, firstColumn, rowInside) => {
    const from = at
    at += run
    if (!rowInside) return
    if (firstColumn >= 0 && firstColumn + g.filterWidth <= g.inWidth) {
      for (let i = 0; i < run; i++) x[source + i] += patches[from + i]
      return
    }
    for (let kw = 0; kw < g.filterWidth; kw++) {
      if (firstColumn + kw < 0 || firstColumn + kw >= g.inWidth) continue
      for (let c = 0; c < g.inChannels; c++) x[source + kw * g.inChannels + c] += patches[from + kw * g.inChannels + c]
    }
  })
}

/** Visits the rows of all patches in order, with the offset in x where the row begins (possibly left of the image). */
function eachPatchRow(g: ConvGeometry, visit: (source: number, firstColumn: number, rowInside: boolean) => void): void {
  for (let n = 0; n < g.batch; n++) {
    for (let oh = 0; oh < g.outHeight; oh++) {
      for (let ow = 0; ow < g.outWidth; ow++) {
        const firstColumn = ow * g.strideWidth - g.padLeft
        for (let kh = 0; kh < g.filterHeight; kh++) {
          const row = oh * g.strideHeight - g.padTop + kh
          const source = ((n * g.inHeight + row) * g.inWidth + firstColumn) * g.inChannels
          visit(source, firstColumn, row >= 0 && row < g.inHeight)
        }
      }
    }
  }
}

/** [rows, columns] to [columns, rows]. */
function transpose(from: Float32Array, to: Float32Array, rows: number, columns: number): void {
  for (let c = 0; c < columns; c++) {
    const target = c * rows
    for (let r = 0; r < rows; r++) to[target + r] = from[r * columns + c]
  }
}

function runKernel(name: string, inputs: Record<string, tf.TensorInfo>, attrs: Record<string, unknown>): tf.TensorInfo {
  const config = tf.getKernel(name, tf.getBackend())
  return (config.kernelFunc as unknown as (args: object) => tf.TensorInfo)({ inputs, attrs, backend: tf.backend() })
}

function release(info: tf.TensorInfo): void {
  tf.backend().disposeData(info.dataId)
}
