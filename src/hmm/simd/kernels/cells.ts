/** Cells that count one by one, of rows or of changes: NaN is a missing one. */
import { densities, features, firstSums, pairs, peaks, table } from './memory'
import { V } from './vectors'

/** Inlined, as `V`. */
abstract class Cell {
  /** The log density of cells from their differences; 0 for what is missing. */
  @inline
  static density(difference: v128, weight: v128, peak: v128): v128 {
    const density = V.muladd(f64x2.mul(difference, difference), weight, peak)
    return v128.and(density, f64x2.eq(difference, difference))
  }
}

/** Log densities of a block under states whose cells count one by one. T is u8 for rows, u16 for changes. */
export function cellBlock<T>(x: usize): void {
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
      a0 = f64x2.add(a0, Cell.density(f64x2.sub(y0, pastA0), weightA, peakA))
      a1 = f64x2.add(a1, Cell.density(f64x2.sub(y1, pastA1), weightA, peakA))
      b0 = f64x2.add(b0, Cell.density(f64x2.sub(y0, pastB0), weightB, peakB))
      b1 = f64x2.add(b1, Cell.density(f64x2.sub(y1, pastB1), weightB, peakB))
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

/** Adds a block's cells, their squares and the weights of those that are there to the sums of state k. */
export function addCells(x: usize, k: i32, g: v128, h: v128): void {
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
export function addChanges(x: usize, k: i32, g: v128, h: v128): void {
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
