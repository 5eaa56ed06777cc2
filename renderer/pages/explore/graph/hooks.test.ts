import { describe, expect, it } from 'vitest'
import { exactly, hookPathOf, tagsOfHook } from './hooks'

describe('hook points of nodes', () => {
  const tags = [
    { tag: 'activations/fc1', kind: 'histograms', runIds: new Set(['a']) },
    { tag: 'activations/fc1/std', kind: 'scalars', runIds: new Set(['a']) },
    { tag: 'weights/fc1/l2', kind: 'scalars', runIds: new Set(['a']) },
    { tag: 'weights/fc10/l2', kind: 'scalars', runIds: new Set(['a']) },
    { tag: 'weights/fc1/mean', kind: 'scalars', runIds: new Set(['b']) }
  ]

  it('are module paths, with all that was recorded there', () => {
    expect(hookPathOf('blocks.0/attn/q')).toBe('blocks.0.attn.q')
    expect(tagsOfHook(tags, 'a', 'fc1')).toEqual({
      scalars: ['activations/fc1/std', 'weights/fc1/l2'],
      histograms: ['activations/fc1']
    })
    const filter = new RegExp(exactly('blocks.0'))
    expect(filter.test('weights/blocks.0/l2')).toBe(true)
    expect(filter.test('weights/blocks.0.attn/l2')).toBe(false)
    expect(filter.test('weights/blocksx0/l2')).toBe(false)
  })
})
