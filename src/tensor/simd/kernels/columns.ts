/** Sums over rows, and what normalises columns with them. */

/** out [columns] = sum over rows of x [rows, columns], in blocks of 64 rows so that rounding errors stay small. */
export function columnSums(x: usize, out: usize, rows: i32, columns: i32): void {
  memory.fill(out, 0, columns << 2)
  for (let first = 0; first < rows; first += 64) {
    const end = min(first + 64, rows)
    let c = 0
    for (; c + 4 <= columns; c += 4) {
      let sum = f32x4.splat(0)
      let at: usize = x + ((first * columns + c) << 2)
      for (let r = first; r < end; r++) {
        sum = f32x4.add(sum, v128.load(at))
        at += columns << 2
      }
      v128.store(out + (c << 2), f32x4.add(v128.load(out + (c << 2)), sum))
    }
    for (; c < columns; c++) {
      let sum: f32 = 0
      for (let r = first; r < end; r++) sum += load<f32>(x + ((r * columns + c) << 2))
      store<f32>(out + (c << 2), load<f32>(out + (c << 2)) + sum)
    }
  }
}

/** out [columns] = sum over rows of (x - mean)^2, mean [columns]; in blocks as `columnSums`. */
export function columnSquares(x: usize, mean: usize, out: usize, rows: i32, columns: i32): void {
  memory.fill(out, 0, columns << 2)
  for (let first = 0; first < rows; first += 64) {
    const end = min(first + 64, rows)
    let c = 0
    for (; c + 4 <= columns; c += 4) {
      const middle = v128.load(mean + (c << 2))
      let sum = f32x4.splat(0)
      let at: usize = x + ((first * columns + c) << 2)
      for (let r = first; r < end; r++) {
        const d = f32x4.sub(v128.load(at), middle)
        sum = f32x4.add(sum, f32x4.mul(d, d))
        at += columns << 2
      }
      v128.store(out + (c << 2), f32x4.add(v128.load(out + (c << 2)), sum))
    }
    for (; c < columns; c++) {
      const middle = load<f32>(mean + (c << 2))
      let sum: f32 = 0
      for (let r = first; r < end; r++) {
        const d = load<f32>(x + ((r * columns + c) << 2)) - middle
        sum += d * d
      }
      store<f32>(out + (c << 2), load<f32>(out + (c << 2)) + sum)
    }
  }
}

/** out [columns] = sum over rows of dy (x - mean); in blocks as `columnSums`. */
export function columnDots(x: usize, mean: usize, dy: usize, out: usize, rows: i32, columns: i32): void {
  memory.fill(out, 0, columns << 2)
  for (let first = 0; first < rows; first += 64) {
    const end = min(first + 64, rows)
    let c = 0
    for (; c + 4 <= columns; c += 4) {
      const middle = v128.load(mean + (c << 2))
      let sum = f32x4.splat(0)
      let at: usize = (first * columns + c) << 2
      for (let r = first; r < end; r++) {
        sum = f32x4.add(sum, f32x4.mul(f32x4.sub(v128.load(x + at), middle), v128.load(dy + at)))
        at += columns << 2
      }
      v128.store(out + (c << 2), f32x4.add(v128.load(out + (c << 2)), sum))
    }
    for (; c < columns; c++) {
      const middle = load<f32>(mean + (c << 2))
      let sum: f32 = 0
      for (let r = first; r < end; r++) {
        const at: usize = (r * columns + c) << 2
        sum += (load<f32>(x + at) - middle) * load<f32>(dy + at)
      }
      store<f32>(out + (c << 2), load<f32>(out + (c << 2)) + sum)
    }
  }
}

/** y = (x - mean) * scale + bias, with mean, scale and bias [columns]. */
export function normalise(x: usize, mean: usize, scale: usize, bias: usize, y: usize, rows: i32, columns: i32): void {
  let at: usize = 0
  for (let r = 0; r < rows; r++) {
    let c = 0
    for (; c + 4 <= columns; c += 4) {
      const i: usize = c << 2
      const d = f32x4.sub(v128.load(x + at), v128.load(mean + i))
      v128.store(y + at, f32x4.add(f32x4.mul(d, v128.load(scale + i)), v128.load(bias + i)))
      at += 16
    }
    for (; c < columns; c++) {
      const i: usize = c << 2
      const d = load<f32>(x + at) - load<f32>(mean + i)
      store<f32>(y + at, d * load<f32>(scale + i) + load<f32>(bias + i))
      at += 4
    }
  }
}

/** dx = dy * a + (x - mean) * b + c, with mean, a, b and c [columns]. */
export function normaliseGradient(
  x: usize,
  dy: usize,
  mean: usize,
  a: usize,
  b: usize,
  c: usize,
  dx: usize,
  rows: i32,
  columns: i32
): void {
  let at: usize = 0
  for (let r = 0; r < rows; r++) {
    let k = 0
    for (; k + 4 <= columns; k += 4) {
      const i: usize = k << 2
      const d = f32x4.sub(v128.load(x + at), v128.load(mean + i))
      const rest = f32x4.add(f32x4.mul(d, v128.load(b + i)), v128.load(c + i))
      v128.store(dx + at, f32x4.add(f32x4.mul(v128.load(dy + at), v128.load(a + i)), rest))
      at += 16
    }
    for (; k < columns; k++) {
      const i: usize = k << 2
      const d = load<f32>(x + at) - load<f32>(mean + i)
      store<f32>(dx + at, load<f32>(dy + at) * load<f32>(a + i) + (d * load<f32>(b + i) + load<f32>(c + i)))
      at += 4
    }
  }
}
