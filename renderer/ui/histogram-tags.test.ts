import { describe, expect, it } from 'vitest'
import { groupTags, inOrder, readHistogramTag } from './histogram-tags'

describe('tags of histograms', () => {
  const recorded = [
    ...['activation_gradients/fc1', 'activations/fc1', 'activations/fc1/class/a/b', 'activations/fc1/validation'],
    ...['activations/blocks.0.mlp', 'gradients/fc1', 'predictions/1', 'weights/kernel']
  ]

  it('are listed in groups, activations first', () => {
    expect(groupTags(recorded).map(({ group, tags }) => [group, tags.map(({ label }) => label)])).toEqual([
      ['Activations', ['fc1', 'blocks.0.mlp']],
      ['Validation', ['fc1, validation']],
      ['By class', ['fc1, class a/b']],
      ['Gradients', ['fc1, gradient']],
      ['Activation gradients', ['fc1, activation gradient']],
      ['Predictions', ['prediction 1']],
      ['Other', ['weights/kernel']]
    ])
    expect(inOrder(recorded)[0]).toBe('activations/fc1')
    expect([...inOrder(recorded)].sort()).toEqual([...recorded].sort())
  })

  it('tell their hook point, and have labels of their own', () => {
    expect(recorded.map((tag) => readHistogramTag(tag).hook)).toEqual([
      ...['fc1', 'fc1', 'fc1', 'fc1', 'blocks.0.mlp', 'fc1', null, null]
    ])
    expect(new Set(recorded.map((tag) => readHistogramTag(tag).label)).size).toBe(recorded.length)
    for (const tag of ['', 'activations', 'activations/fc1/else', 'gradients/a/b', 'layer']) {
      expect(readHistogramTag(tag)).toEqual({ tag, group: 'Other', label: tag, hook: null })
    }
  })
})
