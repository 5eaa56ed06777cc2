import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createWorkerLauncher } from '../../host/worker-launcher'
import { temporaryFolder } from '../../project/testing/folders'
import { testGpu } from '../../tensor/testing/devices'
import { tinySpec } from '../../training/testing/tiny-runs'
import type { BackendName } from '../../domain/backends'
import { BackendChoice } from './backend-choice'
import { Log } from '../log'
import type { WorkerLauncher } from '../ports'
import { testEngine, trainingRequest } from '../testing/engines'

const gpu = await testGpu()

/** Training workers that answer to a measurement as `answers` says, by backend. */
function launcherOf(answers: Partial<Record<BackendName, object>>): WorkerLauncher {
  const folder = join(temporaryFolder(), 'workers')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(
    join(folder, 'train-worker.js'),
    `import { parentPort } from 'node:worker_threads'
     const answers = ${JSON.stringify(answers)}
     parentPort.on('message', ({ spec }) => {
       const answer = answers[spec.backend]
       if (answer) parentPort.postMessage(answer)
       else process.exit(3)
     })`
  )
  return createWorkerLauncher(folder)
}

const speed = (msPerStep: number): object => ({ kind: 'measured', speed: { msPerStep, steps: 10 } })

function choiceOf(
  names: BackendName[],
  launcher: WorkerLauncher
): { choice: BackendChoice; log: Log; asked: string[] } {
  const asked: string[] = []
  const counting: WorkerLauncher = {
    launch(kind) {
      asked.push(kind)
      return launcher.launch(kind)
    }
  }
  const log = new Log(() => undefined)
  const registry = { available: () => Promise.resolve(names) }
  const places = { resources: '', wasm: '' }
  return { choice: new BackendChoice({ registry, launcher: counting, places, log }), log, asked }
}

const spec = tinySpec('mnist', {})

describe('the automatic choice', () => {
  it('takes the fastest, says why, and measures once for an experiment of that size', async () => {
    const launcher = launcherOf({ tensorflow: speed(4.125), webgpu: speed(2.5), wasm: speed(31) })
    const { choice, log, asked } = choiceOf(['tensorflow', 'webgpu', 'wasm', 'cpu'], launcher)
    const both = [choice.choose(spec, '', 'digits'), choice.choose({ ...spec, seed: 9 }, '', 'digits')]
    expect(await Promise.all(both)).toEqual(['webgpu', 'webgpu'])
    expect(asked).toEqual(['train', 'train', 'train'])
    expect(log.all().map(({ text }) => text)).toEqual([
      'Trains on WebGPU, the fastest for this experiment: Native TensorFlow 4.13 ms a step, WebGPU 2.50 ms a step, ' +
        'WebAssembly 31.0 ms a step.'
    ])
    await choice.choose({ ...spec, params: { ...spec.params, hidden1: 99 } }, '', 'digits')
    expect(asked).toHaveLength(6)
  })

  it('leaves out what fails or dies, and falls back on WebAssembly', async () => {
    const failed = { kind: 'failed', error: { code: 'internal', message: 'The GPU device was lost.' } }
    const { choice, log } = choiceOf(['tensorflow', 'webgpu', 'wasm'], launcherOf({ webgpu: failed }))
    expect(await choice.choose(spec, '', 'digits')).toBe('wasm')
    expect(log.all()[0].text).toContain('WebGPU failed (The GPU device was lost.)')
    expect(log.all()[0].text).toContain('Native TensorFlow stopped (it ended unexpectedly with code 3)')
  })

  it('measures nothing where WebAssembly is all there is', async () => {
    const { choice, asked } = choiceOf(['wasm', 'cpu'], launcherOf({}))
    expect(await choice.choose(spec, '', 'digits')).toBe('wasm')
    expect(asked).toEqual([])
  })

  it.skipIf(!gpu)('measures real backends of this machine and saves what it chose', async () => {
    const { engine, home } = testEngine()
    const session = await engine.openOrCreateFolder(join(home, 'project'), 'test')
    const [id] = await engine.training.start(session, trainingRequest({ backend: 'auto', hooks: [] }))
    await engine.training.finished(id)
    const run = session.run(id)
    expect(run.status).toBe('done')
    // A device in software is slower than WebAssembly; a real one may be faster even for a network as small as this.
    expect(['wasm', 'webgpu', 'tensorflow']).toContain(run.spec!.backend)
    const said = engine.log.all().find(({ text }) => text.startsWith('Trains on '))!.text
    expect(said).toMatch(/WebGPU [\d.]+ ms a step, WebAssembly [\d.]+ ms a step\.$/)
  })
})
