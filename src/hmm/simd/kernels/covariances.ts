/** Log densities of states with full and tied covariances. */
import { densities, factors, features, means, peaks, states, work } from './memory'
import { V } from './vectors'

/** Log densities of a block under every state of a full model. */
export function fullBlock(x: usize): void {
  let w = factors
  let mean = means
  let out = densities
  let peak = peaks
  const end = work + (features << 5)
  for (let k = 0; k < states; k++) {
    let from = x
    for (let at = work; at < end; at += 32) {
      const mu = v128.load_splat<f64>(mean)
      v128.store(at, f64x2.sub(v128.load(from), mu))
      v128.store(at, f64x2.sub(v128.load(from, 16), mu), 16)
      from += 32
      mean += 8
    }
    w = subtractWhitened(work, features, w, v128.load_splat<f64>(peak), out)
    out += 32
    peak += 8
  }
}

/**
 * Stores what is left of `peak` without the squares of the differences [size][4] at x through a factor. Returns the end of the
 * factor, of which only the first rows are used where there are more.
 */
export function subtractWhitened(x: usize, size: i32, w: usize, peak: v128, out: usize): usize {
  const end = x + (size << 5)
  let q0 = peak
  let q1 = peak
  let panelEnd: usize = x + 64
  while (true) {
    const stop = min(panelEnd, end)
    let a0 = f64x2.splat(0)
    let a1 = a0
    let b0 = a0
    let b1 = a0
    let at = x
    do {
      const d0 = v128.load(at)
      const d1 = v128.load(at, 16)
      const wa = v128.load_splat<f64>(w)
      const wb = v128.load_splat<f64>(w, 8)
      a0 = V.muladd(wa, d0, a0)
      a1 = V.muladd(wa, d1, a1)
      b0 = V.muladd(wb, d0, b0)
      b1 = V.muladd(wb, d1, b1)
      at += 32
      w += 16
    } while (at < stop)
    if (panelEnd > end) {
      // The second row is that of a feature which is not there.
      q0 = f64x2.sub(q0, f64x2.mul(a0, a0))
      q1 = f64x2.sub(q1, f64x2.mul(a1, a1))
      break
    }
    q0 = f64x2.sub(q0, f64x2.add(f64x2.mul(a0, a0), f64x2.mul(b0, b0)))
    q1 = f64x2.sub(q1, f64x2.add(f64x2.mul(a1, a1), f64x2.mul(b1, b1)))
    if (panelEnd === end) break
    panelEnd += 64
  }
  v128.store(out, q0)
  v128.store(out, q1, 16)
  return w
}

/** The first `size` features of a block through the one factor of a tied model, into `work`. */
export function whitenBlock(x: usize, size: i32): void {
  let w = factors
  const end = x + (size << 5)
  let out = work
  let panelEnd: usize = x + 64
  while (true) {
    const stop = min(panelEnd, end)
    let a0 = f64x2.splat(0)
    let a1 = a0
    let b0 = a0
    let b1 = a0
    let at = x
    do {
      const d0 = v128.load(at)
      const d1 = v128.load(at, 16)
      const wa = v128.load_splat<f64>(w)
      const wb = v128.load_splat<f64>(w, 8)
      a0 = V.muladd(wa, d0, a0)
      a1 = V.muladd(wa, d1, a1)
      b0 = V.muladd(wb, d0, b0)
      b1 = V.muladd(wb, d1, b1)
      at += 32
      w += 16
    } while (at < stop)
    v128.store(out, a0)
    v128.store(out, a1, 16)
    // With an odd number the last panel has one row; `work` has room for the other.
    v128.store(out, b0, 32)
    v128.store(out, b1, 48)
    out += 64
    if (panelEnd >= end) break
    panelEnd += 64
  }
}
