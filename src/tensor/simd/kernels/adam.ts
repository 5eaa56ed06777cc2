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
