/** Value by value. */
import { addFloats } from './floats'

/** y = max(x, 0); NaN stays NaN (f32x4.max propagates it). */
export function relu(x: usize, y: usize, n: i32): void {
  const zero = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= n; i += 4) v128.store(y + (i << 2), f32x4.max(v128.load(x + (i << 2)), zero))
  for (; i < n; i++) store<f32>(y + (i << 2), max<f32>(load<f32>(x + (i << 2)), 0))
}

/** dx = y > 0 ? dy : 0. */
export function reluGradient(y: usize, dy: usize, dx: usize, n: i32): void {
  const zero = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at: usize = i << 2
    v128.store(dx + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero)))
  }
  for (; i < n; i++) {
    const at: usize = i << 2
    store<f32>(dx + at, load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0)
  }
}

/** y [rows, columns] = x + bias [columns]. Twelve values at a time, so that any row of 4 or 6 channels fills vectors too. */
export function addBias(x: usize, bias: usize, y: usize, rows: i32, columns: i32): void {
  const total = rows * columns
  let done = 0
  if (12 % columns === 0) {
    const b0 = cyclic(bias, 0, columns)
    const b1 = cyclic(bias, 4, columns)
    const b2 = cyclic(bias, 8, columns)
    for (; done + 12 <= total; done += 12) {
      const at: usize = done << 2
      v128.store(y + at, f32x4.add(v128.load(x + at), b0))
      v128.store(y + at, f32x4.add(v128.load(x + at, 16), b1), 16)
      v128.store(y + at, f32x4.add(v128.load(x + at, 32), b2), 32)
    }
  } else if (columns % 4 === 0) {
    for (; done < total; done += columns) {
      for (let c = 0; c < columns; c += 4) {
        const at: usize = (done + c) << 2
        v128.store(y + at, f32x4.add(v128.load(x + at), v128.load(bias + (c << 2))))
      }
    }
  }
  for (; done < total; done++) {
    const at: usize = done << 2
    store<f32>(y + at, load<f32>(x + at) + load<f32>(bias + ((done % columns) << 2)))
  }
}

/** Four values from `first` on of bias [columns], repeated without end. */
function cyclic(bias: usize, first: i32, columns: i32): v128 {
  let out = f32x4.splat(load<f32>(bias + ((first % columns) << 2)))
  out = f32x4.replace_lane(out, 1, load<f32>(bias + (((first + 1) % columns) << 2)))
  out = f32x4.replace_lane(out, 2, load<f32>(bias + (((first + 2) % columns) << 2)))
  return f32x4.replace_lane(out, 3, load<f32>(bias + (((first + 3) % columns) << 2)))
}

/** out += x, for sums that are made in parts. */
export function addTo(x: usize, out: usize, n: i32): void {
  addFloats(x, out, n)
}
