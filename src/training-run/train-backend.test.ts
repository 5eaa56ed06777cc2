import { describe, expect, it } from 'vitest'
import { PhasescopeError } from '../domain/errors'
import { nativePackages } from './native-tensorflow'
import { backendHere, withWayOn } from './train-backend'

const told = (message: string): string => (withWayOn(new Error(message)) as Error).message

describe('the end of a run by the doing of its backend', () => {
  const rows: [string, string][] = [
    [
      'The GPU device was lost: it was unplugged',
      'The GPU device was lost: it was unplugged. Continue it from its last checkpoint here or on another backend.'
    ],
    [
      'The GPU is no longer there: its process is gone (crashed).',
      'The GPU is no longer there: its process is gone (crashed). Continue it from its last checkpoint here or on another ' +
        'backend.'
    ],
    [
      'The GPU is out of memory: Buffer size (5) exceeds the max buffer size limit (4).',
      'The GPU is out of memory: Buffer size (5) exceeds the max buffer size limit (4). Continue it from its last ' +
        'checkpoint on another backend, or start it with a smaller batch.'
    ],
    [
      'Out of tensor memory: 3.00 GiB are in use.',
      'Out of tensor memory: 3.00 GiB are in use. Continue it from its last checkpoint on another backend, or start it ' +
        'with a smaller batch.'
    ],
    [
      'OOM when allocating tensor with shape[9,9]',
      'OOM when allocating tensor with shape[9,9]. Continue it from its last checkpoint on another backend, or start it ' +
        'with a smaller batch.'
    ]
  ]
  for (const [said, expected] of rows) it(said, () => expect(told(said)).toBe(expected))

  it('is left alone where the backend is not to blame', () => {
    const error = new PhasescopeError('invalid-config', 'The loss became NaN at epoch 3 (step 12).')
    expect(withWayOn(error)).toBe(error)
    expect(withWayOn('text')).toBe('text')
  })
})

describe('native TensorFlow', () => {
  it('is named with what every package said where it cannot be loaded', async () => {
    const outcome = await backendHere('tensorflow', '').then(
      () => 'loaded',
      (error: Error) => error.message
    )
    if (outcome === 'loaded') return
    expect(outcome).toMatch(/^Native TensorFlow could not be loaded \(/)
    for (const name of nativePackages) expect(outcome).toContain(`${name}: `)
  })
})
