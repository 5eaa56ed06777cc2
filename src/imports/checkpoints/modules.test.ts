import { describe, expect, it } from 'vitest'
import { chosenHooks, defaultHooks, modulesOf, type NamedShape, parametersOf } from './modules'

function named(shapes: Record<string, number[]>, dtype = 'float32'): NamedShape[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype }))
}

/** `module role` of each, `-` where a tensor is in no metric. */
function roles(shapes: Record<string, number[]>): Record<string, string> {
  const { parameters, buffers } = parametersOf(named(shapes), true)
  return Object.fromEntries([
    ...parameters.map(({ name, module, role, normalisation }) => [
      name,
      normalisation ? `${module} -` : `${module} ${role}`
    ]),
    ...buffers.map((name) => [name, 'buffer'])
  ])
}

describe('parameters by their names', () => {
  it.each<[string, Record<string, [number[], string]>]>([
    [
      'GPT-2',
      {
        'transformer.wte.weight': [[50, 8], 'transformer.wte weight'],
        'transformer.h.0.ln_1.weight': [[8], 'transformer.h.0.ln_1 -'],
        'transformer.h.0.ln_1.bias': [[8], 'transformer.h.0.ln_1 -'],
        'transformer.h.0.attn.bias': [[1, 1, 16, 16], 'buffer'],
        'transformer.h.0.attn.c_attn.weight': [[8, 24], 'transformer.h.0.attn.c_attn weight'],
        'transformer.h.0.attn.c_attn.bias': [[24], 'transformer.h.0.attn.c_attn bias']
      }
    ],
    [
      'a ResNet in DataParallel',
      {
        'module.conv1.weight': [[4, 3, 7, 7], 'conv1 weight'],
        'module.bn1.weight': [[4], 'bn1 -'],
        'module.bn1.running_mean': [[4], 'buffer'],
        'module.fc.bias': [[10], 'fc bias'],
        'module.fc.weight': [[10, 4], 'fc weight']
      }
    ],
    [
      'modules of PyTorch with parameters of their own',
      {
        'attn.in_proj_weight': [[24, 8], 'attn weight'],
        'attn.in_proj_bias': [[24], 'attn bias'],
        'lstm.weight_ih_l0': [[32, 8], 'lstm weight'],
        'lstm.bias_hh_l0': [[32], 'lstm bias'],
        pos_embed: [[1, 16, 8], 'pos_embed weight'],
        logit_scale: [[], 'logit_scale -']
      }
    ],
    [
      'Keras 3',
      {
        'layers/dense/vars/0': [[4, 8], 'dense weight'],
        'layers/dense/vars/1': [[8], 'dense bias'],
        'layers/batch_normalization/vars/0': [[8], 'batch_normalization -'],
        'layers/attention/query_dense/vars/0': [[8, 2, 4], 'attention.query_dense weight'],
        'layers/attention/query_dense/vars/1': [[2, 4], 'attention.query_dense bias'],
        'layers/lstm/cell/vars/0': [[4, 32], 'lstm.cell weight'],
        'layers/lstm/cell/vars/1': [[8, 32], 'lstm.cell weight'],
        'layers/lstm/cell/vars/2': [[32], 'lstm.cell bias'],
        'optimizer/vars/3': [[4, 8], 'buffer']
      }
    ],
    [
      'Keras 2',
      {
        'model_weights/dense/dense/kernel:0': [[4, 8], 'dense weight'],
        'model_weights/dense/dense/bias:0': [[8], 'dense bias'],
        'model_weights/bn/bn/gamma:0': [[8], 'bn -'],
        'model_weights/bn/bn/moving_variance:0': [[8], 'buffer']
      }
    ],
    ['a layer alone', { weight: [[3, 2], 'model weight'], bias: [[3], 'model bias'] }],
    ['arrays with names of their own', { first: [[3, 2], 'first weight'], 'net.0': [[3, 2], 'net weight'] }]
  ])('of %s', (_, expected) => {
    const shapes = Object.fromEntries(Object.entries(expected).map(([name, [shape]]) => [name, shape]))
    const wanted = Object.fromEntries(Object.entries(expected).map(([name, [, role]]) => [name, role]))
    expect(roles(shapes)).toEqual(wanted)
  })

  it('are floats only', () => {
    expect(parametersOf(named({ 'a.weight': [2, 2] }, 'int64'), true).buffers).toEqual(['a.weight'])
    expect(parametersOf(named({ 'a.weight': [2, 2] }, 'bfloat16'), true).buffers).toEqual([])
  })

  it('tell by name whether filters begin with their outputs, and else by format', () => {
    const first = (name: string, format: boolean): boolean =>
      parametersOf(named({ [name]: [3, 3, 2, 4] }), format).parameters[0].outputsFirst
    expect([first('a.weight', false), first('a.kernel', true), first('a.W', true), first('a.W', false)]).toEqual([
      true,
      false,
      true,
      false
    ])
  })
})

describe('hook points', () => {
  const shapes: Record<string, number[]> = { 'wte.weight': [10, 4], 'h.norm.weight': [4] }
  for (let i = 0; i < 3; i++) shapes[`h.${i}.attn.q.weight`] = [4, 4]
  for (let i = 0; i < 3; i++) shapes[`h.${i}.mlp.weight`] = [4, 8]
  const modules = modulesOf(parametersOf(named(shapes), true).parameters)

  it('are the modules with weights and what holds them', () => {
    expect(modules.slice(0, 5)).toEqual([
      { path: 'wte', matrices: 1, values: 40 },
      { path: 'h', matrices: 0, values: 144 },
      { path: 'h.0', matrices: 0, values: 48 },
      { path: 'h.0.attn', matrices: 0, values: 16 },
      { path: 'h.0.attn.q', matrices: 1, values: 16 }
    ])
  })

  it('unasked are the owners of matrices, of many from first to last', () => {
    expect(defaultHooks(modules)).toEqual([
      ...['wte', 'h.0.attn.q', 'h.1.attn.q', 'h.2.attn.q', 'h.0.mlp', 'h.1.mlp', 'h.2.mlp']
    ])
    expect(defaultHooks(modules, 3)).toEqual(['wte', 'h.2.attn.q', 'h.2.mlp'])
  })

  it('are chosen by path and pattern; what fits nothing is told', () => {
    expect(chosenHooks(modules, ['h.1', 'wte'])).toEqual({ hooks: ['wte', 'h.1'], unknown: [] })
    expect(chosenHooks(modules, ['h.*.mlp', 'nothing']).unknown).toEqual(['nothing'])
    expect(chosenHooks(modules, ['h.*.mlp']).hooks).toEqual(['h.0.mlp', 'h.1.mlp', 'h.2.mlp'])
    expect(chosenHooks(modules, ['h.**q']).hooks).toEqual(['h.0.attn.q', 'h.1.attn.q', 'h.2.attn.q'])
    expect(chosenHooks(modules, ['all']).hooks).toHaveLength(7)
  })

  it('are chosen in time whatever the pattern, and named in time whatever the names', () => {
    const long = [{ path: 'a'.repeat(5000), matrices: 1, values: 1 }]
    expect(chosenHooks(long, ['*a'.repeat(400) + 'b', '**a'.repeat(4000)]).hooks).toEqual([])
    const endless = { [`${'_ln_norm1'.repeat(20_000)}!.weight`]: [3, 3] }
    expect(Object.values(roles(endless))).toHaveLength(1)
  })
})
