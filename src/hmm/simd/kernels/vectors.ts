/** What every kernel does with vectors of two numbers. */
import { FLOOR } from './limits'

/** 1.5 * 2^52: adding it rounds to a whole number, which then stands in the low bits. */
const ROUNDER: f64 = 6755399441055744

/** Inlined; a class, because decorators of functions are no TypeScript. */
export abstract class V {
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
    if (sizeof<T>() === 1) return V.total(a0)
    if (sizeof<T>() === 2) return V.total(f64x2.add(a0, a1))
    if (sizeof<T>() === 4) return V.total(f64x2.add(f64x2.add(a0, a1), a2))
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
}
