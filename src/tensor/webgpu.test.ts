import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { prepareBackend } from './backend'
import { testGpu } from './testing/devices'
import { adapterName } from './webgpu'

const gpu = await testGpu()

describe('the webgpu backend', () => {
  it('says why it cannot start', async () => {
    await expect(prepareBackend('webgpu', { gpu: { requestAdapter: () => Promise.resolve(null) } })).rejects.toThrow(
      'The webgpu backend could not start: no GPU adapter was found.'
    )
    if (!('navigator' in globalThis)) await expect(prepareBackend('webgpu')).rejects.toThrow('WebGPU is not there.')
  })

  it('names a device by what it tells', () => {
    const info = { vendor: 'nvidia', architecture: 'hopper', device: '', description: '' }
    expect(adapterName(info)).toBe('nvidia hopper')
    expect(adapterName({ ...info, description: 'NVIDIA H200' })).toBe('NVIDIA H200')
    expect(adapterName(undefined)).toBe('GPU')
  })

  it.skipIf(!gpu)('tells once when the device cannot give what is asked of it', async () => {
    const failures: Error[] = []
    await prepareBackend('webgpu', { gpu: gpu!, onFailure: (error) => failures.push(error) })
    const [fine] = await tf.tidy(() => tf.ones([2])).data()
    expect(fine).toBe(1)
    expect(failures).toEqual([])
    // More than any buffer may hold: 256 GiB.
    const huge = tf.tidy(() => tf.tile(tf.ones([2 ** 15, 64]), [1, 2 ** 15]))
    await Promise.race([huge.data().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 3000))])
    expect(failures).toHaveLength(1)
    expect(failures[0].message).toMatch(/^The GPU is out of memory: \S/)
  })
})
