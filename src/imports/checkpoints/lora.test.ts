/** Adapters of low rank, as PEFT saves them, against numpy. */
import { describe, expect, it } from 'vitest'
import { checkpointMetrics } from './metrics'
import { chosenHooks, defaultHooks, modulesOf, parametersOf } from './modules'

/** (i * factor % 17 - 8) / 8 at place i. */
const filled = (size: number, factor: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => (((i * factor) % 17) - 8) / 8)
const tensor = (name: string, shape: number[], factor: number) => ({
  name,
  shape,
  dtype: 'float32',
  read: () => Promise.resolve(filled(shape[0] * shape[1], factor))
})

/** Of B @ A for A [2, 5] filled with 5 and B [4, 2] filled with 7: numpy.linalg.svd, numpy.sort and so on. */
const ofProduct = {
  l1: 11.15625,
  l2: 2.7402169736172355,
  trace: 1.046875,
  spectral: 2.5513898319114032,
  mean_lambda: 0.887747311434078,
  variance_lambda: 1.089101976666566,
  mean_w: -0.0015625,
  median_w: -0.140625,
  var_w: 0.37543701171874994
}
const ofA = { l1: 5.25, trace: -0.375, spectral: 1.7012953734154899, mean_lambda: 1.3046146602848574 }

const pairs: [what: string, a: string, b: string, product: string][] = [
  ['', 'h.0.q_proj.lora_A.weight', 'h.0.q_proj.lora_B.weight', 'h.0.q_proj.lora'],
  [' with a name', 'h.0.q_proj.lora_A.default.weight', 'h.0.q_proj.lora_B.default.weight', 'h.0.q_proj.lora.default'],
  [' of an embedding', 'h.0.q_proj.lora_embedding_A', 'h.0.q_proj.lora_embedding_B', 'h.0.q_proj.lora'],
  [' without modules', 'h.0.q_proj.lora_A', 'h.0.q_proj.lora_B', 'h.0.q_proj.lora']
]

describe('an adapter of low rank', () => {
  it.each(pairs)('%s has the metrics of its product, whatever the order', async (_, a, b, path) => {
    for (const tensors of [
      [tensor(a, [2, 5], 5), tensor(b, [4, 2], 7)],
      [tensor(b, [4, 2], 7), tensor(a, [2, 5], 5)]
    ]) {
      const hookOfA = a.replace(/\.weight$/, '')
      const { values, notes } = await checkpointMetrics(tensors, [path, hookOfA], true)
      for (const [metric, value] of Object.entries(ofProduct)) {
        expect(values[`weights/${path}/${metric}`], metric).toBeCloseTo(value, 6)
      }
      for (const [metric, value] of Object.entries(ofA)) {
        expect(values[`weights/${hookOfA}/${metric}`], metric).toBeCloseTo(value, 6)
      }
      expect(notes).toEqual([])
    }
  })

  it('is in what is around it once, as its two matrices', async () => {
    const [, a, b] = pairs[1]
    const tensors = [tensor(a, [2, 5], 5), tensor(b, [4, 2], 7)]
    const { values } = await checkpointMetrics(tensors, ['h', 'h.0.q_proj'], true)
    for (const hook of ['h', 'h.0.q_proj']) {
      expect(values[`weights/${hook}/mean_w`]).toBeCloseTo(-0.08333333333333333, 6)
      expect(values[`weights/${hook}/var_w`]).toBeCloseTo(0.3940972222222222, 6)
      expect(values[`weights/${hook}/l1`]).toBeCloseTo(4.875, 6)
    }
  })

  it('is a module of its own that can be chosen', () => {
    const shapes: [string, number[]][] = [
      ['q.lora_A.one.weight', [2, 5]],
      ['q.lora_B.one.weight', [4, 2]],
      ['q.lora_A.two.weight', [3, 5]],
      ['q.lora_B.two.weight', [4, 3]]
    ]
    const { parameters } = parametersOf(
      shapes.map(([name, shape]) => ({ name, shape, dtype: 'bfloat16' })),
      true
    )
    const modules = modulesOf(parameters)
    expect(modules).toContainEqual({ path: 'q.lora.one', matrices: 1, values: 20 })
    expect(modules).toContainEqual({ path: 'q.lora.two', matrices: 1, values: 20 })
    expect(modules).toContainEqual({ path: 'q', matrices: 0, values: 18 + 27 })
    expect(modules.map(({ path }) => path)).not.toContain('q.lora')
    expect(defaultHooks(modules)).toHaveLength(6)
    expect(defaultHooks(modules, 4)).toEqual(['q.lora.one', 'q.lora.two'])
    expect(chosenHooks(modules, ['**.lora.*']).hooks).toEqual(['q.lora.one', 'q.lora.two'])
  })

  it.each<[string, [string, number[]][]]>([
    [
      'whose sides do not fit',
      [
        ['q.lora_A.weight', [2, 5]],
        ['q.lora_B.weight', [4, 3]]
      ]
    ],
    [
      'of a convolution',
      [
        ['q.lora_A.weight', [2, 5, 3, 3]],
        ['q.lora_B.weight', [4, 2, 1, 1]]
      ]
    ],
    ['of which one is missing', [['q.lora_A.weight', [2, 5]]]],
    [
      'of two names',
      [
        ['q.lora_A.one.weight', [2, 5]],
        ['q.lora_B.two.weight', [4, 2]]
      ]
    ],
    [
      'whose product is larger than memory',
      [
        ['q.lora_A.weight', [2, 50_000]],
        ['q.lora_B.weight', [50_000, 2]]
      ]
    ],
    [
      'beside a module of that name',
      [
        ['q.lora.weight', [2, 2]],
        ['q.lora_A.weight', [2, 5]],
        ['q.lora_B.weight', [4, 2]]
      ]
    ]
  ])('%s has no product', (_, shapes) => {
    const tensors = shapes.map(([name, shape]) => ({ name, shape, dtype: 'float32' }))
    expect(parametersOf(tensors, true).parameters.map(({ name }) => name)).toEqual(shapes.map(([name]) => name))
  })
})
