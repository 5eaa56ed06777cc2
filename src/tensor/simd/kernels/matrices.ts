/** Transposition, and the matrix product that weight gradients are. */

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
