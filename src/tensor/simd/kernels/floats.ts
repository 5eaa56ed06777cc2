/** Loops over contiguous values that other kernels are made of. */

/** Copies n floats; zeros where `from` is 0. */
export function copyFloats(from: usize, to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)))
  for (; i < n; i++) store<f32>(to + (i << 2), load<f32>(from + (i << 2)))
}

export function addFloats(from: usize, to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    v128.store(to + (i << 2), f32x4.add(v128.load(to + (i << 2)), v128.load(from + (i << 2))))
  }
  for (; i < n; i++) store<f32>(to + (i << 2), load<f32>(to + (i << 2)) + load<f32>(from + (i << 2)))
}

export function maxFloats(from: usize, to: usize, n: i32): void {
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
