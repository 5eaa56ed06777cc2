/** Histograms: values in bins, and what else one look at every value tells. */

/**
 * Counts f32 values into what earlier calls have counted, so that an array can come in parts.
 * - edges f64 [bins + 1] from `min` on, the last one infinite; `scale` is bins / (max - min)
 * - counts i32 [4, stride], stride at least bins + 2: below min, the bins, above max; a value counts in the row of its lane, as a
 *   counter that was written a moment ago is waited for. Their sum is the histogram.
 * - state f64 [7]: sum and sum of squares, added one value after the other; lowest, highest; how many are 0, not finite, and
 *   nearer to zero than `near`. Where the lowest or highest is 0, its sign is that of any of them.
 */
export function countValues(
  values: usize,
  count: i32,
  min: f64,
  max: f64,
  scale: f64,
  bins: i32,
  near: f64,
  edges: usize,
  counts: usize,
  stride: i32,
  state: usize
): void {
  const row: usize = stride << 2
  const last = bins - 1
  const min2 = f64x2.splat(min)
  const scale2 = f64x2.splat(scale)
  const near2 = f64x2.splat(near)
  const zero = f32x4.splat(0)
  const lasts = i32x4.splat(last)
  let sum = load<f64>(state)
  let squares = load<f64>(state, 8)
  let lowest = f32x4.splat(Infinity)
  let highest = f32x4.splat(-Infinity)
  let zeros = i32x4.splat(0)
  let nears = i64x2.splat(0)
  let moreZeros = 0
  let moreNear = 0
  let nonFinite = 0
  const whole = count & ~3
  for (let i = 0; i < count;) {
    if (i < whole) {
      const at: usize = values + ((<usize>i) << 2)
      const v = v128.load(at)
      // Only a finite value minus itself is 0.
      if (i32x4.all_true(f32x4.eq(f32x4.sub(v, v), zero))) {
        zeros = i32x4.sub(zeros, f32x4.eq(v, zero))
        lowest = f32x4.pmin(lowest, v)
        highest = f32x4.pmax(highest, v)
        const a = f64x2.promote_low_f32x4(v)
        const b = f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 0, 1))
        nears = i64x2.sub(nears, f64x2.lt(f64x2.abs(a), near2))
        nears = i64x2.sub(nears, f64x2.lt(f64x2.abs(b), near2))
        const aa = f64x2.mul(a, a)
        const bb = f64x2.mul(b, b)
        const v0 = f64x2.extract_lane(a, 0)
        const v1 = f64x2.extract_lane(a, 1)
        const v2 = f64x2.extract_lane(b, 0)
        const v3 = f64x2.extract_lane(b, 1)
        sum = sum + v0 + v1 + v2 + v3
        squares = squares + f64x2.extract_lane(aa, 0)
        squares = squares + f64x2.extract_lane(aa, 1)
        squares = squares + f64x2.extract_lane(bb, 0)
        squares = squares + f64x2.extract_lane(bb, 1)
        const low = i32x4.trunc_sat_f64x2_s_zero(f64x2.mul(f64x2.sub(a, min2), scale2))
        const high = i32x4.trunc_sat_f64x2_s_zero(f64x2.mul(f64x2.sub(b, min2), scale2))
        let bin = v128.shuffle<i32>(low, high, 0, 1, 4, 5)
        bin = i32x4.max_s(i32x4.min_s(bin, lasts), i32x4.splat(0))
        increment(counts, slot(v0, i32x4.extract_lane(bin, 0), max, edges))
        increment(counts + row, slot(v1, i32x4.extract_lane(bin, 1), max, edges))
        increment(counts + 2 * row, slot(v2, i32x4.extract_lane(bin, 2), max, edges))
        increment(counts + 3 * row, slot(v3, i32x4.extract_lane(bin, 3), max, edges))
        i += 4
        continue
      }
    }
    const end = i < whole ? i + 4 : count
    for (; i < end; i++) {
      const single = load<f32>(values + ((<usize>i) << 2))
      const v = <f64>single
      if (v - v !== 0) {
        nonFinite++
        continue
      }
      sum += v
      squares += v * v
      if (v === 0) moreZeros++
      if (v < near && v > -near) moreNear++
      lowest = f32x4.pmin(lowest, f32x4.splat(single))
      highest = f32x4.pmax(highest, f32x4.splat(single))
      let bin = <i32>Math.max(-1, Math.min(<f64>bins, (v - min) * scale))
      if (bin > last) bin = last
      if (bin < 0) bin = 0
      increment(counts, slot(v, bin, max, edges))
    }
  }
  store<f64>(state, sum)
  store<f64>(state, squares, 8)
  for (let lane = 0; lane < 4; lane++) {
    const low = <f64>load<f32>(spill(state, lowest) + ((<usize>lane) << 2))
    if (low < load<f64>(state, 16)) store<f64>(state, low, 16)
    const high = <f64>load<f32>(spill(state, highest) + ((<usize>lane) << 2))
    if (high > load<f64>(state, 24)) store<f64>(state, high, 24)
  }
  moreZeros += i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1)
  moreZeros += i32x4.extract_lane(zeros, 2) + i32x4.extract_lane(zeros, 3)
  store<f64>(state, load<f64>(state, 32) + <f64>moreZeros, 32)
  store<f64>(state, load<f64>(state, 40) + <f64>nonFinite, 40)
  const near64 = i64x2.extract_lane(nears, 0) + i64x2.extract_lane(nears, 1)
  store<f64>(state, load<f64>(state, 48) + <f64>moreNear + <f64>near64, 48)
}

/** Lanes as numbers, in the 16 bytes behind the state. */
function spill(state: usize, v: v128): usize {
  v128.store(state, v, 64)
  return state + 64
}

/** The product may round to the bin beside, so that zeros would count as negative; the edges decide. Below `min` it is 0. */
function slot(v: f64, bin: i32, max: f64, edges: usize): i32 {
  const edge: usize = edges + ((<usize>bin) << 3)
  return bin + 1 + i32(v >= load<f64>(edge, 8)) - i32(v < load<f64>(edge)) + i32(v > max)
}

function increment(counts: usize, place: i32): void {
  const at: usize = counts + ((<usize>place) << 2)
  store<i32>(at, load<i32>(at) + 1)
}
