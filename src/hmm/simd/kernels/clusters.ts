/** Distances of rows to centres, for K-means. */
import { features } from './memory'
import { V } from './vectors'

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
