import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Rng } from '../numeric/rng'
import { prepareBackend, tensorMemory } from './backend'
import {
  backends,
  expectClose,
  expectSameEverywhere,
  missingBackends,
  placedBackends,
  randomInput,
  useBackend
} from './testing/compare'
import { inPlace, readValues, touched, valuesOf } from './views'

const rng = new Rng(7)

for (const reason of missingBackends) it.skip(reason, () => undefined)

describe('kernels of every backend agree with the cpu backend and with finite differences', () => {
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true]
  ]) {
    it(`matMul, transposeA ${transposeA}, transposeB ${transposeB}`, async () => {
      const a = randomInput(rng, ...(transposeA ? [6, 5] : [5, 6]))
      const b = randomInput(rng, ...(transposeB ? [4, 6] : [6, 4]))
      await expectSameEverywhere([a, b], (x: tf.Tensor2D, y: tf.Tensor2D) => tf.matMul(x, y, transposeA, transposeB))
    })

    it(`matMul of batches, transposeA ${transposeA}, transposeB ${transposeB}`, async () => {
      const a = randomInput(rng, 2, 3, ...(transposeA ? [6, 5] : [5, 6]))
      const b = randomInput(rng, 2, 3, ...(transposeB ? [4, 6] : [6, 4]))
      await expectSameEverywhere([a, b], (x: tf.Tensor4D, y: tf.Tensor4D) => tf.matMul(x, y, transposeA, transposeB))
    })
  }

  it('matMul of a batch with one matrix, folded into rows', async () => {
    // Values only: the stock gradient of a broadcast matMul is wrong on every backend.
    const shapes: [number[], number[]][] = [
      [
        [3, 5, 6],
        [1, 6, 4]
      ],
      [
        [1, 5, 6],
        [3, 6, 4]
      ],
      [
        [2, 3, 5, 6],
        [6, 4]
      ]
    ]
    for (const [shapeA, shapeB] of shapes) {
      const [a, b] = [randomInput(rng, ...shapeA), randomInput(rng, ...shapeB)]
      const results: Float32Array[] = []
      for (const backend of backends) {
        await useBackend(backend)
        const product = tf.tidy(() => tf.matMul(tf.tensor(a.values, a.shape), tf.tensor(b.values, b.shape)))
        expect(product.shape.slice(-2)).toEqual([5, 4])
        results.push(Float32Array.from(await product.data()))
        product.dispose()
      }
      for (const result of results) expectClose(result, results[0], 1e-5)
    }
  })

  const convolutions: {
    name: string
    size: [number, number]
    channels: [number, number]
    pad: 'same' | 'valid' | number
    strides: [number, number]
  }[] = [
    { name: 'same padding', size: [6, 5], channels: [2, 3], pad: 'same', strides: [1, 1] },
    { name: 'valid padding', size: [6, 7], channels: [1, 2], pad: 'valid', strides: [1, 1] },
    { name: 'strides', size: [7, 7], channels: [2, 2], pad: 'same', strides: [2, 2] },
    { name: 'unequal strides, padding by number', size: [8, 6], channels: [1, 1], pad: 1, strides: [2, 2] }
  ]
  for (const { name, size, channels, pad, strides } of convolutions) {
    it(`conv2d gradients, ${name}`, async () => {
      const x = randomInput(rng, 2, size[0], size[1], channels[0])
      const filter = randomInput(rng, 3, 3, channels[0], channels[1])
      await expectSameEverywhere([x, filter], (a: tf.Tensor4D, f: tf.Tensor4D) => tf.conv2d(a, f, strides, pad))
    })
  }

  for (const pad of ['valid', 'same'] as const) {
    it(`maxPool gradient, ${pad}, with overlapping windows`, async () => {
      // Values far apart, so that finite differences never change which element is largest.
      const order = rng.shuffle(Array.from({ length: 2 * 7 * 6 * 2 }, (_, i) => i))
      const x = { shape: [2, 7, 6, 2], values: Float32Array.from(order, (v) => v / 4 - 10) }
      await expectSameEverywhere([x], (a: tf.Tensor4D) => tf.maxPool(a, 2, 2, pad))
      await expectSameEverywhere([x], (a: tf.Tensor4D) => tf.maxPool(a, 3, 2, pad))
    })
  }

  it('gather, whose gradient sums over segments', async () => {
    const x = randomInput(rng, 5, 3)
    await expectSameEverywhere([x], (a: tf.Tensor2D) => tf.gather(a, tf.tensor1d([1, 4, 1, 0], 'int32')))
  })

  it('unsortedSegmentSum drops ids outside the range, as the cpu backend does', async () => {
    const results: Float32Array[] = []
    // The GPU's own counts ids modulo the number of segments; nothing here uses it.
    for (const backend of placedBackends) {
      await prepareBackend(backend)
      tf.tidy(() => {
        const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])
        results.push(tf.unsortedSegmentSum(x, tf.tensor1d([1, -1, 7], 'int32'), 3).dataSync() as Float32Array)
      })
    }
    expect([...results[0]]).toEqual([0, 0, 1, 2, 0, 0])
    expect([...results[0]]).toEqual([...results[1]])
  })
})

describe('values in place', () => {
  for (const backend of placedBackends) {
    it(`${backend}: matMul and conv2d see weights that were changed in place`, async () => {
      await prepareBackend(backend)
      const before = tensorMemory().tensors
      tf.tidy(() => {
        const x = tf.tensor2d([1, 2, 3, 4], [2, 2])
        const w = tf.tensor2d([1, 0, 0, 1], [2, 2])
        const b = tf.tensor1d([0, 0])
        const product = (): number[] => [...tf.fused.matMul({ a: x, b: w, bias: b }).dataSync()]
        expect(product()).toEqual([1, 2, 3, 4])
        valuesOf(w).set([2, 0, 0, 3])
        touched(w)
        expect(product()).toEqual([2, 6, 6, 12])
        valuesOf(b).set([1, -1])
        touched(b)
        touched(w)
        expect(product()).toEqual([3, 5, 7, 11])
        const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])
        const filter = tf.tensor4d([1], [1, 1, 1, 1])
        expect([...tf.conv2d(image, filter, 1, 'valid').dataSync()]).toEqual([1, 2, 3, 4])
        valuesOf(filter)[0] = 5
        touched(filter)
        expect([...tf.conv2d(image, filter, 1, 'valid').dataSync()]).toEqual([5, 10, 15, 20])
      })
      expect(tensorMemory().tensors).toBe(before)
    })
  }
})

describe('reading', () => {
  for (const backend of backends) {
    it(`${backend}: values of numbers and of whole numbers, leaving no tensors`, async () => {
      await useBackend(backend)
      expect(inPlace()).toBe((placedBackends as string[]).includes(backend))
      const before = tensorMemory().tensors
      const [x, tokens] = [tf.tensor1d([1.5, -2]), tf.tensor1d([3, 4], 'int32')]
      const doubled = tf.mul(x, 2)
      expect([...(await readValues(doubled))]).toEqual([3, -4])
      expect([...(await readValues(tokens))]).toEqual([3, 4])
      tf.dispose([x, tokens, doubled])
      expect(tensorMemory().tensors).toBe(before)
    })

    it(`${backend}: a long sum has the same bits every time`, async () => {
      await useBackend(backend)
      const [a, b] = [randomInput(rng, 5000, 6), randomInput(rng, 5000, 7)]
      const product = async (): Promise<Float32Array> => {
        const out = tf.tidy(() => {
          const [x, y] = [a, b].map(({ values, shape }) => tf.tensor(values.slice(), shape))
          return tf.matMul(x, y, true, false)
        })
        const values = Float32Array.from(await out.data())
        out.dispose()
        return values
      }
      const first = await product()
      const exact = Float64Array.from(first, (_, at) => {
        let sum = 0
        for (let k = 0; k < 5000; k++) sum += a.values[k * 6 + Math.floor(at / 7)] * b.values[k * 7 + (at % 7)]
        return sum
      })
      expectClose(first, exact, 1e-5)
      for (let i = 0; i < 3; i++) expect(await product()).toEqual(first)
    })
  }
})

describe('memory limit', () => {
  it('refuses in words before the heap hands out memory that is in use', async () => {
    await prepareBackend('wasm', { limitBytes: 1_000_000 })
    const before = tensorMemory()
    expect(() => tf.tidy(() => tf.zeros([1024, 1024]))).toThrow(/^Out of tensor memory: .* the limit is 0.00 GiB/)
    await prepareBackend('wasm')
    expect(tensorMemory()).toEqual(before)
    tf.tidy(() => expectClose(tf.ones([2]).dataSync(), [1, 1], 0))
  })

  it('does not grow over many steps', async () => {
    await prepareBackend('wasm')
    const heap = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm
    const run = (): void => {
      tf.tidy(() => void tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]), true, true))
    }
    for (let i = 0; i < 50; i++) run()
    const size = heap.HEAPU8.length
    for (let i = 0; i < 2000; i++) run()
    expect(heap.HEAPU8.length).toBe(size)
  })
})
