/**
 * Singular values through the eigenvalues of the smaller Gram matrix, all in double precision: Householder
 * tridiagonalisation and implicit QL, values only (Wilkinson & Reinsch 1971, tred1 and tql1).
 *
 * Squaring halves the digits: a singular value s is exact to about 1e-16 * largest^2 / s, and one that is zero comes out
 * below about 1e-8 * largest. The metrics ask for 1e-5, and this is several times faster than a bidiagonalisation.
 */
import { simdKernels, type SimdKernels } from '../tensor/simd/module'
import { growTo, newMemory, type LinearMemory } from '../wasm/module'

/** Singular values, descending, [min(rows, columns)] of a row-major matrix. All values must be finite. */
export function singularValues(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const n = Math.min(rows, columns)
  if (n === 0) return new Float64Array(0)
  const scale = scaleOf(data, rows * columns)
  if (scale === 0) return new Float64Array(n)
  const tridiagonal =
    (n >= worthSimd && simdTridiagonal(data, rows, columns, scale)) || plain(data, rows, columns, scale)
  implicitQl(tridiagonal.diagonal, tridiagonal.off)
  const result = tridiagonal.diagonal
  for (let i = 0; i < n; i++) result[i] = Math.sqrt(Math.max(0, result[i])) / scale
  return result.sort().reverse()
}

/** A power of two that brings the largest entry near 1, so that no square over- or underflows; 0 for a zero matrix. */
function scaleOf(data: ArrayLike<number>, size: number): number {
  let largest = 0
  for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(data[i]))
  if (largest === 0) return 0
  return 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))))
}

/** Writes the matrix times `scale` with its shorter side as rows, each `stride` long (zeros at the end where longer). */
function layOut(
  data: ArrayLike<number>,
  rows: number,
  columns: number,
  scale: number,
  stride: number,
  to: Float64Array
): void {
  const wide = rows <= columns
  if (stride > Math.max(rows, columns)) to.fill(0)
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at++) to[wide ? r * stride + c : c * stride + r] = data[at] * scale
  }
}

interface Tridiagonal {
  diagonal: Float64Array
  /** [n], off[i] between i - 1 and i. */
  off: Float64Array
}

function plain(data: ArrayLike<number>, rows: number, columns: number, scale: number): Tridiagonal {
  const n = Math.min(rows, columns)
  const length = Math.max(rows, columns)
  const values = new Float64Array(n * length)
  layOut(data, rows, columns, scale, length, values)
  const result = { diagonal: new Float64Array(n), off: new Float64Array(n) }
  tridiagonalise(gram(values, n, length), n, result.diagonal, result.off)
  return result
}

/** Below this size the plain loops are as fast. */
const worthSimd = 24

let simd: { memory: LinearMemory; kernels: SimdKernels } | null | undefined

/** The same by SIMD kernels in a memory of their own, 3 to 5 times faster; null where WebAssembly has no SIMD. */
function simdTridiagonal(data: ArrayLike<number>, rows: number, columns: number, scale: number): Tridiagonal | null {
  if (simd === undefined) {
    try {
      const memory = newMemory()
      simd = { memory, kernels: simdKernels(memory) }
    } catch {
      simd = null
    }
  }
  if (!simd) return null
  const { memory, kernels } = simd
  const n = Math.min(rows, columns)
  const stride = Math.max(rows, columns) + (Math.max(rows, columns) & 1)
  // In order: values [n, stride], Gram matrix [n, n], diagonal, off-diagonal, scratch.
  const parts = [n * stride, n * n + (n & 1), n + (n & 1), n + (n & 1), n + 2]
  const addresses: number[] = []
  let end = 0
  for (const size of parts) {
    addresses.push(end)
    end += size * 8
  }
  growTo(memory, end)
  const [values, products, diagonal, off, scratch] = addresses
  layOut(data, rows, columns, scale, stride, new Float64Array(memory.buffer, values, n * stride))
  kernels.gramF64(values, products, n, stride)
  kernels.tridiagonaliseF64(products, diagonal, off, scratch, n)
  const take = (address: number): Float64Array => new Float64Array(memory.buffer, address, n).slice()
  return { diagonal: take(diagonal), off: take(off) }
}

/** Lower triangle of a a^T for a [n, length], row-major [n, n]. 4 x 4 dot products at a time keep the values in registers. */
function gram(a: Float64Array, n: number, length: number): Float64Array {
  const g = new Float64Array(n * n)
  const blocked = n - (n % 4)
  for (let i = 0; i < blocked; i += 4) {
    for (let j = 0; j <= i; j += 4) gramBlock(a, g, n, length, i, j)
  }
  for (let i = blocked; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0, x = i * length, y = j * length; k < length; k++) sum += a[x + k] * a[y + k]
      g[i * n + j] = sum
    }
  }
  return g
}

function gramBlock(a: Float64Array, g: Float64Array, n: number, length: number, i: number, j: number): void {
  const i0 = i * length
  const i1 = i0 + length
  const i2 = i1 + length
  const i3 = i2 + length
  for (let half = 0; half < 4; half += 2) {
    const j0 = (j + half) * length
    const j1 = j0 + length
    let s00 = 0
    let s01 = 0
    let s10 = 0
    let s11 = 0
    let s20 = 0
    let s21 = 0
    let s30 = 0
    let s31 = 0
    for (let k = 0; k < length; k++) {
      const y0 = a[j0 + k]
      const y1 = a[j1 + k]
      const x0 = a[i0 + k]
      const x1 = a[i1 + k]
      const x2 = a[i2 + k]
      const x3 = a[i3 + k]
      s00 += x0 * y0
      s01 += x0 * y1
      s10 += x1 * y0
      s11 += x1 * y1
      s20 += x2 * y0
      s21 += x2 * y1
      s30 += x3 * y0
      s31 += x3 * y1
    }
    const at = i * n + j + half
    g[at] = s00
    g[at + 1] = s01
    g[at + n] = s10
    g[at + n + 1] = s11
    g[at + 2 * n] = s20
    g[at + 2 * n + 1] = s21
    g[at + 3 * n] = s30
    g[at + 3 * n + 1] = s31
  }
}

/** Householder reduction: `diagonal` [n], and `off` [n] with off[i] between i - 1 and i. */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  const p = new Float64Array(n)
  for (let i = n - 1; i >= 1; i--) {
    // Row i, columns 0..i-1, is reflected onto its last element; the leading i x i block is updated.
    const row = i * n
    diagonal[i] = a[row + i]
    let norm = 0
    for (let k = 0; k < i - 1; k++) norm += a[row + k] * a[row + k]
    const f = a[row + i - 1]
    if (norm === 0) {
      off[i] = f
      continue
    }
    const length = Math.sqrt(norm + f * f)
    const g = f >= 0 ? -length : length
    off[i] = g
    const h = norm + f * f - f * g
    a[row + i - 1] = f - g
    const u = a.subarray(row, row + i)
    p.fill(0, 0, i)
    for (let j = 0; j < i; j++) {
      const at = j * n
      const uj = u[j]
      let s0 = a[at + j] * uj
      let s1 = 0
      let k = 0
      for (; k + 1 < j; k += 2) {
        const x = a[at + k]
        const y = a[at + k + 1]
        s0 += x * u[k]
        s1 += y * u[k + 1]
        p[k] += x * uj
        p[k + 1] += y * uj
      }
      for (; k < j; k++) {
        s0 += a[at + k] * u[k]
        p[k] += a[at + k] * uj
      }
      p[j] += s0 + s1
    }
    let dot = 0
    for (let j = 0; j < i; j++) {
      p[j] /= h
      dot += p[j] * u[j]
    }
    const half = dot / (2 * h)
    for (let j = 0; j < i; j++) p[j] -= half * u[j]
    for (let j = 0; j < i; j++) {
      const at = j * n
      const uj = u[j]
      const pj = p[j]
      for (let k = 0; k <= j; k++) a[at + k] -= uj * p[k] + pj * u[k]
    }
  }
  diagonal[0] = a[0]
  off[0] = 0
}

/** Eigenvalues of the tridiagonal matrix, left unsorted in `d`. `e` is destroyed. */
function implicitQl(d: Float64Array, e: Float64Array): void {
  const n = d.length
  for (let i = 1; i < n; i++) e[i - 1] = e[i]
  e[n - 1] = 0
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l
      for (; m < n - 1; m++) {
        const size = Math.abs(d[m]) + Math.abs(d[m + 1])
        if (Math.abs(e[m]) <= Number.EPSILON * size) break
      }
      if (m === l) break
      if (iteration === 60) throw new Error('The eigenvalues did not converge in 60 iterations.')
      let g = (d[l + 1] - d[l]) / (2 * e[l])
      let r = Math.hypot(g, 1)
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r))
      let s = 1
      let c = 1
      let p = 0
      let i = m - 1
      for (; i >= l; i--) {
        const f = s * e[i]
        const b = c * e[i]
        r = Math.sqrt(f * f + g * g)
        e[i + 1] = r
        if (r === 0) {
          d[i + 1] -= p
          e[m] = 0
          break
        }
        s = f / r
        c = g / r
        g = d[i + 1] - p
        r = (d[i] - g) * s + 2 * c * b
        p = s * r
        d[i + 1] = g + p
        g = c * r - b
      }
      if (r === 0 && i >= l) continue
      d[l] -= p
      e[l] = g
      e[m] = 0
    }
  }
}
