/**
 * The E-step of Gaussian hidden Markov models in AssemblyScript, compiled by scripts/make-simd.mjs into
 * src/hmm/simd/binary.ts; src/hmm/simd/workspace.ts lays out the memory. Addresses are in bytes, numbers float64, and no
 * static data is used.
 *
 * Rows come in blocks of four, each block [D][4]: the lanes of a vector are rows, so that a density needs no horizontal
 * sum. Per row and state everything is [rows, 2 * pairs]: lanes are states, and an odd number of states has a last one
 * that nothing leads to. Sequences begin with a block; what fills up their last block is zero.
 *
 * docs/decisions/hmm-kernels.md says why it is built like this.
 */

/**
 * Probabilities below FLOOR become 0: products of them would be subnormal, and those cost a hundred cycles each on many
 * processors. A row may then have less than LOST of its best density left, or what was filtered may have less than LOST in
 * common with what follows; there the caller takes the pass in log space. Everywhere else the paths that were dropped are
 * at most FLOOR / LOST^2 = 1e-30 of the likelihood.
 */
const FLOOR: f64 = 1e-150
const LOST: f64 = 1e-60
/** Posteriors below this cannot change sums over a state that has any rows worth the name. */
const NEGLIGIBLE: f64 = 1e-30
/** 1.5 * 2^52: adding it rounds to a whole number, which then stands in the low bits. */
const ROUNDER: f64 = 6755399441055744

const FULL = 1
const TIED = 2
/** Independent features whose cells count one by one; NaN is a missing cell. */
const CELLS = 3
/** The same of changes: rows beside the rows that follow them. */
const CHANGES = 4
/** Changes that count as a whole: rules or noise connect features. */
const RULES = 5

let states: i32 = 0
let pairs: i32 = 0
let features: i32 = 0
let kind: i32 = 0
/** Bytes of a row of [K] values, and of a row of a transition matrix. */
let rowBytes: usize = 0
let matrixStride: usize = 0

/** ln of the density at the mean, [2 pairs]. */
let peaks: usize = 0
/**
 * diag and tied: per pair of states [D][4], both means, then both -1/2 / variance; CELLS: [D][6], then also the ln of both
 * densities at the mean; CHANGES: [D][8], then also what both keep of the row before.
 */
let table: usize = 0
/** full: means [K, D] and panels of the inverse factors over sqrt 2, [K]; tied: one such factor. */
let means: usize = 0
let factors: usize = 0
/** RULES: what states keep of the row before, [K, D] or [K, D, D], and -1/2 / variance [K, D] in `table` or factors. */
let rules: usize = 0
let fullRule: bool = false
let noise: i32 = 0
let start: usize = 0
let trans: usize = 0
let transposed: usize = 0
/** 1 / K for every state. */
let uniform: usize = 0

/** Differences or whitened rows of a block, [D][4], and its log densities, [2 pairs][4]. */
let work: usize = 0
let densities: usize = 0

/** Densities over the largest of the row; after `posteriors`: those times what follows. [rows, 2 pairs] */
let emitted: usize = 0
/** p(state at t | rows up to t), with a sum in [1, 2); after `posteriors`: the left factor of the expected transitions. */
let filtered: usize = 0
/** p(rows after t | state at t), with a sum in [1, 2) but for the last row; after `posteriors`: p(state at t | all rows). */
let future: usize = 0
/** What `future` was scaled by last, [rows]. */
let ratios: usize = 0

let startSums: usize = 0
let stateSums: usize = 0
let jumpSums: usize = 0
/**
 * Two partial sums per number: rows 0 and 2, rows 1 and 3 of the blocks. First moments, then second ones where features
 * are independent, [K, D][2]; CELLS: also weights, [K, D][3]; CHANGES: the row before, the row, the three products, the
 * weights, [K, D][6].
 */
let firstSums: usize = 0
let secondSums: usize = 0
let report: usize = 0

export function bindShape(stateCount: i32, featureCount: i32, covarianceKind: i32): void {
  states = stateCount
  pairs = (stateCount + 1) >> 1
  features = featureCount
  kind = covarianceKind
  rowBytes = pairs << 4
  matrixStride = max(pairs, 4) << 4
}

export function bindModel(
  peaksAt: usize,
  tableAt: usize,
  meansAt: usize,
  factorsAt: usize,
  startAt: usize,
  transAt: usize,
  transposedAt: usize,
  uniformAt: usize
): void {
  peaks = peaksAt
  table = tableAt
  means = meansAt
  factors = factorsAt
  start = startAt
  trans = transAt
  transposed = transposedAt
  uniform = uniformAt
}

export function bindRules(rulesAt: usize, full: i32, noiseKind: i32): void {
  rules = rulesAt
  fullRule = full != 0
  noise = noiseKind
}

export function bindBuffers(
  workAt: usize,
  densitiesAt: usize,
  emittedAt: usize,
  filteredAt: usize,
  futureAt: usize,
  ratiosAt: usize
): void {
  work = workAt
  densities = densitiesAt
  emitted = emittedAt
  filtered = filteredAt
  future = futureAt
  ratios = ratiosAt
}

export function bindSums(
  startSumsAt: usize,
  stateSumsAt: usize,
  jumpSumsAt: usize,
  firstSumsAt: usize,
  secondSumsAt: usize,
  reportAt: usize
): void {
  startSums = startSumsAt
  stateSums = stateSumsAt
  jumpSums = jumpSumsAt
  firstSums = firstSumsAt
  secondSums = secondSumsAt
  report = reportAt
}

/** Helpers that are inlined; a class, because decorators of functions are no TypeScript. */
abstract class V {
  @inline
  static low(x: v128): v128 {
    return v128.shuffle<f64>(x, x, 0, 0)
  }

  @inline
  static high(x: v128): v128 {
    return v128.shuffle<f64>(x, x, 1, 1)
  }

  /** Zero for what is below FLOOR; NaN stays. */
  @inline
  static flush(x: v128): v128 {
    return v128.andnot(x, f64x2.lt(x, f64x2.splat(FLOOR)))
  }

  /** 2^-n for values in [2^n, 2^(n + 1)). */
  @inline
  static inversePower(x: v128): v128 {
    return i64x2.sub(i64x2.splat(0x7fe0000000000000), v128.and(x, i64x2.splat(0x7ff0000000000000)))
  }

  /** The sum of both lanes in both lanes. */
  @inline
  static total(x: v128): v128 {
    return f64x2.add(x, v128.shuffle<f64>(x, x, 1, 0))
  }

  @inline
  static muladd(x: v128, y: v128, sum: v128): v128 {
    return f64x2.add(sum, f64x2.mul(x, y))
  }

  /**
   * exp of values up to 0, within 1.5 units in the last place; 0 below ln FLOOR. The polynomial is the interpolation at the
   * Chebyshev nodes of [-ln 2 / 2, ln 2 / 2], with a relative error of 4e-18.
   */
  @inline
  static exponential(x: v128): v128 {
    const floor = f64x2.splat(-345.38)
    const rounder = f64x2.splat(ROUNDER)
    const held = f64x2.pmax(x, floor)
    const shifted = f64x2.add(f64x2.mul(held, f64x2.splat(1.4426950408889634)), rounder)
    const n = f64x2.sub(shifted, rounder)
    const r = f64x2.sub(
      f64x2.sub(held, f64x2.mul(n, f64x2.splat(0.6931471803691238))),
      f64x2.mul(n, f64x2.splat(1.9082149292705877e-10))
    )
    const r2 = f64x2.mul(r, r)
    const r4 = f64x2.mul(r2, r2)
    const p0 = f64x2.add(f64x2.splat(1), r)
    const p1 = V.muladd(f64x2.splat(0.1666666666666668), r, f64x2.splat(0.5000000000000019))
    const p2 = V.muladd(f64x2.splat(0.008333333333319589), r, f64x2.splat(0.04166666666648795))
    const p3 = V.muladd(f64x2.splat(0.00019841269890076403), r, f64x2.splat(0.0013888888952352863))
    const p4 = V.muladd(f64x2.splat(2.755724088722987e-6), r, f64x2.splat(2.4801485441561313e-5))
    const p5 = V.muladd(f64x2.splat(2.5110049204818658e-8), r, f64x2.splat(2.763265472252779e-7))
    const upper = V.muladd(r4, V.muladd(r2, p5, p4), V.muladd(r2, p3, p2))
    const value = V.muladd(r4, upper, V.muladd(r2, p1, p0))
    return v128.andnot(i64x2.add(value, i64x2.shl(shifted, 52)), f64x2.lt(x, floor))
  }

  /** One pair of columns of a row vector times a matrix with 64 bytes per row; sizeof<T>() is 1, 2, 4, 8 for 1 to 4 pairs. */
  @inline
  static columns<T>(a0: v128, a1: v128, a2: v128, a3: v128, m: usize): v128 {
    let even = f64x2.mul(V.low(a0), v128.load(m))
    let odd = f64x2.mul(V.high(a0), v128.load(m, 64))
    if (sizeof<T>() > 1) {
      even = V.muladd(V.low(a1), v128.load(m, 128), even)
      odd = V.muladd(V.high(a1), v128.load(m, 192), odd)
    }
    if (sizeof<T>() > 2) {
      even = V.muladd(V.low(a2), v128.load(m, 256), even)
      odd = V.muladd(V.high(a2), v128.load(m, 320), odd)
    }
    if (sizeof<T>() > 4) {
      even = V.muladd(V.low(a3), v128.load(m, 384), even)
      odd = V.muladd(V.high(a3), v128.load(m, 448), odd)
    }
    return f64x2.add(even, odd)
  }

  @inline
  static sumOf<T>(a0: v128, a1: v128, a2: v128, a3: v128): v128 {
    if (sizeof<T>() == 1) return V.total(a0)
    if (sizeof<T>() == 2) return V.total(f64x2.add(a0, a1))
    if (sizeof<T>() == 4) return V.total(f64x2.add(f64x2.add(a0, a1), a2))
    return V.total(f64x2.add(f64x2.add(a0, a1), f64x2.add(a2, a3)))
  }

  @inline
  static storePairs<T>(at: usize, factor: v128, a0: v128, a1: v128, a2: v128, a3: v128): void {
    v128.store(at, f64x2.mul(a0, factor))
    if (sizeof<T>() > 1) v128.store(at, f64x2.mul(a1, factor), 16)
    if (sizeof<T>() > 2) v128.store(at, f64x2.mul(a2, factor), 32)
    if (sizeof<T>() > 4) v128.store(at, f64x2.mul(a3, factor), 48)
  }

  @inline
  static addTo(at: usize, value: v128): void {
    v128.store(at, f64x2.add(v128.load(at), value))
  }

  /** Adds a block's rows and squares, weighted by g (rows 0 and 1) and h (rows 2 and 3), to the sums of state k. */
  @inline
  static addMoments(x: usize, k: i32, g: v128, h: v128): void {
    const end = x + (features << 5)
    let to: usize = firstSums + ((<usize>(k * features)) << 5)
    do {
      const x0 = v128.load(x)
      const x1 = v128.load(x, 16)
      const g0 = f64x2.mul(g, x0)
      const g1 = f64x2.mul(h, x1)
      v128.store(to, f64x2.add(v128.load(to), f64x2.add(g0, g1)))
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.add(f64x2.mul(g0, x0), f64x2.mul(g1, x1))), 16)
      x += 32
      to += 32
    } while (x < end)
  }

  /** The log density of cells from their differences; 0 for what is missing. */
  @inline
  static cell(difference: v128, weight: v128, peak: v128): v128 {
    const density = V.muladd(f64x2.mul(difference, difference), weight, peak)
    return v128.and(density, f64x2.eq(difference, difference))
  }

  @inline
  static addFirst(x: usize, k: i32, g: v128, h: v128): void {
    const end = x + (features << 5)
    let to: usize = firstSums + ((<usize>(k * features)) << 5)
    do {
      V.addTo(to, f64x2.add(f64x2.mul(g, v128.load(x)), f64x2.mul(h, v128.load(x, 16))))
      x += 32
      to += 32
    } while (x < end)
  }
}

/** Log densities of a block under states with independent features (x: the block itself, or whitened). */
function diagonalBlock(x: usize): void {
  const bytes: usize = features << 5
  const end = x + bytes
  let m = table
  let peak = peaks
  let out = densities
  const outEnd = out + (pairs << 6)
  while (out < outEnd) {
    let a0 = v128.load_splat<f64>(peak)
    let a1 = a0
    let b0 = v128.load_splat<f64>(peak, 8)
    let b1 = b0
    let at = x
    do {
      const x0 = v128.load(at)
      const x1 = v128.load(at, 16)
      const meanA = v128.load_splat<f64>(m)
      const meanB = v128.load_splat<f64>(m, 8)
      const weightA = v128.load_splat<f64>(m, 16)
      const weightB = v128.load_splat<f64>(m, 24)
      const da0 = f64x2.sub(x0, meanA)
      const da1 = f64x2.sub(x1, meanA)
      const db0 = f64x2.sub(x0, meanB)
      const db1 = f64x2.sub(x1, meanB)
      a0 = V.muladd(f64x2.mul(da0, da0), weightA, a0)
      a1 = V.muladd(f64x2.mul(da1, da1), weightA, a1)
      b0 = V.muladd(f64x2.mul(db0, db0), weightB, b0)
      b1 = V.muladd(f64x2.mul(db1, db1), weightB, b1)
      at += 32
      m += 32
    } while (at < end)
    v128.store(out, a0)
    v128.store(out, a1, 16)
    v128.store(out, b0, 32)
    v128.store(out, b1, 48)
    peak += 16
    out += 64
  }
}

/** Log densities of a block under states whose cells count one by one. T is u8 for rows, u16 for changes. */
function cellBlock<T>(x: usize): void {
  const bytes: usize = features << 5
  const end = x + bytes
  let m = table
  let peak = peaks
  let out = densities
  const outEnd = out + (pairs << 6)
  while (out < outEnd) {
    let a0 = v128.load_splat<f64>(peak)
    let a1 = a0
    let b0 = v128.load_splat<f64>(peak, 8)
    let b1 = b0
    let at = x
    do {
      const x0 = v128.load(at)
      const x1 = v128.load(at, 16)
      let pastA0 = v128.load_splat<f64>(m)
      let pastA1 = pastA0
      let pastB0 = v128.load_splat<f64>(m, 8)
      let pastB1 = pastB0
      let y0 = x0
      let y1 = x1
      if (sizeof<T>() > 1) {
        const ruleA = v128.load_splat<f64>(m, 48)
        const ruleB = v128.load_splat<f64>(m, 56)
        pastA0 = V.muladd(ruleA, x0, pastA0)
        pastA1 = V.muladd(ruleA, x1, pastA1)
        pastB0 = V.muladd(ruleB, x0, pastB0)
        pastB1 = V.muladd(ruleB, x1, pastB1)
        y0 = v128.shuffle<f64>(x0, x1, 1, 2)
        y1 = v128.shuffle<f64>(x1, v128.load(at + bytes), 1, 2)
      }
      const weightA = v128.load_splat<f64>(m, 16)
      const weightB = v128.load_splat<f64>(m, 24)
      const peakA = v128.load_splat<f64>(m, 32)
      const peakB = v128.load_splat<f64>(m, 40)
      a0 = f64x2.add(a0, V.cell(f64x2.sub(y0, pastA0), weightA, peakA))
      a1 = f64x2.add(a1, V.cell(f64x2.sub(y1, pastA1), weightA, peakA))
      b0 = f64x2.add(b0, V.cell(f64x2.sub(y0, pastB0), weightB, peakB))
      b1 = f64x2.add(b1, V.cell(f64x2.sub(y1, pastB1), weightB, peakB))
      at += 32
      m += sizeof<T>() > 1 ? 64 : 48
    } while (at < end)
    v128.store(out, a0)
    v128.store(out, a1, 16)
    v128.store(out, b0, 32)
    v128.store(out, b1, 48)
    peak += 16
    out += 64
  }
}

/** Log densities of a block under every state of a full model. */
function fullBlock(x: usize): void {
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
    w = subtractWhitened(w, v128.load_splat<f64>(peak), out)
    out += 32
    peak += 8
  }
}

/** Stores what is left of `peak` without the squares of `work` through a factor. Returns the end of the factor. */
function subtractWhitened(w: usize, peak: v128, out: usize): usize {
  const end = work + (features << 5)
  let q0 = peak
  let q1 = peak
  let panelEnd: usize = work + 64
  while (true) {
    const stop = min(panelEnd, end)
    let a0 = f64x2.splat(0)
    let a1 = a0
    let b0 = a0
    let b1 = a0
    let at = work
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
    q0 = f64x2.sub(q0, f64x2.add(f64x2.mul(a0, a0), f64x2.mul(b0, b0)))
    q1 = f64x2.sub(q1, f64x2.add(f64x2.mul(a1, a1), f64x2.mul(b1, b1)))
    if (panelEnd >= end) break
    panelEnd += 64
  }
  v128.store(out, q0)
  v128.store(out, q1, 16)
  return w
}

/**
 * Log densities of a block's changes under states whose rules or noise connect features; 0 where a cell of either row is
 * missing, since NaN then reaches every sum.
 */
function ruleBlock(x: usize): void {
  const bytes: usize = features << 5
  const end = x + bytes
  let rule = rules
  let mean = means
  let weight = table
  let w = factors
  let out = densities
  let peak = peaks
  for (let k = 0; k < states; k++) {
    let to = work
    for (let at = x; at < end; at += 32) {
      const x0 = v128.load(at)
      const x1 = v128.load(at, 16)
      let past0 = v128.load_splat<f64>(mean)
      let past1 = past0
      if (fullRule) {
        for (let from = x; from < end; from += 32) {
          const a = v128.load_splat<f64>(rule)
          past0 = V.muladd(a, v128.load(from), past0)
          past1 = V.muladd(a, v128.load(from, 16), past1)
          rule += 8
        }
      } else {
        const a = v128.load_splat<f64>(rule)
        past0 = V.muladd(a, x0, past0)
        past1 = V.muladd(a, x1, past1)
        rule += 8
      }
      v128.store(to, f64x2.sub(v128.shuffle<f64>(x0, x1, 1, 2), past0))
      v128.store(to, f64x2.sub(v128.shuffle<f64>(x1, v128.load(at + bytes), 1, 2), past1), 16)
      to += 32
      mean += 8
    }
    if (noise == 0) {
      let q0 = v128.load_splat<f64>(peak)
      let q1 = q0
      for (let at = work; at < to; at += 32) {
        const v = v128.load_splat<f64>(weight)
        const d0 = v128.load(at)
        const d1 = v128.load(at, 16)
        q0 = V.muladd(f64x2.mul(d0, d0), v, q0)
        q1 = V.muladd(f64x2.mul(d1, d1), v, q1)
        weight += 8
      }
      v128.store(out, q0)
      v128.store(out, q1, 16)
    } else {
      const next = subtractWhitened(w, v128.load_splat<f64>(peak), out)
      if (noise == FULL) w = next
    }
    const q0 = v128.load(out)
    const q1 = v128.load(out, 16)
    v128.store(out, v128.and(q0, f64x2.eq(q0, q0)))
    v128.store(out, v128.and(q1, f64x2.eq(q1, q1)), 16)
    out += 32
    peak += 8
  }
}

/** A block through the one factor of a tied model, into `work`. */
function whitenBlock(x: usize): void {
  let w = factors
  const end = x + (features << 5)
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
    // With an odd number of features the last panel has one row; `work` has room for the other.
    v128.store(out, b0, 32)
    v128.store(out, b1, 48)
    out += 64
    if (panelEnd >= end) break
    panelEnd += 64
  }
}

/**
 * Densities of the rows at x, each over the largest of its row, into `emitted`.
 * @returns the sum of the logarithms of what they were divided by.
 */
export function emissions(x: usize, rows: i32): f64 {
  const blockBytes: usize = features << 5
  const stride = rowBytes
  const densityEnd = densities + (pairs << 6)
  let shifts = f64x2.splat(0)
  let rest: f64 = 0
  let out = emitted
  for (let t = 0; t < rows; t += 4) {
    if (kind == FULL) fullBlock(x)
    else if (kind == TIED) {
      whitenBlock(x)
      diagonalBlock(work)
    } else if (kind == CELLS) cellBlock<u8>(x)
    else if (kind == CHANGES) cellBlock<u16>(x)
    else if (kind == RULES) ruleBlock(x)
    else diagonalBlock(x)
    let m0 = v128.load(densities)
    let m1 = v128.load(densities, 16)
    for (let at = densities + 32; at < densityEnd; at += 32) {
      m0 = f64x2.pmax(m0, v128.load(at))
      m1 = f64x2.pmax(m1, v128.load(at, 16))
    }
    if (t + 4 <= rows) shifts = f64x2.add(shifts, f64x2.add(m0, m1))
    else {
      rest += f64x2.extract_lane(m0, 0)
      if (t + 1 < rows) rest += f64x2.extract_lane(m0, 1)
      if (t + 2 < rows) rest += f64x2.extract_lane(m1, 0)
    }
    let to = out
    for (let at = densities; at < densityEnd; at += 64) {
      const a0 = V.exponential(f64x2.sub(v128.load(at), m0))
      const a1 = V.exponential(f64x2.sub(v128.load(at, 16), m1))
      const b0 = V.exponential(f64x2.sub(v128.load(at, 32), m0))
      const b1 = V.exponential(f64x2.sub(v128.load(at, 48), m1))
      v128.store(to, v128.shuffle<f64>(a0, b0, 0, 2))
      v128.store(to + stride, v128.shuffle<f64>(a0, b0, 1, 3))
      v128.store(to + 2 * stride, v128.shuffle<f64>(a1, b1, 0, 2))
      v128.store(to + 3 * stride, v128.shuffle<f64>(a1, b1, 1, 3))
      to += 16
    }
    out += stride << 2
    x += blockBytes
  }
  return f64x2.extract_lane(shifts, 0) + f64x2.extract_lane(shifts, 1) + rest
}

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
  if (pairs == 1) recur<u8>(rows)
  else if (pairs == 2) recur<u16>(rows)
  else if (pairs == 3) recur<u32>(rows)
  else if (pairs == 4) recur<u64>(rows)
  else recurAny(rows)
}

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
  if (pairs == 1) ok = smooth<u8>(rows)
  else if (pairs == 2) ok = smooth<u16>(rows)
  else if (pairs == 3) ok = smooth<u32>(rows)
  else if (pairs == 4) ok = smooth<u64>(rows)
  else ok = smoothAny(rows)
  if (!ok) return false
  if (pairs == 1) jumps<u8>(rows)
  else if (pairs == 2) jumps<u16>(rows)
  else if (pairs == 3) jumps<u32>(rows)
  else if (pairs == 4) jumps<u64>(rows)
  else jumpsAny(rows)
  for (let c: usize = 0; c < rowBytes; c += 16) V.addTo(startSums + c, v128.load(future + c))
  memory.fill(future + <usize>rows * rowBytes, 0, (<usize>((rows + 3) & ~3) - rows) * rowBytes)
  return true
}

/** Adds the weighted outer products of a block [size][4] to panels of two partial sums per number. */
function addOuter(x: usize, size: i32, to: usize, g: v128, h: v128): void {
  const end = x + (size << 5)
  let row = x
  while (row < end) {
    const both = row + 32 < end
    const a0 = f64x2.mul(g, v128.load(row))
    const a1 = f64x2.mul(h, v128.load(row, 16))
    let b0 = f64x2.splat(0)
    let b1 = b0
    if (both) {
      b0 = f64x2.mul(g, v128.load(row, 32))
      b1 = f64x2.mul(h, v128.load(row, 48))
    }
    const stop = both ? row + 64 : end
    let at = x
    do {
      const x0 = v128.load(at)
      const x1 = v128.load(at, 16)
      v128.store(to, V.muladd(a1, x1, V.muladd(a0, x0, v128.load(to))))
      v128.store(to, V.muladd(b1, x1, V.muladd(b0, x0, v128.load(to, 16))), 16)
      at += 32
      to += 32
    } while (at < stop)
    row += 64
  }
}

/** Adds a block's cells, their squares and the weights of those that are there to the sums of state k. */
function addCells(x: usize, k: i32, g: v128, h: v128): void {
  const end = x + (features << 5)
  let to: usize = firstSums + <usize>(k * features) * 48
  do {
    const x0 = v128.load(x)
    const x1 = v128.load(x, 16)
    const there0 = f64x2.eq(x0, x0)
    const there1 = f64x2.eq(x1, x1)
    const g0 = v128.and(f64x2.mul(g, x0), there0)
    const g1 = v128.and(f64x2.mul(h, x1), there1)
    const s0 = v128.and(f64x2.mul(g0, x0), there0)
    const s1 = v128.and(f64x2.mul(g1, x1), there1)
    V.addTo(to, f64x2.add(g0, g1))
    V.addTo(to + 16, f64x2.add(s0, s1))
    V.addTo(to + 32, f64x2.add(v128.and(g, there0), v128.and(h, there1)))
    x += 32
    to += 48
  } while (x < end)
}

/** The same of changes: cells and those that follow them, where both are there. */
function addChanges(x: usize, k: i32, g: v128, h: v128): void {
  const bytes: usize = features << 5
  const end = x + bytes
  let to: usize = firstSums + <usize>(k * features) * 96
  do {
    let x0 = v128.load(x)
    let x1 = v128.load(x, 16)
    let y0 = v128.shuffle<f64>(x0, x1, 1, 2)
    let y1 = v128.shuffle<f64>(x1, v128.load(x + bytes), 1, 2)
    const there0 = v128.and(f64x2.eq(x0, x0), f64x2.eq(y0, y0))
    const there1 = v128.and(f64x2.eq(x1, x1), f64x2.eq(y1, y1))
    x0 = v128.and(x0, there0)
    x1 = v128.and(x1, there1)
    y0 = v128.and(y0, there0)
    y1 = v128.and(y1, there1)
    const gx0 = f64x2.mul(g, x0)
    const gx1 = f64x2.mul(h, x1)
    const gy0 = f64x2.mul(g, y0)
    const gy1 = f64x2.mul(h, y1)
    V.addTo(to, f64x2.add(gx0, gx1))
    V.addTo(to + 16, f64x2.add(gy0, gy1))
    V.addTo(to + 32, V.muladd(gx0, x0, f64x2.mul(gx1, x1)))
    V.addTo(to + 48, V.muladd(gx0, y0, f64x2.mul(gx1, y1)))
    V.addTo(to + 64, V.muladd(gy0, y0, f64x2.mul(gy1, y1)))
    V.addTo(to + 80, f64x2.add(v128.and(g, there0), v128.and(h, there1)))
    x += 32
    to += 96
  } while (x < end)
}

/**
 * The rows of a block, those that follow them, and 1 into `work`, [2 D + 1][4], whose outer products are all sums that
 * rules need; 0 where a cell of either row is missing.
 */
function joinChanges(x: usize): void {
  const bytes: usize = features << 5
  const end = x + bytes
  let to = work
  let there0 = i64x2.splat(-1)
  let there1 = there0
  for (let at = x; at < end; at += 32) {
    const x0 = v128.load(at)
    const x1 = v128.load(at, 16)
    const y0 = v128.shuffle<f64>(x0, x1, 1, 2)
    const y1 = v128.shuffle<f64>(x1, v128.load(at + bytes), 1, 2)
    there0 = v128.and(there0, v128.and(f64x2.eq(x0, x0), f64x2.eq(y0, y0)))
    there1 = v128.and(there1, v128.and(f64x2.eq(x1, x1), f64x2.eq(y1, y1)))
    v128.store(to, x0)
    v128.store(to, x1, 16)
    v128.store(to + bytes, y0)
    v128.store(to + bytes, y1, 16)
    to += 32
  }
  const last = work + 2 * bytes
  v128.store(last, f64x2.splat(1))
  v128.store(last, f64x2.splat(1), 16)
  for (let at = work; at <= last; at += 32) {
    v128.store(at, v128.and(v128.load(at), there0))
    v128.store(at, v128.and(v128.load(at, 16), there1), 16)
  }
}

/** After `posteriors`: the weighted sums of the rows at x, of their squares or outer products. */
export function moments(x: usize, rows: i32, panelBytes: usize): void {
  const stride = rowBytes
  const blockBytes: usize = features << 5
  const threshold = f64x2.splat(NEGLIGIBLE)
  let g = future
  for (let t = 0; t < rows; t += 4) {
    let at = g
    if (kind == RULES) joinChanges(x)
    for (let k = 0; k < states; k += 2) {
      const r0 = v128.load(at)
      const r1 = v128.load(at + stride)
      const r2 = v128.load(at + 2 * stride)
      const r3 = v128.load(at + 3 * stride)
      const counts = i64x2.bitmask(f64x2.gt(f64x2.pmax(f64x2.pmax(r0, r1), f64x2.pmax(r2, r3)), threshold))
      if (counts & 1) addBlock(x, k, v128.shuffle<f64>(r0, r1, 0, 2), v128.shuffle<f64>(r2, r3, 0, 2), panelBytes)
      if (counts & 2) addBlock(x, k + 1, v128.shuffle<f64>(r0, r1, 1, 3), v128.shuffle<f64>(r2, r3, 1, 3), panelBytes)
      at += 16
    }
    g += stride << 2
    x += blockBytes
  }
}

function addBlock(x: usize, k: i32, weights0: v128, weights1: v128, panelBytes: usize): void {
  const threshold = f64x2.splat(NEGLIGIBLE)
  const g = v128.and(weights0, f64x2.gt(weights0, threshold))
  const h = v128.and(weights1, f64x2.gt(weights1, threshold))
  if (kind == FULL) {
    V.addFirst(x, k, g, h)
    addOuter(x, features, secondSums + <usize>k * panelBytes, g, h)
  } else if (kind == TIED) V.addFirst(x, k, g, h)
  else if (kind == CELLS) addCells(x, k, g, h)
  else if (kind == CHANGES) addChanges(x, k, g, h)
  else if (kind == RULES) addOuter(work, 2 * features + 1, secondSums + <usize>k * panelBytes, g, h)
  else V.addMoments(x, k, g, h)
}

/** Sums of the outer products of all rows, as panels of two partial sums. */
export function scatter(x: usize, blocks: i32, to: usize): void {
  const one = f64x2.splat(1)
  for (let b = 0; b < blocks; b++) {
    addOuter(x, features, to, one, one)
    x += features << 5
  }
}

/** nearest [rows] = the smaller of itself and the squared distance to one centre [D]. */
export function nearer(x: usize, blocks: i32, centre: usize, nearest: usize): void {
  for (let b = 0; b < blocks; b++) {
    let s0 = f64x2.splat(0)
    let s1 = s0
    let c = centre
    for (const end = x + (features << 5); x < end; x += 32) {
      const mu = v128.load_splat<f64>(c)
      const d0 = f64x2.sub(v128.load(x), mu)
      const d1 = f64x2.sub(v128.load(x, 16), mu)
      s0 = V.muladd(d0, d0, s0)
      s1 = V.muladd(d1, d1, s1)
      c += 8
    }
    v128.store(nearest, f64x2.pmin(v128.load(nearest), s0))
    v128.store(nearest, f64x2.pmin(v128.load(nearest, 16), s1), 16)
    nearest += 32
  }
}

/** The nearest of `count` centres [count, D] of every row, the first of equals, and its squared distance. */
export function assign(x: usize, blocks: i32, centres: usize, count: i32, nearest: usize, owner: usize): void {
  const blockBytes: usize = features << 5
  for (let b = 0; b < blocks; b++) {
    let best0 = f64x2.splat(Infinity)
    let best1 = best0
    let owner0 = f64x2.splat(0)
    let owner1 = owner0
    let c = centres
    for (let k = 0; k < count; k++) {
      let s0 = f64x2.splat(0)
      let s1 = s0
      for (let at = x; at < x + blockBytes; at += 32) {
        const mu = v128.load_splat<f64>(c)
        const d0 = f64x2.sub(v128.load(at), mu)
        const d1 = f64x2.sub(v128.load(at, 16), mu)
        s0 = V.muladd(d0, d0, s0)
        s1 = V.muladd(d1, d1, s1)
        c += 8
      }
      const own = f64x2.splat(<f64>k)
      owner0 = v128.bitselect(own, owner0, f64x2.lt(s0, best0))
      owner1 = v128.bitselect(own, owner1, f64x2.lt(s1, best1))
      best0 = f64x2.pmin(best0, s0)
      best1 = f64x2.pmin(best1, s1)
    }
    v128.store(nearest, best0)
    v128.store(nearest, best1, 16)
    v128.store(owner, owner0)
    v128.store(owner, owner1, 16)
    nearest += 32
    owner += 32
    x += blockBytes
  }
}
