/** Forward and backward through a sequence. */
import {
  densities,
  emitted,
  filtered,
  future,
  matrixStride,
  pairs,
  ratios,
  report,
  rowBytes,
  start,
  states,
  trans,
  transposed,
  uniform
} from './memory'
import { V } from './vectors'

/**
 * Forward and backward recursion at once, one from each end: each waits for its own last row, and so they fill each
 * other's gaps. Every row is scaled by a power of two that brings the sum of the row before to [1, 2): that takes no
 * division, costs no digits, and the exponents add up to the logarithm of the likelihood.
 */
function recur<T>(rows: i32): void {
  const zero = f64x2.splat(0)
  const bytes = rowBytes
  const f0 = trans
  const f1 = trans + 16
  const f2 = trans + 32
  const f3 = trans + 48
  const t0 = transposed
  const t1 = transposed + 16
  const t2 = transposed + 32
  const t3 = transposed + 48
  let e = emitted
  let f = filtered
  let eBack: usize = emitted + <usize>(rows - 1) * bytes
  let g: usize = future + <usize>(rows - 1) * bytes
  let ratio: usize = ratios + ((rows - 1) << 3)

  let a0 = f64x2.mul(v128.load(start), v128.load(e))
  let a1 = zero
  let a2 = zero
  let a3 = zero
  let b0 = v128.load(uniform)
  let b1 = zero
  let b2 = zero
  let b3 = zero
  if (sizeof<T>() > 1) {
    a1 = f64x2.mul(v128.load(start, 16), v128.load(e, 16))
    b1 = v128.load(uniform, 16)
  }
  if (sizeof<T>() > 2) {
    a2 = f64x2.mul(v128.load(start, 32), v128.load(e, 32))
    b2 = v128.load(uniform, 32)
  }
  if (sizeof<T>() > 4) {
    a3 = f64x2.mul(v128.load(start, 48), v128.load(e, 48))
    b3 = v128.load(uniform, 48)
  }
  let sum = V.sumOf<T>(a0, a1, a2, a3)
  let lowest = sum
  let exponents = i64x2.splat(0)
  let scale = V.inversePower(sum)
  let scaleBack = f64x2.splat(1)
  V.storePairs<T>(f, scale, a0, a1, a2, a3)
  V.storePairs<T>(g, scaleBack, b0, b1, b2, b3)
  store<f64>(ratio, 0)

  for (let t = 1; t < rows; t++) {
    exponents = i64x2.add(exponents, i64x2.shr_u(sum, 52))
    e += bytes
    f += bytes
    const p0 = f64x2.mul(V.columns<T>(a0, a1, a2, a3, f0), v128.load(e))
    let p1 = zero
    let p2 = zero
    let p3 = zero
    if (sizeof<T>() > 1) p1 = f64x2.mul(V.columns<T>(a0, a1, a2, a3, f1), v128.load(e, 16))
    if (sizeof<T>() > 2) p2 = f64x2.mul(V.columns<T>(a0, a1, a2, a3, f2), v128.load(e, 32))
    if (sizeof<T>() > 4) p3 = f64x2.mul(V.columns<T>(a0, a1, a2, a3, f3), v128.load(e, 48))
    a0 = V.flush(f64x2.mul(p0, scale))
    if (sizeof<T>() > 1) a1 = V.flush(f64x2.mul(p1, scale))
    if (sizeof<T>() > 2) a2 = V.flush(f64x2.mul(p2, scale))
    if (sizeof<T>() > 4) a3 = V.flush(f64x2.mul(p3, scale))
    sum = V.sumOf<T>(a0, a1, a2, a3)
    scale = V.inversePower(sum)
    V.storePairs<T>(f, scale, a0, a1, a2, a3)
    lowest = f64x2.pmin(lowest, sum)

    const w0 = V.flush(f64x2.mul(b0, v128.load(eBack)))
    let w1 = zero
    let w2 = zero
    let w3 = zero
    if (sizeof<T>() > 1) w1 = V.flush(f64x2.mul(b1, v128.load(eBack, 16)))
    if (sizeof<T>() > 2) w2 = V.flush(f64x2.mul(b2, v128.load(eBack, 32)))
    if (sizeof<T>() > 4) w3 = V.flush(f64x2.mul(b3, v128.load(eBack, 48)))
    eBack -= bytes
    g -= bytes
    ratio -= 8
    b0 = f64x2.mul(V.columns<T>(w0, w1, w2, w3, t0), scaleBack)
    if (sizeof<T>() > 1) b1 = f64x2.mul(V.columns<T>(w0, w1, w2, w3, t1), scaleBack)
    if (sizeof<T>() > 2) b2 = f64x2.mul(V.columns<T>(w0, w1, w2, w3, t2), scaleBack)
    if (sizeof<T>() > 4) b3 = f64x2.mul(V.columns<T>(w0, w1, w2, w3, t3), scaleBack)
    scaleBack = V.inversePower(V.sumOf<T>(b0, b1, b2, b3))
    V.storePairs<T>(g, scaleBack, V.flush(b0), V.flush(b1), V.flush(b2), V.flush(b3))
    store<f64>(ratio, f64x2.extract_lane(scaleBack, 0))
  }
  store<f64>(report, f64x2.extract_lane(sum, 0))
  store<f64>(report, <f64>(i64x2.extract_lane(exponents, 0) - 1023 * <i64>(rows - 1)), 8)
  store<f64>(report, f64x2.extract_lane(lowest, 0), 16)
}

/** to = from [2 pairs] times the matrix, times the vector `times` where that is not 0. */
function vectorTimesMatrix(from: usize, matrix: usize, to: usize, times: usize): void {
  for (let c: usize = 0; c < rowBytes; c += 16) {
    let sum = f64x2.splat(0)
    let m = matrix + c
    for (let i = 0; i < states; i++) {
      sum = V.muladd(v128.load_splat<f64>(from + (i << 3)), v128.load(m), sum)
      m += matrixStride
    }
    v128.store(to + c, V.flush(times ? f64x2.mul(sum, v128.load(times + c)) : sum))
  }
}

/** Scales a row by a power of two that brings its sum to [1, 2), and stores that at `power`. Returns the sum before. */
function scaleRow(row: usize, power: usize): f64 {
  const end = row + rowBytes
  let sum = f64x2.splat(0)
  for (let at = row; at < end; at += 16) sum = f64x2.add(sum, v128.load(at))
  sum = V.total(sum)
  const factor = V.inversePower(sum)
  for (let at = row; at < end; at += 16) v128.store(at, f64x2.mul(v128.load(at), factor))
  if (power) store<f64>(power, f64x2.extract_lane(factor, 0))
  return f64x2.extract_lane(sum, 0)
}

/** As `recur`, for more than eight states; every row is scaled by its own sum. */
function recurAny(rows: i32): void {
  const bytes = rowBytes
  for (let c: usize = 0; c < bytes; c += 16) {
    v128.store(filtered + c, f64x2.mul(v128.load(start + c), v128.load(emitted + c)))
  }
  let sum: f64 = 1
  let exponent: i64 = 0
  let lowest: f64 = 1
  for (let t = 0; t < rows; t++) {
    const f: usize = filtered + <usize>t * bytes
    if (t > 0) {
      vectorTimesMatrix(f - bytes, trans, f, emitted + <usize>t * bytes)
      exponent += (reinterpret<i64>(sum) >> 52) - 1023
    }
    sum = scaleRow(f, 0)
    lowest = min(lowest, sum)
  }
  memory.copy(future + <usize>(rows - 1) * bytes, uniform, bytes)
  store<f64>(ratios + ((rows - 1) << 3), 0)
  for (let t = rows - 2; t >= 0; t--) {
    const g: usize = future + <usize>t * bytes
    const e: usize = emitted + <usize>(t + 1) * bytes
    for (let c: usize = 0; c < bytes; c += 16) {
      v128.store(densities + c, V.flush(f64x2.mul(v128.load(g + bytes + c), v128.load(e + c))))
    }
    vectorTimesMatrix(densities, transposed, g, 0)
    scaleRow(g, ratios + (t << 3))
  }
  store<f64>(report, sum)
  store<f64>(report, <f64>exponent, 8)
  store<f64>(report, lowest, 16)
}

/**
 * After `emissions`: `filtered`, `future` and `ratios` of a sequence. Into `report`: p(all rows) over the largest
 * densities as a factor and a power of two, and the least sum that a row kept; below LOST the caller takes the log pass.
 */
export function recursions(rows: i32): void {
  if (pairs === 1) recur<u8>(rows)
  else if (pairs === 2) recur<u16>(rows)
  else if (pairs === 3) recur<u32>(rows)
  else if (pairs === 4) recur<u64>(rows)
  else recurAny(rows)
}
