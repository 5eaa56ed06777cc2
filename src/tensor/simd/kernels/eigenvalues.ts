/** Products of a matrix with itself, and their tridiagonal form, from which eigenvalues are read off. */

/** Lower triangle of g = a a^T, a f64 [n, length] with even length, g f64 [n, n]. */
export function gramF64(a: usize, g: usize, n: i32, length: i32): void {
  const rowBytes: usize = length << 3
  const gStride: usize = n << 3
  const whole = n & ~3
  for (let i = 0; i < whole; i += 4) {
    const x0: usize = a + <usize>i * rowBytes
    for (let j = 0; j < i + 4; j += 2) {
      const y0: usize = a + <usize>j * rowBytes
      let s00 = f64x2.splat(0)
      let s01 = f64x2.splat(0)
      let s10 = f64x2.splat(0)
      let s11 = f64x2.splat(0)
      let s20 = f64x2.splat(0)
      let s21 = f64x2.splat(0)
      let s30 = f64x2.splat(0)
      let s31 = f64x2.splat(0)
      for (let k: usize = 0; k < rowBytes; k += 16) {
        const p = v128.load(y0 + k)
        const q = v128.load(y0 + rowBytes + k)
        const a0 = v128.load(x0 + k)
        s00 = f64x2.add(s00, f64x2.mul(a0, p))
        s01 = f64x2.add(s01, f64x2.mul(a0, q))
        const a1 = v128.load(x0 + rowBytes + k)
        s10 = f64x2.add(s10, f64x2.mul(a1, p))
        s11 = f64x2.add(s11, f64x2.mul(a1, q))
        const a2 = v128.load(x0 + 2 * rowBytes + k)
        s20 = f64x2.add(s20, f64x2.mul(a2, p))
        s21 = f64x2.add(s21, f64x2.mul(a2, q))
        const a3 = v128.load(x0 + 3 * rowBytes + k)
        s30 = f64x2.add(s30, f64x2.mul(a3, p))
        s31 = f64x2.add(s31, f64x2.mul(a3, q))
      }
      const at: usize = g + <usize>i * gStride + (j << 3)
      v128.store(at, pair(s00, s01))
      v128.store(at + gStride, pair(s10, s11))
      v128.store(at + 2 * gStride, pair(s20, s21))
      v128.store(at + 3 * gStride, pair(s30, s31))
    }
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = f64x2.splat(0)
      const x: usize = a + <usize>i * rowBytes
      const y: usize = a + <usize>j * rowBytes
      for (let k: usize = 0; k < rowBytes; k += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(x + k), v128.load(y + k)))
      store<f64>(g + <usize>i * gStride + (j << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
    }
  }
}

/** The sums of the lanes of both. */
function pair(x: v128, y: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(x, y, 0, 2), v128.shuffle<f64>(x, y, 1, 3))
}

/**
 * Householder reduction of a symmetric f64 [n, n] of which the lower triangle is given (it is overwritten): diagonal [n],
 * and off [n] with off[i] between i - 1 and i. `p` is scratch of n + 1 values. Wilkinson & Reinsch 1971, tred1.
 */
export function tridiagonaliseF64(a: usize, diagonal: usize, off: usize, p: usize, n: i32): void {
  const stride: usize = n << 3
  for (let i = n - 1; i >= 1; i--) {
    const u: usize = a + <usize>i * stride
    store<f64>(diagonal + (i << 3), load<f64>(u + (i << 3)))
    let norm: f64 = 0
    for (let k = 0; k < i - 1; k++) norm += load<f64>(u + (k << 3)) * load<f64>(u + (k << 3))
    const f = load<f64>(u + ((i - 1) << 3))
    if (norm === 0) {
      store<f64>(off + (i << 3), f)
      continue
    }
    const size = sqrt(norm + f * f)
    const g = f >= 0 ? -size : size
    store<f64>(off + (i << 3), g)
    const h = norm + f * f - f * g
    store<f64>(u + ((i - 1) << 3), f - g)
    memory.fill(p, 0, i << 3)
    for (let j = 0; j < i; j++) {
      const row: usize = a + <usize>j * stride
      const uj = load<f64>(u + (j << 3))
      const vuj = f64x2.splat(uj)
      let sum = f64x2.splat(0)
      let k = 0
      for (; k + 2 <= j; k += 2) {
        const at: usize = k << 3
        const x = v128.load(row + at)
        sum = f64x2.add(sum, f64x2.mul(x, v128.load(u + at)))
        v128.store(p + at, f64x2.add(v128.load(p + at), f64x2.mul(x, vuj)))
      }
      let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + load<f64>(row + (j << 3)) * uj
      for (; k < j; k++) {
        const at: usize = k << 3
        const x = load<f64>(row + at)
        total += x * load<f64>(u + at)
        store<f64>(p + at, load<f64>(p + at) + x * uj)
      }
      store<f64>(p + (j << 3), load<f64>(p + (j << 3)) + total)
    }
    let dot: f64 = 0
    for (let j = 0; j < i; j++) {
      const value = load<f64>(p + (j << 3)) / h
      store<f64>(p + (j << 3), value)
      dot += value * load<f64>(u + (j << 3))
    }
    const half = dot / (2 * h)
    for (let j = 0; j < i; j++) store<f64>(p + (j << 3), load<f64>(p + (j << 3)) - half * load<f64>(u + (j << 3)))
    for (let j = 0; j < i; j++) {
      const row: usize = a + <usize>j * stride
      const uj = f64x2.splat(load<f64>(u + (j << 3)))
      const pj = f64x2.splat(load<f64>(p + (j << 3)))
      let k = 0
      for (; k + 2 <= j + 1; k += 2) {
        const at: usize = k << 3
        const change = f64x2.add(f64x2.mul(uj, v128.load(p + at)), f64x2.mul(pj, v128.load(u + at)))
        v128.store(row + at, f64x2.sub(v128.load(row + at), change))
      }
      for (; k <= j; k++) {
        const at: usize = k << 3
        const change = f64x2.extract_lane(uj, 0) * load<f64>(p + at) + f64x2.extract_lane(pj, 0) * load<f64>(u + at)
        store<f64>(row + at, load<f64>(row + at) - change)
      }
    }
  }
  store<f64>(diagonal, load<f64>(a))
  store<f64>(off, 0)
}
