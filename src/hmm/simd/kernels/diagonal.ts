/** Log densities of states with independent features. */
import { densities, features, pairs, table } from './memory'
import { V } from './vectors'

/** Log densities of a block under states with independent features (x: the block itself, or whitened), of the first `size`. */
export function diagonalBlock(x: usize, size: i32, peak: usize): void {
  const end = x + (size << 5)
  const rest: usize = (features - size) << 5
  let m = table
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
    m += rest
    peak += 16
    out += 64
  }
}
