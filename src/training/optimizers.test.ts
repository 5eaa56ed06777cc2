import { describe, it } from 'vitest'
import { expectClose } from '../tensor/testing/compare'
import { slotNames, updateInPlace, type OptimizerName, type OptimizerOptions } from './optimizers'

function options(name: OptimizerName, weightDecay: number): OptimizerOptions {
  return { name, weightDecay, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, momentum: 0.9 }
}

function run(setup: OptimizerOptions, gradients: number[][], start: number[], rate: number): number[] {
  const weights = Float32Array.from(start)
  const slots = slotNames(setup.name).map(() => new Float32Array(start.length))
  gradients.forEach((gradient, i) => updateInPlace(setup, weights, Float32Array.from(gradient), slots, rate, i + 1))
  return [...weights]
}

describe('optimizers', () => {
  it('sgd with momentum: two steps by hand', () => {
    // u1 = 1, w = 2 - 0.1; u2 = 0.9 + 3 = 3.9, w = 1.9 - 0.39
    expectClose(run(options('sgd', 0), [[1], [3]], [2], 0.1), [1.51], 1e-6)
  })

  it('sgd adds weight decay to the gradient', () => {
    expectClose(run(options('sgd', 0.5), [[1]], [2], 0.1), [2 - 0.1 * (1 + 0.5 * 2)], 1e-6)
  })

  it('adam: the first step is the learning rate in the direction of the sign', () => {
    expectClose(run(options('adam', 0), [[0.3, -7]], [1, 1], 0.01), [0.99, 1.01], 1e-6)
  })

  it('adam: two steps by hand, with bias correction', () => {
    const [g1, g2] = [0.5, -0.2]
    const m = 0.9 * (0.1 * g1) + 0.1 * g2
    const v = 0.98 * (0.02 * g1 * g1) + 0.02 * g2 * g2
    const second = (0.01 * (m / (1 - 0.9 ** 2))) / (Math.sqrt(v / (1 - 0.98 ** 2)) + 1e-8)
    expectClose(run(options('adam', 0), [[g1], [g2]], [1], 0.01), [0.99 - second], 1e-6)
  })

  it('adam adds weight decay to the gradient, adamw shrinks the weight instead', () => {
    // At the first step Adam normalises the size of the gradient away, decay included.
    expectClose(run(options('adam', 3), [[0.1]], [2], 0.01), [2 - 0.01], 1e-6)
    expectClose(run(options('adamw', 3), [[0.1]], [2], 0.01), [2 * (1 - 0.01 * 3) - 0.01], 1e-6)
  })

  it('adamw follows the order of operations of PyTorch over five steps', () => {
    // As torch.optim.AdamW computes it, in double precision; the gradient is w^3 - 0.5.
    let w = [1, -2]
    const setup = options('adamw', 1)
    const weights = Float32Array.from(w)
    const slots = slotNames('adamw').map(() => new Float32Array(2))
    const m = [0, 0]
    const v = [0, 0]
    for (let t = 1; t <= 5; t++) {
      updateInPlace(
        setup,
        weights,
        Float32Array.from(weights, (x) => x ** 3 - 0.5),
        slots,
        1e-2,
        t
      )
      w = w.map((x, i) => {
        const g = x ** 3 - 0.5
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.98 * v[i] + 0.02 * g * g
        const denominator = Math.sqrt(v[i]) / Math.sqrt(1 - 0.98 ** t) + 1e-8
        return x * (1 - 1e-2) - ((1e-2 / (1 - 0.9 ** t)) * m[i]) / denominator
      })
    }
    expectClose(weights, w, 1e-6)
  })
})
