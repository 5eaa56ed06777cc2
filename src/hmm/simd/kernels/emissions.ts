/** Densities of a sequence, by the kind of its model. */
import { cellBlock } from './cells'
import { fullBlock, whitenBlock } from './covariances'
import { diagonalBlock } from './diagonal'
import { gapBlock, putInTime } from './gap-densities'
import { prefixes } from './gap-memory'
import {
  CELLS,
  CHANGES,
  FULL,
  RULES,
  TIED,
  densities,
  emitted,
  features,
  future,
  kind,
  pairs,
  peaks,
  rowBytes,
  work
} from './memory'
import { ruleBlock } from './rules'
import { V } from './vectors'

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
  // Rows with gaps do not come in the order of time; `future` is not in use yet.
  let out = prefixes !== 0 ? future : emitted
  for (let t = 0; t < rows; t += 4) {
    if (prefixes !== 0) gapBlock(x)
    else if (kind === FULL) fullBlock(x)
    else if (kind === TIED) {
      whitenBlock(x, features)
      diagonalBlock(work, features, peaks)
    } else if (kind === CELLS) cellBlock<u8>(x)
    else if (kind === CHANGES) cellBlock<u16>(x)
    else if (kind === RULES) ruleBlock(x)
    else diagonalBlock(x, features, peaks)
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
    if (prefixes !== 0) putInTime(x, out)
    else out += stride << 2
    x += blockBytes
  }
  return f64x2.extract_lane(shifts, 0) + f64x2.extract_lane(shifts, 1) + rest
}
