import { describe, expect, it } from 'vitest'
import { hookRows } from './hook-tree'

const module = (path: string, matrices = 1) => ({ path, matrices, values: 10 })
const modules = [
  module('wte'),
  module('h', 0),
  module('h.0', 0),
  module('h.0.mlp'),
  module('h.1', 0),
  module('h.1.mlp'),
  module('h.0.attn')
]

describe('the modules of checkpoints', () => {
  it('are a tree, whatever the order of the file', () => {
    expect(hookRows(modules, '').map(({ label, depth }) => [label, depth])).toEqual([
      ['wte', 0],
      ['h', 0],
      ['0', 1],
      ['mlp', 2],
      ['attn', 2],
      ['1', 1],
      ['mlp', 2]
    ])
  })

  it('are found by a part of their path, with what they lie in', () => {
    expect(hookRows(modules, '1.M').map(({ path }) => path)).toEqual(['h', 'h.1', 'h.1.mlp'])
    expect(hookRows(modules, 'nothing')).toEqual([])
  })
})
