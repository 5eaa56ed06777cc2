import { describe, expect, it } from 'vitest'
import { readTag, tagOf } from './tags'

const hook = 'blocks.0.mlp'

describe('a tag is read as it was made', () => {
  it.each([
    [tagOf.loss('train'), { kind: 'loss', split: 'train', of: null }],
    [tagOf.accuracyOf('val', 'letter 1'), { kind: 'accuracy', split: 'val', of: 'letter 1' }],
    [tagOf.weights(hook, 'l2'), { kind: 'weights', hook, metric: 'l2' }],
    [tagOf.weights('encoder/block_0', 'l2'), { kind: 'weights', hook: 'encoder/block_0', metric: 'l2' }],
    [tagOf.meanWeights('l2'), { kind: 'weights', hook: null, metric: 'l2' }],
    [tagOf.activations(hook, 'dead'), { kind: 'activations', hook, metric: 'dead', of: null }],
    [tagOf.activationHistogram(hook), { kind: 'activations', hook, metric: null, of: null }],
    [tagOf.validationHistogram(hook), { kind: 'activations', hook, metric: null, of: 'validation' }],
    [tagOf.classHistogram(hook, '7'), { kind: 'activations', hook, metric: null, of: { class: '7' } }],
    [tagOf.gradients(hook, 'l2'), { kind: 'gradients', hook, metric: 'l2' }],
    [tagOf.gradientNorm, { kind: 'gradients', hook: null, metric: 'l2' }],
    [tagOf.gradientHistogram(hook), { kind: 'gradients', hook, metric: null }],
    [tagOf.activationGradientHistogram(hook), { kind: 'activation_gradients', hook }],
    [tagOf.updateRatio(hook), { kind: 'updates', hook, metric: 'ratio' }],
    [tagOf.predictionHistogram('cat'), { kind: 'predictions', name: 'cat' }],
    [tagOf.user('mine'), { kind: 'user', name: 'mine' }],
    [tagOf.stepTime, { kind: 'time', name: 'step_ms' }],
    ['lr', { kind: null }],
    ['gpu/load', { kind: null }]
  ])('%s', (tag, read) => {
    expect(readTag(tag)).toEqual(read)
  })
})
