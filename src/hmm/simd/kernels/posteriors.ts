/** What the two recursions say together: posteriors, and the sums of start, states and transitions. */
import { LOST } from './limits'
import {
  emitted,
  filtered,
  future,
  jumpSums,
  matrixStride,
  pairs,
  ratios,
  rowBytes,
  startSums,
  stateSums,
  states
} from './memory'
import { V } from './vectors'

/**
 * After `recursions`: the least that what was filtered and what follows have in common; below LOST the caller takes the
 * log pass.
 */
export function leastShare(rows: i32): f64 {
  let least: f64 = 1
  for (let at: usize = 0; at < <usize>rows * rowBytes;) {
    let share = f64x2.splat(0)
    for (const end = at + rowBytes; at < end; at += 16) {
      share = V.muladd(v128.load(filtered + at), v128.load(future + at), share)
    }
    least = min(least, f64x2.extract_lane(V.total(share), 0))
  }
  return least
}

/**
 * After `recursions`: posteriors into `future`, and the two factors of the expected transitions into `filtered` and
 * `emitted`.
 * @returns 0, with no sum touched, when what was filtered and what follows have too little in common.
 */
function smooth<T>(rows: i32): bool {
  const zero = f64x2.splat(0)
  const one = f64x2.splat(1)
  let s0 = zero
  let s1 = zero
  let s2 = zero
  let s3 = zero
  let e = emitted
  let f = filtered
  let g = future
  let ratio = ratios
  const bytes = rowBytes
  for (let t = 0; t < rows; t++) {
    const a0 = v128.load(f)
    const b0 = v128.load(g)
    const c0 = f64x2.mul(a0, b0)
    let a1 = zero
    let a2 = zero
    let a3 = zero
    let b1 = zero
    let b2 = zero
    let b3 = zero
    let c1 = zero
    let c2 = zero
    let c3 = zero
    if (sizeof<T>() > 1) {
      a1 = v128.load(f, 16)
      b1 = v128.load(g, 16)
      c1 = f64x2.mul(a1, b1)
    }
    if (sizeof<T>() > 2) {
      a2 = v128.load(f, 32)
      b2 = v128.load(g, 32)
      c2 = f64x2.mul(a2, b2)
    }
    if (sizeof<T>() > 4) {
      a3 = v128.load(f, 48)
      b3 = v128.load(g, 48)
      c3 = f64x2.mul(a3, b3)
    }
    const share = V.sumOf<T>(c0, c1, c2, c3)
    if (!(f64x2.extract_lane(share, 0) >= LOST)) return false
    const n = f64x2.div(one, share)
    const u = f64x2.mul(n, v128.load_splat<f64>(ratio))
    const g0 = f64x2.mul(c0, n)
    s0 = f64x2.add(s0, g0)
    v128.store(g, g0)
    v128.store(f, f64x2.mul(a0, u))
    v128.store(e, V.flush(f64x2.mul(v128.load(e), b0)))
    if (sizeof<T>() > 1) {
      const g1 = f64x2.mul(c1, n)
      s1 = f64x2.add(s1, g1)
      v128.store(g, g1, 16)
      v128.store(f, f64x2.mul(a1, u), 16)
      v128.store(e, V.flush(f64x2.mul(v128.load(e, 16), b1)), 16)
    }
    if (sizeof<T>() > 2) {
      const g2 = f64x2.mul(c2, n)
      s2 = f64x2.add(s2, g2)
      v128.store(g, g2, 32)
      v128.store(f, f64x2.mul(a2, u), 32)
      v128.store(e, V.flush(f64x2.mul(v128.load(e, 32), b2)), 32)
    }
    if (sizeof<T>() > 4) {
      const g3 = f64x2.mul(c3, n)
      s3 = f64x2.add(s3, g3)
      v128.store(g, g3, 48)
      v128.store(f, f64x2.mul(a3, u), 48)
      v128.store(e, V.flush(f64x2.mul(v128.load(e, 48), b3)), 48)
    }
    e += bytes
    f += bytes
    g += bytes
    ratio += 8
  }
  V.addTo(stateSums, s0)
  if (sizeof<T>() > 1) V.addTo(stateSums + 16, s1)
  if (sizeof<T>() > 2) V.addTo(stateSums + 32, s2)
  if (sizeof<T>() > 4) V.addTo(stateSums + 48, s3)
  return true
}

function smoothAny(rows: i32): bool {
  const bytes = rowBytes
  for (let t = 0; t < rows; t++) {
    const at: usize = <usize>t * bytes
    let share = f64x2.splat(0)
    for (let c = at; c < at + bytes; c += 16) share = V.muladd(v128.load(filtered + c), v128.load(future + c), share)
    share = V.total(share)
    if (!(f64x2.extract_lane(share, 0) >= LOST)) return false
    const n = f64x2.div(f64x2.splat(1), share)
    const u = f64x2.mul(n, v128.load_splat<f64>(ratios + (t << 3)))
    for (let c = at; c < at + bytes; c += 16) {
      const a = v128.load(filtered + c)
      const b = v128.load(future + c)
      v128.store(future + c, f64x2.mul(f64x2.mul(a, b), n))
      v128.store(filtered + c, f64x2.mul(a, u))
      v128.store(emitted + c, V.flush(f64x2.mul(v128.load(emitted + c), b)))
    }
  }
  for (let c: usize = 0; c < bytes; c += 16) {
    let sum = f64x2.splat(0)
    let g = future + c
    for (let t = 0; t < rows; t++) {
      sum = f64x2.add(sum, v128.load(g))
      g += bytes
    }
    V.addTo(stateSums + c, sum)
  }
  return true
}

/** Expected transitions without the factor of the matrix: sum over t of filtered [t, i] emitted [t + 1, j]. */
function jumps<T>(rows: i32): void {
  const zero = f64x2.splat(0)
  const bytes = rowBytes
  for (let i: usize = 0; i < bytes; i += 16) {
    let p0 = zero
    let p1 = zero
    let p2 = zero
    let p3 = zero
    let q0 = zero
    let q1 = zero
    let q2 = zero
    let q3 = zero
    let f = filtered + i
    let e = emitted + bytes
    const end = emitted + <usize>rows * bytes
    while (e < end) {
      const a = v128.load_splat<f64>(f)
      const b = v128.load_splat<f64>(f, 8)
      const w0 = v128.load(e)
      p0 = V.muladd(a, w0, p0)
      q0 = V.muladd(b, w0, q0)
      if (sizeof<T>() > 1) {
        const w1 = v128.load(e, 16)
        p1 = V.muladd(a, w1, p1)
        q1 = V.muladd(b, w1, q1)
      }
      if (sizeof<T>() > 2) {
        const w2 = v128.load(e, 32)
        p2 = V.muladd(a, w2, p2)
        q2 = V.muladd(b, w2, q2)
      }
      if (sizeof<T>() > 4) {
        const w3 = v128.load(e, 48)
        p3 = V.muladd(a, w3, p3)
        q3 = V.muladd(b, w3, q3)
      }
      f += bytes
      e += bytes
    }
    const to = jumpSums + (i << 3)
    V.addTo(to, p0)
    V.addTo(to + 64, q0)
    if (sizeof<T>() > 1) {
      V.addTo(to + 16, p1)
      V.addTo(to + 80, q1)
    }
    if (sizeof<T>() > 2) {
      V.addTo(to + 32, p2)
      V.addTo(to + 96, q2)
    }
    if (sizeof<T>() > 4) {
      V.addTo(to + 48, p3)
      V.addTo(to + 112, q3)
    }
  }
}

function jumpsAny(rows: i32): void {
  const bytes = rowBytes
  for (let t = 0; t + 1 < rows; t++) {
    const f: usize = filtered + <usize>t * bytes
    const e: usize = emitted + <usize>(t + 1) * bytes
    for (let i = 0; i < states; i++) {
      const a = v128.load_splat<f64>(f + (i << 3))
      const to: usize = jumpSums + <usize>i * matrixStride
      for (let c: usize = 0; c < bytes; c += 16) V.addTo(to + c, f64x2.mul(a, v128.load(e + c)))
    }
  }
}

/**
 * After `recursions`: posteriors into `future`, zero in the rows that fill up the last block, and the sums of start,
 * states and transitions.
 * @returns false, with no sum touched, when the log pass is needed.
 */
export function posteriors(rows: i32): bool {
  let ok: bool
  if (pairs === 1) ok = smooth<u8>(rows)
  else if (pairs === 2) ok = smooth<u16>(rows)
  else if (pairs === 3) ok = smooth<u32>(rows)
  else if (pairs === 4) ok = smooth<u64>(rows)
  else ok = smoothAny(rows)
  if (!ok) return false
  if (pairs === 1) jumps<u8>(rows)
  else if (pairs === 2) jumps<u16>(rows)
  else if (pairs === 3) jumps<u32>(rows)
  else if (pairs === 4) jumps<u64>(rows)
  else jumpsAny(rows)
  for (let c: usize = 0; c < rowBytes; c += 16) V.addTo(startSums + c, v128.load(future + c))
  memory.fill(future + <usize>rows * rowBytes, 0, (<usize>((rows + 3) & ~3) - rows) * rowBytes)
  return true
}
