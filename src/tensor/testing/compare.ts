/** For tests: the same computation on every backend of the machine, and gradients against finite differences. */
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { type Rng } from '../../numeric/rng'
import { prepareBackend, tensorMemory, type TensorBackend } from '../backend'
import { testDevices } from './devices'

const devices = await testDevices()

/** Every backend that this machine has. */
export const backends = devices.backends
/** Those that reach values in place, and so compute losses and their gradients in double precision. */
export const placedBackends = backends.filter((name) => name === 'wasm' || name === 'cpu')
/** Why others are not tested here, for a skipped test each. */
export const missingBackends = devices.missing

/** Makes one of `backends` the current one. */
export async function useBackend(name: TensorBackend): Promise<void> {
  await prepareBackend(name, name === 'webgpu' ? { gpu: devices.gpu!, onFailure: (error) => failures.push(error) } : {})
}

/** What the GPU device complained about; it must stay empty. */
const failures: Error[] = []

export interface Input {
  shape: number[]
  values: Float32Array
}

export function randomInput(rng: Rng, ...shape: number[]): Input {
  const size = shape.reduce((product, length) => product * length, 1)
  return { shape, values: Float32Array.from({ length: size }, () => rng.normal()) }
}

type Compute = (...inputs: never[]) => tf.Tensor

/** Value and gradients of sum(compute(inputs) * weights) with fixed weights, on one backend. */
export async function valueAndGradients(
  backend: TensorBackend,
  inputs: Input[],
  compute: Compute
): Promise<Float32Array[]> {
  await useBackend(backend)
  const before = tensorMemory().tensors
  const results = tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values.slice(), shape))
    const out = compute(...(tensors as never[]))
    const direction = tf.tensor(
      Float32Array.from({ length: out.size }, (_, i) => Math.sin(i * 1.7 + 1)),
      out.shape
    )
    const { grads } = tf.valueAndGrads((...args: tf.Tensor[]) => {
      return tf.sum(tf.mul(compute(...(args as never[])), direction)) as tf.Scalar
    })(tensors)
    return [out, ...grads]
  })
  const values = await Promise.all(results.map((tensor) => tensor.data()))
  tf.dispose(results)
  expect(failures).toEqual([])
  expect(tensorMemory().tensors, `live tensors on ${backend}`).toBe(before)
  return values.map((array) => Float32Array.from(array))
}

/** Value and gradients on every backend equal those of `cpu`, and these equal central differences of its value. */
export async function expectSameEverywhere(inputs: Input[], compute: Compute, tolerance = 1e-4): Promise<void> {
  const reference = await valueAndGradients('cpu', inputs, compute)
  for (const backend of backends) {
    if (backend === 'cpu') continue
    const results = await valueAndGradients(backend, inputs, compute)
    results.forEach((values, i) => {
      expectClose(values, reference[i], tolerance, `${backend}: ${i === 0 ? 'value' : `gradient ${i - 1}`}`)
    })
  }
  await expectFiniteDifferences(inputs, compute, reference.slice(1))
}

async function expectFiniteDifferences(inputs: Input[], compute: Compute, gradients: Float32Array[]): Promise<void> {
  await prepareBackend('cpu')
  const objective = (): number =>
    tf.tidy(() => {
      const out = compute(...(inputs.map(({ shape, values }) => tf.tensor(values.slice(), shape)) as never[]))
      const values = out.dataSync() as Float32Array
      return values.reduce((sum, value, i) => sum + value * Math.fround(Math.sin(i * 1.7 + 1)), 0)
    })
  const h = 1e-2
  inputs.forEach(({ values }, input) => {
    const every = Math.max(1, Math.floor(values.length / 7))
    for (let i = 0; i < values.length; i += every) {
      const kept = values[i]
      values[i] = kept + h
      const width = values[i]
      const above = objective()
      values[i] = kept - h
      const estimate = (above - objective()) / (width - values[i])
      values[i] = kept
      const difference = Math.abs(estimate - gradients[input][i])
      expect(difference, `input ${input}[${i}]: ${gradients[input][i]} against ${estimate}`).toBeLessThan(
        2e-2 * (1 + Math.abs(estimate))
      )
    }
  })
}

/** |a - b| <= tolerance * max(1, largest |b|) everywhere; NaN never passes. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = ''
): void {
  expect(actual.length, what).toBe(expected.length)
  let size = 1
  for (let i = 0; i < expected.length; i++) size = Math.max(size, Math.abs(expected[i]))
  for (let i = 0; i < expected.length; i++) {
    const near = Math.abs(actual[i] - expected[i]) <= tolerance * size
    if (!near) expect.fail(`${what}[${i}]: ${actual[i]} is not ${expected[i]} within ${tolerance * size}`)
  }
}
