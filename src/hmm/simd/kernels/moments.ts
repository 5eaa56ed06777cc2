/** Sums over the rows of each state. */
import { addCells, addChanges } from './cells'
import { NEGLIGIBLE } from './limits'
import {
  CELLS,
  CHANGES,
  FULL,
  RULES,
  TIED,
  features,
  firstSums,
  future,
  kind,
  rowBytes,
  secondSums,
  states,
  work
} from './memory'
import { joinChanges } from './rules'
import { V } from './vectors'

/** Inlined, as `V`. */
export abstract class Sums {
  /** Adds a block's rows and squares, weighted by g (rows 0 and 1) and h (rows 2 and 3), to the sums of state k. */
  @inline
  static addBoth(x: usize, k: i32, g: v128, h: v128): void {
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

/** Adds the weighted outer products of a block [size][4] to panels of two partial sums per number. */
export function addOuter(x: usize, size: i32, to: usize, g: v128, h: v128): void {
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

/** After `posteriors`: the weighted sums of the rows at x, of their squares or outer products. */
export function moments(x: usize, rows: i32, panelBytes: usize): void {
  const stride = rowBytes
  const blockBytes: usize = features << 5
  const threshold = f64x2.splat(NEGLIGIBLE)
  let g = future
  for (let t = 0; t < rows; t += 4) {
    let at = g
    if (kind === RULES) joinChanges(x)
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
  if (kind === FULL) {
    Sums.addFirst(x, k, g, h)
    addOuter(x, features, secondSums + <usize>k * panelBytes, g, h)
  } else if (kind === TIED) Sums.addFirst(x, k, g, h)
  else if (kind === CELLS) addCells(x, k, g, h)
  else if (kind === CHANGES) addChanges(x, k, g, h)
  else if (kind === RULES) addOuter(work, 2 * features + 1, secondSums + <usize>k * panelBytes, g, h)
  else Sums.addBoth(x, k, g, h)
}

/** Sums of the outer products of all rows, as panels of two partial sums. */
export function scatter(x: usize, blocks: i32, to: usize): void {
  const one = f64x2.splat(1)
  for (let b = 0; b < blocks; b++) {
    addOuter(x, features, to, one, one)
    x += features << 5
  }
}
