/** Kernels of attention against numpy: numpy.linalg.svd of the kernel as reshaped for `x @ kernel` (see the einsum of each). */
import { describe, expect, it } from 'vitest'
import { checkpointMetrics } from './metrics'
import { parametersOf } from './modules'

/** (i * factor % 17 - 8) / 8 at place i. */
const filled = (size: number, factor: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => (((i * factor) % 17) - 8) / 8)
const tensor = (name: string, shape: number[], data: Float32Array) => ({
  name,
  shape,
  dtype: 'float32',
  read: () => Promise.resolve(data)
})

/** einsum('bd,dhk->bhk') is x @ query.reshape(6, 8). */
const query = {
  l1: 25.625,
  l2: 4.277484658067168,
  trace: -0.25,
  spectral: 2.9826101166470798,
  mean_lambda: 1.3702164690835519,
  variance_lambda: 1.1719859945188706
}
/** einsum('bhk,hkd->bd') is x @ out.reshape(8, 6). */
const out = {
  l1: 25.5,
  l2: 4.275657844121768,
  trace: 0.875,
  spectral: 2.952249884234823,
  mean_lambda: 1.5123806659426515,
  variance_lambda: 0.7595797212828618
}

describe('kernels of attention', () => {
  it.each([
    ['Keras 3', 'layers/mha/query_dense/vars/', '0', '1', 'layers/mha/output_dense/vars/0'],
    ['Keras 2', 'mha/query/', 'kernel:0', 'bias:0', 'mha/output_dense/kernel:0'],
    ['Flax', 'mha.query.', 'kernel', 'bias', 'mha.output_dense.kernel']
  ])('of %s are the matrices that are multiplied', async (_, folder, kernel, bias, outName) => {
    const queryPath = folder.includes('query_dense') ? 'mha.query_dense' : 'mha.query'
    const outPath = 'mha.output_dense'
    const tensors = [
      tensor(`${folder}${kernel}`, [6, 2, 4], filled(48, 5)),
      tensor(`${folder}${bias}`, [2, 4], filled(8, 3)),
      tensor(outName, [2, 4, 6], filled(48, 7))
    ]
    const { values } = await checkpointMetrics(tensors, [queryPath, outPath], false)
    for (const [path, expected] of [
      [queryPath, query],
      [outPath, out]
    ] as const) {
      for (const [metric, value] of Object.entries(expected)) {
        expect(values[`weights/${path}/${metric}`], `${path} ${metric}`).toBeCloseTo(value, 10)
      }
    }
    // (-8 + -5 + -2 + 1 + 4 + 7 + -7 + -4) / 8 / 8
    expect(values[`weights/${queryPath}/mean_b`]).toBeCloseTo(-14 / 64, 12)
  })

  const shapeOf = (shapes: Record<string, number[]>, outputsFirst = false): number[] =>
    parametersOf(
      Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      outputsFirst
    ).parameters[0].shape

  it('have no bias or one for every head', () => {
    expect(shapeOf({ 'a.key.kernel': [8, 2, 4] })).toEqual([8, 8])
    expect(shapeOf({ 'a.v_proj.kernel': [4, 8, 2], 'a.v_proj.bias': [8, 2] })).toEqual([4, 16])
  })

  it('are none of convolutions and of other modules', () => {
    expect(shapeOf({ 'a.query.kernel': [8, 4, 4], 'a.query.bias': [4] })).toEqual([8, 4, 4])
    expect(shapeOf({ 'a.query.kernel': [1, 8, 4] })).toEqual([1, 8, 4])
    expect(shapeOf({ 'a.conv.kernel': [9, 2, 4] })).toEqual([9, 2, 4])
    expect(shapeOf({ 'a.query.weight': [9, 2, 4] }, true)).toEqual([9, 2, 4])
    expect(shapeOf({ 'a.query.kernel': [3, 3, 2, 4] })).toEqual([3, 3, 2, 4])
  })
})
