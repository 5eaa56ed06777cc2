import { describe, expect, it } from 'vitest'
import { Rng } from '../../numeric/rng'
import { updateInPlace } from '../../training/optimizers'
import { growTo, newMemory } from '../../wasm/module'
import { expectClose } from '../testing/compare'
import { simdKernels } from './module'

const memory = newMemory()
growTo(memory, 500_000)
const kernels = simdKernels(memory)
const rng = new Rng(21)
let end = 0

/** A place in the kernels' memory, filled with random values. */
function place(size: number): { at: number; values: Float32Array } {
  const at = end
  end += size * 4 + ((size * 4) % 8)
  const values = new Float32Array(memory.buffer, at, size)
  for (let i = 0; i < size; i++) values[i] = rng.normal()
  return { at, values }
}

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31]

describe('SIMD kernels', () => {
  it('relu and its gradient, NaN kept', () => {
    for (const n of sizes) {
      end = 0
      const [x, y, dy, dx] = [place(n), place(n), place(n), place(n)]
      if (n > 2) x.values[2] = NaN
      kernels.relu(x.at, y.at, n)
      expect([...y.values]).toEqual([...x.values].map((v) => (Number.isNaN(v) ? NaN : Math.max(v, 0))))
      kernels.reluGradient(y.at, dy.at, dx.at, n)
      expect([...dx.values]).toEqual([...dy.values].map((v, i) => (y.values[i] > 0 ? v : 0)))
    }
  })

  it('transpose, bias and column sums of any size', () => {
    for (const rows of [...sizes, 70, 130]) {
      for (const columns of [...sizes, 6, 12]) {
        end = 0
        const [x, t, bias, sum] = [place(rows * columns), place(rows * columns), place(columns), place(columns)]
        const biased = place(rows * columns)
        kernels.transpose(x.at, t.at, rows, columns)
        kernels.addBias(x.at, bias.at, biased.at, rows, columns)
        kernels.columnSums(x.at, sum.at, rows, columns)
        const sums = new Float64Array(columns)
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            const value = x.values[r * columns + c]
            sums[c] += value
            if (t.values[c * rows + r] !== value) expect.fail(`transpose ${rows} x ${columns} at ${r}, ${c}`)
            if (biased.values[r * columns + c] !== Math.fround(value + bias.values[c])) {
              expect.fail(`bias ${rows} x ${columns} at ${r}, ${c}`)
            }
          }
        }
        expectClose(sum.values, sums, 1e-5, `columnSums ${rows} x ${columns}`)
      }
    }
  })

  it('moments of columns and what normalises with them, of any size', () => {
    for (const rows of [1, 3, 64, 130]) {
      for (const columns of sizes) {
        end = 0
        const all = rows * columns
        const [x, dy, y, dx] = [place(all), place(all), place(all), place(all)]
        const [mean, scale, bias, third] = [place(columns), place(columns), place(columns), place(columns)]
        const [squares, dots] = [place(columns), place(columns)]
        kernels.columnSquares(x.at, mean.at, squares.at, rows, columns)
        kernels.columnDots(x.at, mean.at, dy.at, dots.at, rows, columns)
        kernels.normalise(x.at, mean.at, scale.at, bias.at, y.at, rows, columns)
        kernels.normaliseGradient(x.at, dy.at, mean.at, scale.at, bias.at, third.at, dx.at, rows, columns)
        const [square, dot] = [new Float64Array(columns), new Float64Array(columns)]
        const [normal, gradient] = [new Float64Array(all), new Float64Array(all)]
        for (let at = 0; at < all; at++) {
          const c = at % columns
          const d = x.values[at] - mean.values[c]
          square[c] += d * d
          dot[c] += d * dy.values[at]
          normal[at] = d * scale.values[c] + bias.values[c]
          gradient[at] = dy.values[at] * scale.values[c] + d * bias.values[c] + third.values[c]
        }
        expectClose(squares.values, square, 1e-5, `squares ${rows} x ${columns}`)
        expectClose(dots.values, dot, 1e-5, `dots ${rows} x ${columns}`)
        expectClose(y.values, normal, 1e-6, `normalise ${rows} x ${columns}`)
        expectClose(dx.values, gradient, 1e-6, `gradient ${rows} x ${columns}`)
      }
    }
  })

  it('maxPool and its gradient on volumes, writing nowhere else', () => {
    const counts = [2, 3, 4, 5, 3, 2, 2, 3, 2, 3, 2, 1, 2, 2, 0, 1, 0] as const
    end = 0
    const [x, y, guard] = [place(2 * 3 * 4 * 5 * 3), place(2 * 2 * 2 * 3 * 3), place(4)]
    const [dy, dx, after] = [place(y.values.length), place(x.values.length), place(4)]
    const kept = [...guard.values, ...after.values]
    dx.values.fill(0)
    kernels.maxPool(x.at, y.at, ...counts)
    kernels.maxPoolGradient(x.at, dy.at, dx.at, ...counts)
    const largest = new Float64Array(y.values.length)
    const gradient = new Float64Array(x.values.length)
    for (let i = 0; i < largest.length; i++) {
      const [c, ow, oh] = [i % 3, Math.floor(i / 3) % 3, Math.floor(i / 9) % 2]
      const [od, n] = [Math.floor(i / 18) % 2, Math.floor(i / 36)]
      let best = -1
      for (let d = od; d < Math.min(3, od + 2); d++) {
        for (let h = Math.max(0, oh * 2 - 1); h < Math.min(4, oh * 2 + 2); h++) {
          for (let w = ow * 2; w < Math.min(5, ow * 2 + 2); w++) {
            const at = (((n * 3 + d) * 4 + h) * 5 + w) * 3 + c
            if (best < 0 || x.values[at] > x.values[best]) best = at
          }
        }
      }
      largest[i] = x.values[best]
      gradient[best] += dy.values[i]
    }
    expectClose(y.values, largest, 0)
    expectClose(dx.values, gradient, 1e-6)
    expect([...guard.values, ...after.values]).toEqual(kept)
  })

  it('gemmTN with every kind of edge, writing nowhere else', () => {
    for (const m of [1, 3, 8, 65]) {
      for (const k of sizes) {
        for (const n of sizes) {
          end = 0
          const [a, b, c, guard, scratch] = [place(m * k), place(m * n), place(k * n), place(4), place((k + 8) * m)]
          const after = place(4)
          const kept = [...guard.values, ...after.values]
          kernels.gemmTN(a.at, b.at, c.at, m, k, n, scratch.at)
          const expected = new Float64Array(k * n)
          for (let i = 0; i < m; i++) {
            for (let r = 0; r < k; r++)
              for (let s = 0; s < n; s++) expected[r * n + s] += a.values[i * k + r] * b.values[i * n + s]
          }
          expectClose(c.values, expected, 1e-5, `gemmTN ${m} ${k} ${n}`)
          expect([...guard.values, ...after.values]).toEqual(kept)
        }
      }
    }
  })

  it('adam does what the plain loop does', () => {
    for (const name of ['adam', 'adamw'] as const) {
      for (const n of sizes) {
        end = 0
        const [w, g, m, v] = [place(n), place(n), place(n), place(n)]
        v.values.forEach((value, i) => (v.values[i] = value * value))
        const [weights, gradient, first, second] = [w, g, m, v].map(({ values }) => values.slice())
        const options = { name, weightDecay: 0.5, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, momentum: 0 }
        updateInPlace(options, weights, gradient, [first, second], 0.01, 7)
        const [keep, l2] = name === 'adamw' ? [1 - 0.01 * 0.5, 0] : [1, 0.5]
        const [step, correction] = [0.01 / (1 - 0.9 ** 7), 1 / (1 - 0.98 ** 7)]
        kernels.adam(w.at, g.at, m.at, v.at, n, 0.9, 0.1, 0.98, 0.02, 1e-8, keep, l2, step, correction)
        expectClose(w.values, weights, 1e-6)
        expectClose(m.values, first, 1e-6)
        expectClose(v.values, second, 1e-6)
      }
    }
  })
})
