/** Changes that count as a whole: their densities, and what the sums over them are made of. */
import { subtractWhitened } from './covariances'
import { FULL, densities, factors, features, fullRule, means, noise, peaks, rules, states, table, work } from './memory'
import { V } from './vectors'

/**
 * Log densities of a block's changes under states whose rules or noise connect features; 0 where a cell of either row is
 * missing, since NaN then reaches every sum.
 */
export function ruleBlock(x: usize): void {
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
    if (noise === 0) {
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
      const next = subtractWhitened(work, features, w, v128.load_splat<f64>(peak), out)
      if (noise === FULL) w = next
    }
    const q0 = v128.load(out)
    const q1 = v128.load(out, 16)
    v128.store(out, v128.and(q0, f64x2.eq(q0, q0)))
    v128.store(out, v128.and(q1, f64x2.eq(q1, q1)), 16)
    out += 32
    peak += 8
  }
}

/**
 * The rows of a block, those that follow them, and 1 into `work`, [2 D + 1][4], whose outer products are all sums that
 * rules need; 0 where a cell of either row is missing.
 */
export function joinChanges(x: usize): void {
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
