/** Matrix products. The stock kernel is fast for plain operands only: with either transposed it is 10 times slower. */
import * as tf from '@tensorflow/tfjs-core'
import { addressOf, heapKernels } from '../heap-kernels'
import { emptyInfo } from '../views'
import { release, type Kernel } from './kernel'

/** `plain` (BatchMatMul or _FusedMatMul), called so that it never has to transpose. */
export function fastMatMul(plain: Kernel, stockTranspose: Kernel): Kernel {
  const transposed = (x: tf.TensorInfo, backend: unknown): tf.TensorInfo => {
    if (x.shape.length === 2) return transpose(x, x.shape[0], x.shape[1])
    const rank = x.shape.length
    const perm = x.shape.map((_, axis) => axis)
    perm[rank - 1] = rank - 2
    perm[rank - 2] = rank - 1
    return stockTranspose({ inputs: { x }, backend, attrs: { perm } })
  }

  return ({ inputs, attrs, backend }) => {
    const { a, b, bias } = inputs
    const fused = bias !== undefined || (attrs.activation ?? 'linear') !== 'linear'
    const matrices = a.shape.length === 2 && b.shape.length === 2
    if (matrices && !fused && attrs.transposeA && !attrs.transposeB)
      return productTN(a, { shape: b.shape, at: addressOf(b) })
    const temporary: tf.TensorInfo[] = []
    const straight = (x: tf.TensorInfo, flag: unknown): tf.TensorInfo => {
      if (!flag) return x
      const copy = transposed(x, backend)
      temporary.push(copy)
      return copy
    }
    try {
      const left = straight(a, attrs.transposeA)
      const right = straight(b, attrs.transposeB)
      const flat = folded(left, right)
      const out = plain({
        inputs: {
          ...inputs,
          a: flat ? { ...left, shape: flat.a } : left,
          b: flat ? { ...right, shape: flat.b } : right
        },
        attrs: { ...attrs, transposeA: false, transposeB: false },
        backend
      })
      if (flat) out.shape = flat.out
      return out
    } finally {
      release(...temporary)
    }
  }
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

/** A matrix on the heap: a tensor, or a place inside of one. */
export interface Matrix {
  shape: number[]
  at: number
}

/** a^T b for a [M, K], b [M, N]: [K, N], without transposing anything. */
export function productTN(a: tf.TensorInfo, b: Matrix): tf.TensorInfo {
  const [m, k] = a.shape
  const [rows, n] = b.shape
  if (rows !== m) throw new Error(`A product of [${m}, ${k}] transposed with [${rows}, ${n}] does not exist.`)
  const out = emptyInfo([k, n])
  const scratch = emptyInfo([(k + 8) * m])
  heapKernels()!.gemmTN(addressOf(a), b.at, addressOf(out), m, k, n, addressOf(scratch))
  release(scratch)
  return out
}

/** A transposed copy of x, read as [rows, columns]. */
export function transpose(x: tf.TensorInfo, rows: number, columns: number): tf.TensorInfo {
  const out = emptyInfo([columns, rows])
  heapKernels()!.transpose(addressOf(x), addressOf(out), rows, columns)
  return out
}
