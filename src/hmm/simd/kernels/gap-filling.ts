/**
 * Rows filled in. With P the inverse of the covariance of a state, m what a row lacks and d its differences from the mean,
 * 0 where cells are missing, what is expected of the missing cells is d_m = -P_mm^-1 (P d)_m, and P_mm^-1 is their covariance
 * around that (Little & Rubin 2002, section 11.2). A row filled in so is as far from the mean as the cells that are there:
 * its density is that of a whole row but for a factor that its pattern and its state have.
 */
import {
  corrections,
  factorBytes,
  filled,
  lists,
  pairMeans,
  patternWeights,
  precisionBytes,
  precisions,
  row,
  solution,
  storedFactors,
  triangle
} from './gap-memory'
import { TIED, factors, features, kind, means, pairs, rowBytes } from './memory'
import { V } from './vectors'

/** Entry (i, j) of a packed triangle of two states. */
export function entryAt(factor: usize, i: i32, j: i32): usize {
  return factor + ((<usize>(((i * (i + 1)) >> 1) + j)) << 4)
}

/** The factor of P_mm for a pair of states: as it was stored, or made anew where there was no room. */
export function factorOf(pattern: i32, pair: i32): usize {
  const list = load<usize>(lists + (pattern << 2))
  const stored = load<usize>(storedFactors + (pattern << 2))
  if (stored !== 0) return kind === TIED ? stored : stored + <usize>pair * factorLength(load<i32>(list))
  factorise(list, precisions + <usize>pair * precisionBytes, triangle)
  return triangle
}

/** Bytes of a factor for a pair of states. */
export function factorLength(size: i32): usize {
  return (<usize>((size * (size + 1)) >> 1)) << 4
}

/** to = L of P_mm = L D L^T for a pair of states, packed, with the inverse of D on the diagonal: no roots, half the waiting. */
function factorise(list: usize, matrix: usize, to: usize): void {
  const count = load<i32>(list)
  let t = to
  for (let a = 0; a < count; a++) {
    const m: usize = matrix + ((<usize>(load<i32>(list + (a << 2), 4) * features)) << 4)
    const end: usize = t + (a << 4)
    let u = to
    let b: usize = list
    // L D first.
    for (let at = t; at < end; at += 16) {
      let sum = v128.load(m + ((<usize>load<i32>(b, 4)) << 4))
      for (let c = t; c < at; c += 16) {
        sum = f64x2.sub(sum, f64x2.mul(v128.load(c), v128.load(u)))
        u += 16
      }
      v128.store(at, sum)
      u += 16
      b += 4
    }
    const whole = v128.load(m + ((<usize>load<i32>(b, 4)) << 4))
    let rest = whole
    let step: usize = 0
    let diagonal = to
    for (; t < end; t += 16) {
      const value = v128.load(t)
      const scaled = f64x2.mul(value, v128.load(diagonal))
      rest = f64x2.sub(rest, f64x2.mul(value, scaled))
      v128.store(t, scaled)
      step += 16
      diagonal += step + 16
    }
    // Positive but for rounding.
    rest = f64x2.pmax(rest, f64x2.mul(whole, f64x2.splat(1e-15)))
    v128.store(t, f64x2.div(f64x2.splat(1), rest))
    t += 16
  }
}

/** `filled` = the differences of a block from the means of two states, with what is expected of missing cells. */
export function fillPair(x: usize, patterns: usize, pair: i32): void {
  const bytes: usize = features << 5
  const matrix: usize = precisions + <usize>pair * precisionBytes
  const end = filled + bytes
  let mean: usize = pairMeans + ((<usize>(pair * features)) << 4)
  for (let at = filled; at < end; at += 32) {
    const x0 = v128.load(x)
    const x1 = v128.load(x, 16)
    const meanA = v128.load_splat<f64>(mean)
    const meanB = v128.load_splat<f64>(mean, 8)
    const there0 = f64x2.eq(x0, x0)
    const there1 = f64x2.eq(x1, x1)
    v128.store(at, v128.and(f64x2.sub(x0, meanA), there0))
    v128.store(at, v128.and(f64x2.sub(x1, meanA), there1), 16)
    v128.store(at + bytes, v128.and(f64x2.sub(x0, meanB), there0))
    v128.store(at + bytes, v128.and(f64x2.sub(x1, meanB), there1), 16)
    x += 32
    mean += 16
  }
  let last = 0
  let factor: usize = 0
  for (let lane = 0; lane < 4; lane++) {
    const pattern = load<i32>(patterns + (lane << 2))
    if (pattern === 0) continue
    if (pattern !== last) factor = factorOf(pattern, pair)
    last = pattern
    fillLane(filled + (lane << 3), load<usize>(lists + (pattern << 2)), matrix, factor)
  }
}

/** Fills in one row of `filled`, with the factor of its pattern. */
function fillLane(at: usize, list: usize, matrix: usize, factor: usize): void {
  const bytes: usize = features << 5
  const count = load<i32>(list)
  const rowEnd = row + (features << 4)
  let from = at
  for (let to = row; to < rowEnd; to += 16) {
    v128.store(to, v128.load64_lane(from + bytes, v128.load64_zero(from), 1))
    from += 32
  }
  let t = factor
  for (let a = 0; a < count; a++) {
    let m: usize = matrix + ((<usize>(load<i32>(list + (a << 2), 4) * features)) << 4)
    let even = f64x2.splat(0)
    let odd = even
    let d = row
    for (; d + 16 < rowEnd; d += 32) {
      even = V.muladd(v128.load(m), v128.load(d), even)
      odd = V.muladd(v128.load(m, 16), v128.load(d, 16), odd)
      m += 32
    }
    if (d < rowEnd) even = V.muladd(v128.load(m), v128.load(d), even)
    let sum = f64x2.neg(f64x2.add(even, odd))
    const end: usize = solution + (a << 4)
    for (let s = solution; s < end; s += 16) {
      sum = f64x2.sub(sum, f64x2.mul(v128.load(t), v128.load(s)))
      t += 16
    }
    v128.store(end, sum)
    t += 16
  }
  for (let a = count - 1; a >= 0; a--) {
    let sum = f64x2.mul(v128.load(solution + (a << 4)), v128.load(entryAt(factor, a, a)))
    for (let b = a + 1; b < count; b++)
      sum = f64x2.sub(sum, f64x2.mul(v128.load(entryAt(factor, b, a)), v128.load(solution + (b << 4))))
    v128.store(solution + (a << 4), sum)
    const to: usize = at + ((<usize>load<i32>(list + (a << 2), 4)) << 5)
    v128.store64_lane(to, sum, 0)
    v128.store64_lane(to + bytes, sum, 1)
  }
}

/** `filled` = the differences of a block whose rows have the first `prefix` features, for one state: each row of the factor makes one more cell. */
export function fillPrefix(x: usize, k: i32, prefix: i32): void {
  let mean: usize = means + ((<usize>(k * features)) << 3)
  const known: usize = filled + (prefix << 5)
  for (let at = filled; at < known; at += 32) {
    const mu = v128.load_splat<f64>(mean)
    v128.store(at, f64x2.sub(v128.load(x), mu))
    v128.store(at, f64x2.sub(v128.load(x, 16), mu), 16)
    x += 32
    mean += 8
  }
  const factor: usize = kind === TIED ? factors : factors + <usize>k * factorBytes
  for (let i = prefix; i < features; i++) {
    const q = i >> 1
    let w: usize = factor + ((<usize>(2 * q * (q + 1) + (i & 1))) << 3)
    const end: usize = filled + (i << 5)
    let a0 = f64x2.splat(0)
    let a1 = a0
    for (let at = filled; at < end; at += 32) {
      const weight = v128.load_splat<f64>(w)
      a0 = V.muladd(weight, v128.load(at), a0)
      a1 = V.muladd(weight, v128.load(at, 16), a1)
      w += 16
    }
    const diagonal = f64x2.neg(v128.load_splat<f64>(w))
    v128.store(end, f64x2.div(a0, diagonal))
    v128.store(end, f64x2.div(a1, diagonal), 16)
  }
}

/**
 * The factors of every pattern but 0, where there is room for them, and 1 over the determinants of P_mm: numbers in [1, 2)
 * into `corrections`, powers of two into `patternWeights`.
 */
export function factorPatterns(patterns: i32): void {
  for (let pattern = 1; pattern < patterns; pattern++) {
    const list = load<usize>(lists + (pattern << 2))
    const stored = load<usize>(storedFactors + (pattern << 2))
    const count = load<i32>(list)
    let factor = stored === 0 ? triangle : stored
    for (let pair = 0; pair < pairs; pair++) {
      const to: usize = <usize>pattern * rowBytes + ((<usize>pair) << 4)
      if (pair > 0 && kind === TIED) {
        memory.copy(corrections + to, corrections + to - 16, 16)
        memory.copy(patternWeights + to, patternWeights + to - 16, 16)
        continue
      }
      factorise(list, precisions + <usize>pair * precisionBytes, factor)
      let product = f64x2.splat(1)
      let exponents = i64x2.splat(0)
      for (let a = 0; a < count; a++) {
        product = f64x2.mul(product, v128.load(entryAt(factor, a, a)))
        exponents = i64x2.add(exponents, i64x2.sub(i64x2.shr_u(product, 52), i64x2.splat(1023)))
        product = f64x2.mul(product, V.inversePower(product))
      }
      v128.store(corrections + to, product)
      store<f64>(patternWeights + to, <f64>i64x2.extract_lane(exponents, 0))
      store<f64>(patternWeights + to, <f64>i64x2.extract_lane(exponents, 1), 8)
      if (stored !== 0) factor += factorLength(count)
    }
  }
}
