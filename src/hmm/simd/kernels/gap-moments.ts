/** Sums over rows with missing cells, each filled in as the state expects it. */
import { entryAt, factorLength, factorOf, fillPair, fillPrefix } from './gap-filling'
import {
  MIXED,
  blockAt,
  filled,
  leftSums,
  lists,
  patternWeights,
  patternsOf,
  prefixes,
  times,
  triangle
} from './gap-memory'
import { NEGLIGIBLE } from './limits'
import { FULL, TIED, features, future, kind, means, pairs, rowBytes, secondSums, states } from './memory'
import { Sums, addOuter } from './moments'
import { V } from './vectors'

/**
 * After `posteriors`: as `moments`, for the rows at x as they were recorded, but without what `leftovers` adds. Rows of blocks
 * that are whole have no second moments where covariances are tied: those are `scatter`.
 */
export function gapMoments(x: usize, rows: i32, panelBytes: usize): void {
  const stride = rowBytes
  const threshold = f64x2.splat(NEGLIGIBLE)
  let block = blockAt(x)
  for (let t = 0; t < rows; t += 4) {
    const prefix = load<i32>(prefixes + (block << 2))
    const patterns: usize = patternsOf + (block << 4)
    const places: usize = times + (block << 4)
    let at0 = future + <usize>load<i32>(places) * stride
    let at1 = future + <usize>load<i32>(places, 4) * stride
    let at2 = future + <usize>load<i32>(places, 8) * stride
    let at3 = future + <usize>load<i32>(places, 12) * stride
    for (let k = 0; k < states; k += 2) {
      const r0 = v128.load(at0)
      const r1 = v128.load(at1)
      const r2 = v128.load(at2)
      const r3 = v128.load(at3)
      const counts = i64x2.bitmask(f64x2.gt(f64x2.pmax(f64x2.pmax(r0, r1), f64x2.pmax(r2, r3)), threshold))
      if (counts) {
        if (prefix === MIXED) fillPair(x, patterns, k >> 1)
        if (prefix < features) {
          const weights: usize = patternWeights + ((<usize>k) << 3)
          V.addTo(weights + <usize>load<i32>(patterns) * stride, r0)
          V.addTo(weights + <usize>load<i32>(patterns, 4) * stride, r1)
          V.addTo(weights + <usize>load<i32>(patterns, 8) * stride, r2)
          V.addTo(weights + <usize>load<i32>(patterns, 12) * stride, r3)
        }
      }
      if (counts & 1)
        addGaps(x, k, prefix, v128.shuffle<f64>(r0, r1, 0, 2), v128.shuffle<f64>(r2, r3, 0, 2), panelBytes)
      if (counts & 2)
        addGaps(x, k + 1, prefix, v128.shuffle<f64>(r0, r1, 1, 3), v128.shuffle<f64>(r2, r3, 1, 3), panelBytes)
      at0 += 16
      at1 += 16
      at2 += 16
      at3 += 16
    }
    x += features << 5
    block++
  }
}

function addGaps(x: usize, k: i32, prefix: i32, weights0: v128, weights1: v128, panelBytes: usize): void {
  const threshold = f64x2.splat(NEGLIGIBLE)
  const g = v128.and(weights0, f64x2.gt(weights0, threshold))
  const h = v128.and(weights1, f64x2.gt(weights1, threshold))
  let from = x
  if (prefix < features) {
    if (prefix !== MIXED) fillPrefix(x, k, prefix)
    from = prefix === MIXED ? filled + ((<usize>((k & 1) * features)) << 5) : filled
    let mean: usize = means + ((<usize>(k * features)) << 3)
    const end = from + (features << 5)
    for (let at = from; at < end; at += 32) {
      const mu = v128.load_splat<f64>(mean)
      V.addTo(at, mu)
      V.addTo(at + 16, mu)
      mean += 8
    }
  }
  Sums.addFirst(from, k, g, h)
  if (kind === FULL) addOuter(from, features, secondSums + <usize>k * panelBytes, g, h)
  else if (prefix < features) addOuter(from, features, secondSums, g, h)
}

/** Adds the covariances of the missing cells of all rows to `leftSums`; those of tied models to both states of the first pair. */
export function leftovers(patterns: i32): void {
  const size: usize = (<usize>((features * (features + 1)) >> 1)) << 4
  for (let pattern = 1; pattern < patterns; pattern++) {
    const weights: usize = patternWeights + <usize>pattern * rowBytes
    if (kind === TIED) {
      let sum = v128.load(weights)
      for (let at: usize = 16; at < rowBytes; at += 16) sum = f64x2.add(sum, v128.load(weights + at))
      addInverse(pattern, 0, V.total(sum), leftSums)
    } else {
      for (let pair = 0; pair < pairs; pair++) {
        const weight = v128.load(weights + ((<usize>pair) << 4))
        if (!v128.any_true(f64x2.gt(weight, f64x2.splat(NEGLIGIBLE)))) continue
        addInverse(pattern, pair, weight, leftSums + <usize>pair * size)
      }
    }
  }
}

/** Adds the weighted inverse of P_mm. */
function addInverse(pattern: i32, pair: i32, weight: v128, to: usize): void {
  const list = load<usize>(lists + (pattern << 2))
  const count = load<i32>(list)
  const factor = factorOf(pattern, pair)
  if (factor !== triangle) memory.copy(triangle, factor, factorLength(count))
  for (let b = 0; b < count; b++) {
    for (let a = b + 1; a < count; a++) {
      let sum = v128.load(entryAt(triangle, a, b))
      for (let c = b + 1; c < a; c++)
        sum = V.muladd(v128.load(entryAt(triangle, a, c)), v128.load(entryAt(triangle, c, b)), sum)
      v128.store(entryAt(triangle, a, b), f64x2.neg(sum))
    }
  }
  for (let a = 0; a < count; a++) {
    const i = load<i32>(list + (a << 2), 4)
    const diagonal = v128.load(entryAt(triangle, a, a))
    for (let b = 0; b <= a; b++) {
      let sum = b < a ? f64x2.mul(diagonal, v128.load(entryAt(triangle, a, b))) : diagonal
      for (let c = a + 1; c < count; c++) {
        const scaled = f64x2.mul(v128.load(entryAt(triangle, c, a)), v128.load(entryAt(triangle, c, c)))
        sum = V.muladd(scaled, v128.load(entryAt(triangle, c, b)), sum)
      }
      const j = load<i32>(list + (b << 2), 4)
      V.addTo(to + ((<usize>(((i * (i + 1)) >> 1) + j)) << 4), f64x2.mul(weight, sum))
    }
  }
}
