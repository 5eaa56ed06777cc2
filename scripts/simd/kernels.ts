/**
 * SIMD kernels in AssemblyScript, compiled by scripts/make-simd.mjs into src/tensor/simd/binary.ts. All arguments are byte
 * addresses into the memory that the instance is given, and element counts. No static data, no allocation: the module can
 * work in another module's memory. Arrays are row-major float32 unless the name says f64.
 */

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
  if (12 % columns == 0) {
    const b0 = cyclic(bias, 0, columns)
    const b1 = cyclic(bias, 4, columns)
    const b2 = cyclic(bias, 8, columns)
    for (; done + 12 <= total; done += 12) {
      const at: usize = done << 2
      v128.store(y + at, f32x4.add(v128.load(x + at), b0))
      v128.store(y + at, f32x4.add(v128.load(x + at, 16), b1), 16)
      v128.store(y + at, f32x4.add(v128.load(x + at, 32), b2), 32)
    }
  } else if (columns % 4 == 0) {
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

/** to [columns, rows] = from [rows, columns] transposed, in 4 x 4 blocks. */
export function transpose(from: usize, to: usize, rows: i32, columns: i32): void {
  const fromStride: usize = columns << 2
  const toStride: usize = rows << 2
  const wholeRows = rows & ~3
  const wholeColumns = columns & ~3
  // Panels of 64 rows keep both sides within the first-level cache.
  for (let panel = 0; panel < wholeRows; panel += 64) {
    const end = min(panel + 64, wholeRows)
    for (let c = 0; c < wholeColumns; c += 4) {
      for (let r = panel; r < end; r += 4) {
        const s: usize = from + <usize>r * fromStride + (c << 2)
        const a = v128.load(s)
        const b = v128.load(s + fromStride)
        const d = v128.load(s + 2 * fromStride)
        const e = v128.load(s + 3 * fromStride)
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
        const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
        const de0 = v128.shuffle<f32>(d, e, 0, 4, 1, 5)
        const de1 = v128.shuffle<f32>(d, e, 2, 6, 3, 7)
        const t: usize = to + <usize>c * toStride + (r << 2)
        v128.store(t, v128.shuffle<f32>(ab0, de0, 0, 1, 4, 5))
        v128.store(t + toStride, v128.shuffle<f32>(ab0, de0, 2, 3, 6, 7))
        v128.store(t + 2 * toStride, v128.shuffle<f32>(ab1, de1, 0, 1, 4, 5))
        v128.store(t + 3 * toStride, v128.shuffle<f32>(ab1, de1, 2, 3, 6, 7))
      }
    }
  }
  for (let r = 0; r < rows; r++) {
    for (let c = r < wholeRows ? wholeColumns : 0; c < columns; c++) {
      store<f32>(to + <usize>c * toStride + (r << 2), load<f32>(from + <usize>r * fromStride + (c << 2)))
    }
  }
}

/**
 * c [k, n] = a^T b with a [m, k], b [m, n]: the weight gradient of a dense layer.
 * `scratch` holds (k + 8) * m floats: a is copied as panels of 4 columns and b as one of 8 at a time, because rows that are
 * a power of two apart fall into the same few cache lines.
 */
export function gemmTN(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, scratch: usize): void {
  const packedA = scratch
  const wholeK = k & ~3
  const wholeN = n & ~7
  const cStride: usize = n << 2
  const packedB: usize = packedA + ((<usize>wholeK * m) << 2)
  // a as [k / 4][m][4]
  for (let kb = 0; kb < wholeK; kb += 4) {
    let from: usize = a + (kb << 2)
    let to: usize = packedA + ((<usize>kb * m) << 2)
    for (let i = 0; i < m; i++) {
      v128.store(to, v128.load(from))
      from += k << 2
      to += 16
    }
  }
  for (let nb = 0; nb < wholeN; nb += 8) {
    let from: usize = b + (nb << 2)
    let to: usize = packedB
    for (let i = 0; i < m; i++) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      from += n << 2
      to += 32
    }
    for (let kb = 0; kb < wholeK; kb += 4) {
      let c00 = f32x4.splat(0)
      let c01 = f32x4.splat(0)
      let c10 = f32x4.splat(0)
      let c11 = f32x4.splat(0)
      let c20 = f32x4.splat(0)
      let c21 = f32x4.splat(0)
      let c30 = f32x4.splat(0)
      let c31 = f32x4.splat(0)
      let pa: usize = packedA + ((<usize>kb * m) << 2)
      let pb: usize = packedB
      const end: usize = pb + (m << 5)
      while (pb < end) {
        const b0 = v128.load(pb)
        const b1 = v128.load(pb, 16)
        const a0 = v128.load_splat<f32>(pa)
        c00 = f32x4.add(c00, f32x4.mul(a0, b0))
        c01 = f32x4.add(c01, f32x4.mul(a0, b1))
        const a1 = v128.load_splat<f32>(pa, 4)
        c10 = f32x4.add(c10, f32x4.mul(a1, b0))
        c11 = f32x4.add(c11, f32x4.mul(a1, b1))
        const a2 = v128.load_splat<f32>(pa, 8)
        c20 = f32x4.add(c20, f32x4.mul(a2, b0))
        c21 = f32x4.add(c21, f32x4.mul(a2, b1))
        const a3 = v128.load_splat<f32>(pa, 12)
        c30 = f32x4.add(c30, f32x4.mul(a3, b0))
        c31 = f32x4.add(c31, f32x4.mul(a3, b1))
        pa += 16
        pb += 32
      }
      const at: usize = c + <usize>kb * cStride + (nb << 2)
      v128.store(at, c00)
      v128.store(at, c01, 16)
      v128.store(at + cStride, c10)
      v128.store(at + cStride, c11, 16)
      v128.store(at + 2 * cStride, c20)
      v128.store(at + 2 * cStride, c21, 16)
      v128.store(at + 3 * cStride, c30)
      v128.store(at + 3 * cStride, c31, 16)
    }
  }
  // What is left on the right of whole blocks of 8 columns, and below whole blocks of 4 rows.
  if (wholeN < n) {
    for (let kb = 0; kb < wholeK; kb += 4) edgeTN4(packedA + ((<usize>kb * m) << 2), b, c, m, n, kb, wholeN)
  }
  for (let row = wholeK; row < k; row++) edgeTN1(a, b, c, m, k, n, row)
}

/** Four rows of c, columns from `first` on, one column at a time. */
function edgeTN4(packed: usize, b: usize, c: usize, m: i32, n: i32, row: i32, first: i32): void {
  for (let col = first; col < n; col++) {
    let sum = f32x4.splat(0)
    let pa = packed
    let pb: usize = b + (col << 2)
    for (let i = 0; i < m; i++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(pa), v128.load_splat<f32>(pb)))
      pa += 16
      pb += n << 2
    }
    const at: usize = c + ((row * n + col) << 2)
    store<f32>(at, f32x4.extract_lane(sum, 0))
    store<f32>(at + (n << 2), f32x4.extract_lane(sum, 1))
    store<f32>(at + (n << 3), f32x4.extract_lane(sum, 2))
    store<f32>(at + (n << 3) + (n << 2), f32x4.extract_lane(sum, 3))
  }
}

/** One row of c. */
function edgeTN1(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, row: i32): void {
  let col = 0
  for (; col + 4 <= n; col += 4) {
    let sum = f32x4.splat(0)
    let pa: usize = a + (row << 2)
    let pb: usize = b + (col << 2)
    for (let i = 0; i < m; i++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(pa), v128.load(pb)))
      pa += k << 2
      pb += n << 2
    }
    v128.store(c + ((row * n + col) << 2), sum)
  }
  for (; col < n; col++) {
    let sum: f32 = 0
    for (let i = 0; i < m; i++) sum += load<f32>(a + ((i * k + row) << 2)) * load<f32>(b + ((i * n + col) << 2))
    store<f32>(c + ((row * n + col) << 2), sum)
  }
}

/**
 * Adam in one pass: m and v are its moments, `keep` shrinks the weights first (decoupled decay), `l2` adds to the gradient.
 * `step` = rate / (1 - beta1^t), `correction` = 1 / (1 - beta2^t).
 */
export function adam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  n: i32,
  beta1: f32,
  keep1: f32,
  beta2: f32,
  keep2: f32,
  epsilon: f32,
  keep: f32,
  l2: f32,
  step: f32,
  correction: f32
): void {
  const vb1 = f32x4.splat(beta1)
  const vk1 = f32x4.splat(keep1)
  const vb2 = f32x4.splat(beta2)
  const vk2 = f32x4.splat(keep2)
  const ve = f32x4.splat(epsilon)
  const vk = f32x4.splat(keep)
  const vl = f32x4.splat(l2)
  const vs = f32x4.splat(step)
  const vc = f32x4.splat(correction)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at: usize = i << 2
    const x = v128.load(w + at)
    const d = f32x4.add(v128.load(g + at), f32x4.mul(vl, x))
    const mean = f32x4.add(f32x4.mul(vb1, v128.load(m + at)), f32x4.mul(vk1, d))
    const square = f32x4.add(f32x4.mul(vb2, v128.load(v + at)), f32x4.mul(vk2, f32x4.mul(d, d)))
    v128.store(m + at, mean)
    v128.store(v + at, square)
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(square, vc)), ve)
    v128.store(w + at, f32x4.sub(f32x4.mul(vk, x), f32x4.div(f32x4.mul(vs, mean), size)))
  }
  for (; i < n; i++) {
    const at: usize = i << 2
    const x = load<f32>(w + at)
    const d = load<f32>(g + at) + l2 * x
    const mean = beta1 * load<f32>(m + at) + keep1 * d
    const square = beta2 * load<f32>(v + at) + keep2 * (d * d)
    store<f32>(m + at, mean)
    store<f32>(v + at, square)
    store<f32>(w + at, keep * x - (step * mean) / (sqrt<f32>(square * correction) + epsilon))
  }
}

/** Copies n floats; zeros where `from` is 0. */
function copyFloats(from: usize, to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)))
  for (; i < n; i++) store<f32>(to + (i << 2), load<f32>(from + (i << 2)))
}

function addFloats(from: usize, to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    v128.store(to + (i << 2), f32x4.add(v128.load(to + (i << 2)), v128.load(from + (i << 2))))
  }
  for (; i < n; i++) store<f32>(to + (i << 2), load<f32>(to + (i << 2)) + load<f32>(from + (i << 2)))
}

/**
 * Patches [N * od * oh * ow, kd * kh * kw * channels] of x [N, D, H, W, channels], zeros outside (`back` = 0), or the
 * adjoint: patches added onto x, which must be zeroed before (`back` = 1). Pictures are volumes of depth 1.
 */
export function im2col(
  x: usize,
  patches: usize,
  batch: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelDepth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32,
  back: i32
): void {
  const run = kernelWidth * channels
  const runBytes: usize = run << 2
  const planeBytes: usize = runBytes * kernelHeight
  const rowBytes: usize = (width * channels) << 2
  const sliceBytes: usize = <usize>height * rowBytes
  for (let n = 0; n < batch; n++) {
    for (let od = 0; od < outDepth; od++) {
      for (let oh = 0; oh < outHeight; oh++) {
        for (let ow = 0; ow < outWidth; ow++) {
          const left = ow * strideWidth - padLeft
          const skip = max(0, -left) * channels
          const cut = max(0, left + kernelWidth - width) * channels
          const inside = run - skip - cut
          for (let kd = 0; kd < kernelDepth; kd++) {
            const slice = od * strideDepth - padFront + kd
            if (slice < 0 || slice >= depth) {
              if (!back) memory.fill(patches, 0, planeBytes)
              patches += planeBytes
              continue
            }
            const base: usize = x + <usize>slice * sliceBytes
            for (let kh = 0; kh < kernelHeight; kh++) {
              const row = oh * strideHeight - padTop + kh
              if (row >= 0 && row < height && inside > 0) {
                const at: usize = base + <usize>row * rowBytes + ((left * channels + skip) << 2)
                const patch: usize = patches + (skip << 2)
                if (back) addFloats(patch, at, inside)
                else {
                  if (skip > 0) memory.fill(patches, 0, skip << 2)
                  copyFloats(at, patch, inside)
                  if (cut > 0) memory.fill(patch + (inside << 2), 0, cut << 2)
                }
              } else if (!back) memory.fill(patches, 0, runBytes)
              patches += runBytes
            }
          }
        }
      }
    }
    x += <usize>depth * sliceBytes
  }
}

/** out += x, for sums that are made in parts. */
export function addTo(x: usize, out: usize, n: i32): void {
  addFloats(x, out, n)
}

/**
 * Largest value of each window: x [N, D, H, W, channels] -> y [N, od, oh, ow, channels]. Pictures are volumes of depth 1.
 * What lies outside does not count; a NaN in a window becomes its result.
 */
export function maxPool(
  x: usize,
  y: usize,
  batch: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelDepth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32
): void {
  const pixelBytes: usize = channels << 2
  const rowBytes: usize = <usize>width * pixelBytes
  const sliceBytes: usize = <usize>height * rowBytes
  for (let n = 0; n < batch; n++) {
    for (let od = 0; od < outDepth; od++) {
      const front = max(0, od * strideDepth - padFront)
      const behind = min(depth, od * strideDepth - padFront + kernelDepth)
      for (let oh = 0; oh < outHeight; oh++) {
        const top = max(0, oh * strideHeight - padTop)
        const bottom = min(height, oh * strideHeight - padTop + kernelHeight)
        for (let ow = 0; ow < outWidth; ow++) {
          const left = max(0, ow * strideWidth - padLeft)
          const right = min(width, ow * strideWidth - padLeft + kernelWidth)
          const first: usize = x + <usize>front * sliceBytes + <usize>top * rowBytes + <usize>left * pixelBytes
          copyFloats(first, y, channels)
          for (let d = front; d < behind; d++) {
            for (let h = top; h < bottom; h++) {
              const row: usize = x + <usize>d * sliceBytes + <usize>h * rowBytes
              for (let w = left; w < right; w++) maxFloats(row + <usize>w * pixelBytes, y, channels)
            }
          }
          y += pixelBytes
        }
      }
    }
    x += <usize>depth * sliceBytes
  }
}

function maxFloats(from: usize, to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at: usize = i << 2
    v128.store(to + at, f32x4.max(v128.load(to + at), v128.load(from + at)))
  }
  for (; i < n; i++) {
    const at: usize = i << 2
    store<f32>(to + at, max<f32>(load<f32>(to + at), load<f32>(from + at)))
  }
}

/**
 * Gradient of `maxPool`: every dy is added to the first largest element of its window. dx must be zeroed before.
 */
export function maxPoolGradient(
  x: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelDepth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32
): void {
  const rowStride = width * channels
  const sliceStride = height * rowStride
  for (let n = 0; n < batch; n++) {
    for (let od = 0; od < outDepth; od++) {
      const front = max(0, od * strideDepth - padFront)
      const behind = min(depth, od * strideDepth - padFront + kernelDepth)
      for (let oh = 0; oh < outHeight; oh++) {
        const top = max(0, oh * strideHeight - padTop)
        const bottom = min(height, oh * strideHeight - padTop + kernelHeight)
        for (let ow = 0; ow < outWidth; ow++) {
          const left = max(0, ow * strideWidth - padLeft)
          const right = min(width, ow * strideWidth - padLeft + kernelWidth)
          for (let c = 0; c < channels; c++) {
            let best = front * sliceStride + top * rowStride + left * channels + c
            let value = load<f32>(x + (best << 2))
            for (let d = front; d < behind; d++) {
              for (let h = top; h < bottom; h++) {
                for (let w = left; w < right; w++) {
                  const at = d * sliceStride + h * rowStride + w * channels + c
                  const v = load<f32>(x + (at << 2))
                  // Selections instead of a branch: which element is largest cannot be predicted.
                  const larger = v > value
                  best = select(at, best, larger)
                  value = select(v, value, larger)
                }
              }
            }
            store<f32>(dx + (best << 2), load<f32>(dx + (best << 2)) + load<f32>(dy))
            dy += 4
          }
        }
      }
    }
    x += (depth * sliceStride) << 2
    dx += (depth * sliceStride) << 2
  }
}

/** Lower triangle of g = a a^T, a f64 [n, length] with even length, g f64 [n, n]. */
export function gramF64(a: usize, g: usize, n: i32, length: i32): void {
  const rowBytes: usize = length << 3
  const gStride: usize = n << 3
  const whole = n & ~3
  for (let i = 0; i < whole; i += 4) {
    const x0: usize = a + <usize>i * rowBytes
    for (let j = 0; j < i + 4; j += 2) {
      const y0: usize = a + <usize>j * rowBytes
      let s00 = f64x2.splat(0)
      let s01 = f64x2.splat(0)
      let s10 = f64x2.splat(0)
      let s11 = f64x2.splat(0)
      let s20 = f64x2.splat(0)
      let s21 = f64x2.splat(0)
      let s30 = f64x2.splat(0)
      let s31 = f64x2.splat(0)
      for (let k: usize = 0; k < rowBytes; k += 16) {
        const p = v128.load(y0 + k)
        const q = v128.load(y0 + rowBytes + k)
        const a0 = v128.load(x0 + k)
        s00 = f64x2.add(s00, f64x2.mul(a0, p))
        s01 = f64x2.add(s01, f64x2.mul(a0, q))
        const a1 = v128.load(x0 + rowBytes + k)
        s10 = f64x2.add(s10, f64x2.mul(a1, p))
        s11 = f64x2.add(s11, f64x2.mul(a1, q))
        const a2 = v128.load(x0 + 2 * rowBytes + k)
        s20 = f64x2.add(s20, f64x2.mul(a2, p))
        s21 = f64x2.add(s21, f64x2.mul(a2, q))
        const a3 = v128.load(x0 + 3 * rowBytes + k)
        s30 = f64x2.add(s30, f64x2.mul(a3, p))
        s31 = f64x2.add(s31, f64x2.mul(a3, q))
      }
      const at: usize = g + <usize>i * gStride + (j << 3)
      v128.store(at, pair(s00, s01))
      v128.store(at + gStride, pair(s10, s11))
      v128.store(at + 2 * gStride, pair(s20, s21))
      v128.store(at + 3 * gStride, pair(s30, s31))
    }
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = f64x2.splat(0)
      const x: usize = a + <usize>i * rowBytes
      const y: usize = a + <usize>j * rowBytes
      for (let k: usize = 0; k < rowBytes; k += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(x + k), v128.load(y + k)))
      store<f64>(g + <usize>i * gStride + (j << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
    }
  }
}

/** The sums of the lanes of both. */
function pair(x: v128, y: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(x, y, 0, 2), v128.shuffle<f64>(x, y, 1, 3))
}

/**
 * Householder reduction of a symmetric f64 [n, n] of which the lower triangle is given (it is overwritten): diagonal [n],
 * and off [n] with off[i] between i - 1 and i. `p` is scratch of n + 1 values. Wilkinson & Reinsch 1971, tred1.
 */
export function tridiagonaliseF64(a: usize, diagonal: usize, off: usize, p: usize, n: i32): void {
  const stride: usize = n << 3
  for (let i = n - 1; i >= 1; i--) {
    const u: usize = a + <usize>i * stride
    store<f64>(diagonal + (i << 3), load<f64>(u + (i << 3)))
    let norm: f64 = 0
    for (let k = 0; k < i - 1; k++) norm += load<f64>(u + (k << 3)) * load<f64>(u + (k << 3))
    const f = load<f64>(u + ((i - 1) << 3))
    if (norm == 0) {
      store<f64>(off + (i << 3), f)
      continue
    }
    const size = sqrt(norm + f * f)
    const g = f >= 0 ? -size : size
    store<f64>(off + (i << 3), g)
    const h = norm + f * f - f * g
    store<f64>(u + ((i - 1) << 3), f - g)
    memory.fill(p, 0, i << 3)
    for (let j = 0; j < i; j++) {
      const row: usize = a + <usize>j * stride
      const uj = load<f64>(u + (j << 3))
      const vuj = f64x2.splat(uj)
      let sum = f64x2.splat(0)
      let k = 0
      for (; k + 2 <= j; k += 2) {
        const at: usize = k << 3
        const x = v128.load(row + at)
        sum = f64x2.add(sum, f64x2.mul(x, v128.load(u + at)))
        v128.store(p + at, f64x2.add(v128.load(p + at), f64x2.mul(x, vuj)))
      }
      let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + load<f64>(row + (j << 3)) * uj
      for (; k < j; k++) {
        const at: usize = k << 3
        const x = load<f64>(row + at)
        total += x * load<f64>(u + at)
        store<f64>(p + at, load<f64>(p + at) + x * uj)
      }
      store<f64>(p + (j << 3), load<f64>(p + (j << 3)) + total)
    }
    let dot: f64 = 0
    for (let j = 0; j < i; j++) {
      const value = load<f64>(p + (j << 3)) / h
      store<f64>(p + (j << 3), value)
      dot += value * load<f64>(u + (j << 3))
    }
    const half = dot / (2 * h)
    for (let j = 0; j < i; j++) store<f64>(p + (j << 3), load<f64>(p + (j << 3)) - half * load<f64>(u + (j << 3)))
    for (let j = 0; j < i; j++) {
      const row: usize = a + <usize>j * stride
      const uj = f64x2.splat(load<f64>(u + (j << 3)))
      const pj = f64x2.splat(load<f64>(p + (j << 3)))
      let k = 0
      for (; k + 2 <= j + 1; k += 2) {
        const at: usize = k << 3
        const change = f64x2.add(f64x2.mul(uj, v128.load(p + at)), f64x2.mul(pj, v128.load(u + at)))
        v128.store(row + at, f64x2.sub(v128.load(row + at), change))
      }
      for (; k <= j; k++) {
        const at: usize = k << 3
        const change = f64x2.extract_lane(uj, 0) * load<f64>(p + at) + f64x2.extract_lane(pj, 0) * load<f64>(u + at)
        store<f64>(row + at, load<f64>(row + at) - change)
      }
    }
  }
  store<f64>(diagonal, load<f64>(a))
  store<f64>(off, 0)
}
