/** Layers that take several inputs value by value. */
import * as tf from '@tensorflow/tfjs-core'
import type { Fail, LayerKind } from './kind'
import type { MergeLayer } from '../../domain/network-layers'

type Merge = LayerKind<MergeLayer>

/** The shape that all of these stretch to. */
export function stretched(inputs: readonly number[][], fail: Fail): number[] {
  const rank = Math.max(...inputs.map(({ length }) => length))
  const padded = inputs.map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape])
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = [...new Set(padded.map((shape) => shape[axis]))].filter((size) => size !== 1)
    if (sizes.length < 2) return sizes[0] ?? 1
    const shown = inputs.map((shape) => `[${shape.join(', ')}]`).join(' and ')
    return fail(`takes ${shown}; sizes must be equal, or 1.`)
  })
}

/** Inputs [N, ..] with as many dimensions as the output, so that the examples lie in the same place. */
export function aligned(inputs: readonly tf.Tensor[], rank: number): tf.Tensor[] {
  return inputs.map((x) => {
    const missing = rank + 1 - x.shape.length
    return missing === 0 ? x : tf.reshape(x, [x.shape[0], ...new Array<number>(missing).fill(1), ...x.shape.slice(1)])
  })
}

const merge = (label: string, inputs: [number, number], of: (values: tf.Tensor[]) => tf.Tensor): Merge => ({
  inputs,
  shape: (_, shapes, fail) => stretched(shapes, fail),
  label: () => label,
  forward: ({ inputs: values, output }) => of(aligned(values, output.length))
})

const many: [number, number] = [2, 100]
const two: [number, number] = [2, 2]
const sum = (values: tf.Tensor[]): tf.Tensor => values.reduce((all, value) => tf.add(all, value))

export const mergeKinds: Record<MergeLayer['type'], Merge> = {
  multiply: merge('multiply', many, (values) => values.reduce((all, value) => tf.mul(all, value))),
  subtract: merge('subtract', two, ([a, b]) => tf.sub(a, b)),
  divide: merge('divide', two, ([a, b]) => tf.div(a, b)),
  average: merge('average', many, (values) => tf.mul(sum(values), 1 / values.length)),
  maximum: merge('maximum', many, (values) => values.reduce((all, value) => tf.maximum(all, value))),
  minimum: merge('minimum', many, (values) => values.reduce((all, value) => tf.minimum(all, value)))
}
