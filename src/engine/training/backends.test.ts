import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { backendStatus } from '../../domain/backends'
import { createWorkerLauncher } from '../../host/worker-launcher'
import { temporaryFolder } from '../../project/testing/folders'
import { BackendRegistry } from './backends'
import type { WorkerLink } from '../ports'

/** A launcher whose probing process is `program`. */
function launcherOf(program: string): ReturnType<typeof createWorkerLauncher> {
  const folder = join(temporaryFolder(), 'workers')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, 'probe-process.js'), program)
  return createWorkerLauncher(folder)
}

const replying = (reply: object): string =>
  `process.on('message', ({ backend }) => process.send({ ...${JSON.stringify(reply)}, device: backend + ' device' }))`

describe('the backends of this machine', () => {
  it('are four, fastest first, of which two are always there', async () => {
    const reply = { available: false, problem: 'not-installed', message: '' }
    const statuses = await new BackendRegistry(launcherOf(replying(reply)), 'browser').status()
    expect(statuses.map(({ name, available }) => [name, available])).toEqual([
      ['tensorflow', false],
      ['webgpu', false],
      ['wasm', true],
      ['cpu', true]
    ])
    for (const status of statuses) {
      backendStatus.parse(status)
      expect(status.available).toBe(status.reason === null && status.how === null)
    }
    expect(statuses[0].how).toContain('npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0')
  })

  it('name their device, and are looked up once until asked again', async () => {
    const launcher = launcherOf(replying({ available: true }))
    let launched = 0
    const counting = {
      launch(kind: 'train' | 'compute' | 'probe'): WorkerLink {
        launched++
        return launcher.launch(kind)
      }
    }
    const registry = new BackendRegistry(counting, 'browser')
    expect((await registry.status())[1]).toMatchObject({ name: 'webgpu', available: true, device: 'webgpu device' })
    expect(await registry.available()).toEqual(['tensorflow', 'webgpu', 'wasm', 'cpu'])
    expect(launched).toBe(2)
    await registry.status(true)
    expect(launched).toBe(4)
  })

  it('survive a driver that crashes, and say so', async () => {
    const crash = `process.on('message', () => process.kill(process.pid, 'SIGSEGV'))`
    const [tensorflow, webgpu, wasm] = await new BackendRegistry(launcherOf(crash), 'browser').status()
    expect(webgpu.reason).toBe('WebGPU could not be tried: its process was ended by SIGSEGV.')
    expect(tensorflow.available).toBe(false)
    expect(wasm.available).toBe(true)
  })

  it('say how to get a GPU adapter, by the kind of host', async () => {
    const reply = replying({ available: false, problem: 'no-adapter', message: '' })
    const [, inBrowser] = await new BackendRegistry(launcherOf(reply), 'browser').status()
    const [, inElectron] = await new BackendRegistry(launcherOf(reply), 'electron').status()
    expect(inBrowser.reason).toBe('No GPU adapter was found on the machine that serves this page.')
    expect(inElectron.reason).toBe('The application’s Chromium found no GPU that it can compute on.')
    expect(inBrowser.how).toContain('then look again')
  })

  it('ask the window with the GPU about WebGPU, where there is one', async () => {
    const launcher = launcherOf(replying({ available: false, problem: 'not-installed', message: '' }))
    const window = launcherOf(replying({ available: true }))
    const registry = new BackendRegistry({ ...launcher, launchGpu: () => window.launch('probe') }, 'electron')
    expect(await registry.available()).toEqual(['webgpu', 'wasm', 'cpu'])
  })
})
