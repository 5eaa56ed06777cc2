/** Metrics of checkpoints that PyTorch and others wrote (testdata/checkpoints/make.py), against the golden answers. */
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkpointRuns } from './runs'
import { checkpointUnits, type CheckpointUnit } from './units'
import { defaultHooks, modulesOf, parametersOf } from './modules'
import { stepsOf } from './steps'
import type { StoredTensor } from '../../formats/tensor-values'
import { weightScalars, type ParameterValues } from '../../hooks/weights'
import { Rng } from '../../numeric/rng'
import { openCheckpoint } from './open'
import { goldenJson } from '../../testing/golden'
import { checkpointMetrics } from './metrics'

const root = fileURLToPath(new URL('../../../testdata/checkpoints', import.meta.url))
type Answers = Record<string, Record<string, number | string> | null>
interface GoldenCase {
  name: string
  shape: number[]
  data: (number | string)[]
  float32: Answers
  float64: Answers
}
const { cases } = goldenJson<{ cases: GoldenCase[] }>('metrics/metrics.json')
const finite = cases.filter(({ data }) => data.every((value) => Number.isFinite(Number(value))))

/** Step to the checkpoint of a folder of testdata. */
function checkpointsIn(folder: string): Map<number, CheckpointUnit> {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path), bytes: statSync(path).size, modifiedMs: statSync(path).mtimeMs }))
  const runs = checkpointRuns(checkpointUnits(files).units)
  expect(runs).toHaveLength(1)
  const { steps } = stepsOf(
    runs[0].units.map(({ name }) => name),
    null
  )
  return new Map(steps.map(({ at, step }) => [step, runs[0].units[at]]))
}

async function measured(
  unit: CheckpointUnit,
  hooks?: string[]
): Promise<{ values: Record<string, number>; notes: string[] }> {
  const opened = await openCheckpoint(root, unit)
  try {
    const modules = modulesOf(parametersOf(opened.tensors, opened.outputsFirst).parameters)
    return await checkpointMetrics(opened.tensors, hooks ?? defaultHooks(modules), opened.outputsFirst)
  } finally {
    opened.close()
  }
}

/** Ours of theirs: population variances, and no code sparsity of zero kernels (docs/metrics.md). */
function expected({ shape, data, ...answers }: GoldenCase, precision: 'float32' | 'float64'): [string, number][] {
  const all = { ...answers[precision].get_matrix_metrics, ...answers[precision].get_tensor_metrics }
  const distribution = answers[precision].get_distribution_stats ?? {}
  const names: Record<string, string> = { mean_singular_value: 'mean_lambda', var_singular_value: 'variance_lambda' }
  const count = Math.min(...shape)
  const of = (raw: number | string, n: number): number => (n > 1 ? (Number(raw) * (n - 1)) / n : 0)
  return [
    ...Object.entries(all)
      .filter(([key]) => key !== 'singular_values')
      .map(([key, raw]): [string, number] => {
        if (key === 'var_singular_value') return ['variance_lambda', of(raw, count)]
        return [names[key] ?? key, key === 'code_sparsity' && Number.isNaN(Number(raw)) ? 0 : Number(raw)]
      }),
    ['mean_w', Number(distribution.mean)],
    ['median_w', Number(distribution.median)],
    ['var_w', of(distribution.var, data.length)]
  ]
}

const folders = ['torch', 'safetensors', 'npz', 'keras', 'keras3', 'tfjs']

describe.each(folders)('checkpoints of %s', (folder) => {
  it.each([
    [0, 'float32', 2e-5],
    [200, 'float64', 1e-5]
  ] as const)('have the golden metrics at step %i in %s', async (step, precision, tolerance) => {
    const { values } = await measured(checkpointsIn(folder).get(step)!)
    expect(finite.length).toBe(11)
    for (const one of finite) {
      for (const [metric, value] of expected(one, precision)) {
        const ours = values[`weights/${one.name}/${metric}`]
        expect(ours, `${one.name} ${metric}`).toBeDefined()
        // What is 0 but for rounding is so by the rounding of a sum of about a hundred singles.
        const slack = tolerance * Math.abs(value) + (precision === 'float32' ? 1e-6 : 1e-12)
        expect(Math.abs(ours - value), `${one.name} ${metric}: ${ours} for ${value}`).toBeLessThanOrEqual(slack)
      }
      const outputs = one.shape[0]
      // Biases count from -1.
      expect(values[`weights/${one.name}/mean_b`]).toBeCloseTo((outputs - 3) / 2, 12)
    }
  })

  it('are the same to the last bit in every format, also where they are negated', async () => {
    for (const step of folder === 'tfjs' ? [0, 100] : [0, 100, 200]) {
      const theirs = await measured(checkpointsIn('torch').get(step)!)
      const ours = await measured(
        checkpointsIn(folder).get(step)!,
        finite.map(({ name }) => name)
      )
      for (const { name } of finite) {
        for (const metric of ['l1', 'trace', 'spectral', 'variance_lambda', 'median_w', 'mean_b']) {
          const tag = `weights/${name}/${metric}`
          expect(ours.values[tag], tag).toBe(theirs.values[tag])
        }
      }
    }
    const [first, second] = [
      await measured(checkpointsIn(folder).get(0)!),
      await measured(checkpointsIn(folder).get(100)!)
    ]
    expect(second.values['weights/square_5x5/trace']).toBe(-first.values['weights/square_5x5/trace'])
    expect(first.values['weights/square_5x5/trace']).not.toBe(0)
  })

  it('mark what is not finite', async () => {
    const { values, notes } = await measured(checkpointsIn(folder).get(0)!)
    for (const name of ['nan_2x3', 'inf_2x2']) {
      expect(values[`weights/${name}/l2`]).toBeNaN()
      expect(values[`weights/${name}/mean_w`]).toBeNaN()
      expect(values[`weights/${name}/mean_b`]).not.toBeNaN()
    }
    expect(values['weights/l2']).toBeNaN()
    expect(notes.join()).toMatch(
      /^2 tensors \(.*nan_2x3.*\) have values that are NaN or infinite, so the metrics there are NaN$/
    )
  })
})

describe('metrics of modules', () => {
  const tensor = (name: string, shape: number[], data: Float32Array | Float64Array): StoredTensor => ({
    name,
    shape,
    dtype: data instanceof Float64Array ? 'float64' : 'float32',
    read: () => Promise.resolve(data)
  })

  it('are those of our own runs, also of several tensors together', async () => {
    const rng = new Rng(11)
    const random = (n: number): Float32Array => Float32Array.from({ length: n }, () => Math.round(rng.normal() * 8) / 8)
    const specs: [string, string, number[], 'weight' | 'bias'][] = [
      ['a.x.kernel', 'a.x', [6, 4], 'weight'],
      ['a.x.bias', 'a.x', [4], 'bias'],
      ['a.y.kernel', 'a.y', [3, 3, 2, 5], 'weight'],
      ['a.y.bias', 'a.y', [5], 'bias'],
      ['b.kernel', 'b', [4, 7], 'weight']
    ]
    const values = specs.map(([, , shape]) => random(shape.reduce((x, y) => x * y, 1)))
    const parameters: ParameterValues[] = specs.map(([name, owner, shape, role], i) => ({
      spec: { name, owner, role, shape, initial: { kind: 'zeros' } },
      values: values[i]
    }))
    const tensors = specs.map(([name, , shape], i) => tensor(name, shape, values[i]))
    const hooks = ['a', 'a.y', 'b']
    const ours = await checkpointMetrics(tensors, hooks, true)
    expect(ours.values).toEqual(weightScalars(parameters, hooks).values)
    expect(Object.keys(ours.values)).toContain('weights/a/median_b')
    expect(ours.notes).toEqual([])
  })

  it('have no mean over all hook points where one is missing, and say so', async () => {
    const { values, notes } = await checkpointMetrics(
      [tensor('a.weight', [2, 2], Float32Array.of(1, 2, 3, 4))],
      ['a', 'b'],
      true
    )
    expect(values['weights/a/l1']).toBe(10)
    expect(values['weights/l1']).toBeUndefined()
    expect(notes).toEqual(['no weights in "b", so no point there and none in the means over all hook points'])
  })
})
