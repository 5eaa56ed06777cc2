import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createWorkerLauncher } from '../../host/worker-launcher'
import { temporaryFolder } from '../../project/testing/folders'
import { tinySpec } from '../../training/testing/tiny-runs'
import { BackendChoice } from './backend-choice'
import { Calibration, type CalibrationJob } from './calibration'
import { Log } from '../log'
import type { WorkerLauncher } from '../ports'
import { testEngine, trainingRequest } from '../testing/engines'

/** Training workers whose answers to each command are `script`, a function body of `command` and `say`. */
function scripted(script: string): WorkerLauncher {
  const folder = join(temporaryFolder(), 'workers')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(
    join(folder, 'train-worker.js'),
    `import { parentPort } from 'node:worker_threads'
     const say = (message) => parentPort.postMessage(message)
     parentPort.on('message', (command) => { ${script} })`
  )
  return createWorkerLauncher(folder)
}

function calibrationOf(launcher: WorkerLauncher): { calibration: Calibration; launched: () => number } {
  let count = 0
  const counting: WorkerLauncher = { launch: (kind) => ((count += 1), launcher.launch(kind)) }
  const places = { resources: '', wasm: '' }
  const registry = { available: () => Promise.resolve(['wasm' as const]) }
  const choice = new BackendChoice({ registry, launcher, places, log: new Log(() => undefined) })
  const trusted = { textOf: () => Promise.resolve(null) } as never
  const calibration = new Calibration({ launcher: counting, places, parallel: 2, choice, trusted })
  return { calibration, launched: () => count }
}

const jobOf = (together = 1, hooks: string[] = []): CalibrationJob => ({
  spec: { ...tinySpec('mnist', {}), hooks },
  together,
  project: '',
  userMetrics: null
})
/** Of 1,000 steps. */
const progress = (elapsedSeconds: number, step: number, remainingSeconds = 1e6): string =>
  `say({ kind: 'progress', totalSteps: 1000, ${JSON.stringify({ elapsedSeconds, step, remainingSeconds }).slice(1, -1)} })`
/** Whoever asks. */
const window = {}
const leftFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('phasescope-calibration-'))

describe('how long a run will take', () => {
  it('is the pace after the first seconds, the mean of those that train side by side', async () => {
    const before = leftFolders()
    const { calibration, launched } = calibrationOf(
      scripted(`
        if (command.kind === 'cancel') say({ kind: 'finished', status: 'cancelled' })
        if (command.kind !== 'start') return
        say({ kind: 'started' })
        say({ kind: 'checkpoint' })
        ${progress(1, 1)}
        ${progress(3, 40)}
        ${progress(5, 50)}
        command.spec.seed % 2 ? ${progress(7, 80)} : ${progress(7, 60)}
      `)
    )
    const { secondsPerRun, hooks } = await calibration.measure(window, jobOf(2))
    // 7 s and 920 steps of 0.1 s, 7 s and 940 of 0.2 s, and what starting the threads takes.
    expect(secondsPerRun).toBeGreaterThanOrEqual((99 + 195) / 2)
    expect(secondsPerRun).toBeLessThan((99 + 195) / 2 + 30)
    expect(hooks).toEqual([])
    expect(launched()).toBe(2)
    expect(leftFolders()).toEqual(before)
  })

  it('counts each checkpoint as long as the last one took, where none was written meanwhile', async () => {
    const { calibration } = calibrationOf(
      scripted(`
        if (command.kind === 'cancel') setTimeout(() => say({ kind: 'finished', status: 'cancelled' }), 300)
        if (command.kind !== 'start') return
        say({ kind: 'started' })
        ${progress(3, 400, 99)}
        ${progress(7, 600, 3)}
      `)
    )
    const job = jobOf()
    // Six epochs with a checkpoint after each; where points lie on a log scale, only the run knows how many are to come.
    const params = { ...job.spec.params, epochs: 6 }
    const record = { ...job.spec.record, checkpointEvery: 1, metricsUnit: 'log' as const }
    const { secondsPerRun } = await calibration.measure(window, { ...job, spec: { ...job.spec, params, record } })
    expect(secondsPerRun).toBeGreaterThanOrEqual(10 + 6 * 0.29)
    expect(secondsPerRun).toBeLessThan(10 + 6 * 0.29 + 60)
    // Written while the pace was looked at, one is no part of it: it comes as often as it is planned.
    const even = calibrationOf(
      scripted(`
        if (command.kind === 'cancel') setTimeout(() => say({ kind: 'finished', status: 'cancelled' }), 2000)
        if (command.kind !== 'start') return
        say({ kind: 'started' })
        ${progress(3, 100)}
        say({ kind: 'checkpoint' })
        ${progress(7, 200)}
      `)
    ).calibration
    const evenly = { ...job.spec, params, record: { ...record, metricsUnit: 'epoch' as const } }
    const seconds = (await even.measure(window, { ...job, spec: evenly })).secondsPerRun
    // 7 s, 800 steps of (4 - 2) / 100 s, and five more checkpoints of 2 s; with the one that was written in the pace, 49 s.
    expect(seconds).toBeGreaterThanOrEqual(7 + 5 * 1.99)
    expect(seconds).toBeLessThan(45)
  })

  it('is what it has taken where it is over before, and what is wrong where it fails', async () => {
    const done = calibrationOf(scripted(`say({ kind: 'started' }); say({ kind: 'finished', status: 'done' })`))
    expect((await done.calibration.measure(window, jobOf())).secondsPerRun).toBeLessThan(60)
    const error = `{ code: 'internal', message: 'The loss became NaN.' }`
    const failed = calibrationOf(scripted(`say({ kind: 'failed', error: ${error} })`))
    await expect(failed.calibration.measure(window, jobOf())).rejects.toThrow('The loss became NaN.')
    const dead = calibrationOf(scripted(`process.exit(3)`))
    await expect(dead.calibration.measure(window, jobOf())).rejects.toThrow('The measurement stopped: ')
  })

  it('ends when it is stopped, when another draft is asked about, and when whoever asked has gone', async () => {
    const before = leftFolders()
    const { calibration } = calibrationOf(
      scripted(`if (command.kind === 'start' && command.spec.seed === 7) say({ kind: 'finished', status: 'done' })`)
    )
    const stopped = calibration.measure(window, jobOf(2))
    const nobody = expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    calibration.stop()
    await nobody
    const replaced = expect(calibration.measure(window, jobOf())).rejects.toMatchObject({ code: 'cancelled' })
    const job = jobOf()
    await calibration.measure(window, { ...job, spec: { ...job.spec, seed: 7 } })
    await replaced
    // Another window waits for its turn and ends nothing.
    const slow = calibrationOf(
      scripted(`if (command.kind === 'start') setTimeout(() => say({ kind: 'finished', status: 'done' }), 300)`)
    )
    const first = slow.calibration.measure(window, jobOf()).then(() => slow.launched())
    const second = slow.calibration.measure({}, jobOf()).then(() => slow.launched())
    expect(await Promise.all([first, second])).toEqual([1, 2])
    // What is stopped while its job is still being made does not begin afterwards.
    let make: (job: CalibrationJob) => void = () => undefined
    const { calibration: idle, launched } = calibrationOf(scripted(''))
    const unmade = expect(
      idle.measure(window, new Promise<CalibrationJob>((resolve) => (make = resolve)))
    ).rejects.toMatchObject({ code: 'cancelled' })
    idle.stop(window)
    make(jobOf())
    await unmade
    expect(launched()).toBe(0)
    const asker = new AbortController()
    const gone = expect(calibration.measure(window, jobOf(), asker.signal)).rejects.toMatchObject({ code: 'cancelled' })
    setTimeout(() => asker.abort(), 50)
    await gone
    expect(leftFolders()).toEqual(before)
  })

  it('is measured by training for real, which leaves nothing behind and gives way to a start', async () => {
    const { engine } = testEngine()
    await engine.openOrCreateFolder(join(temporaryFolder(), 'p'), 'p')
    const { seeds: _seeds, name: _name, ...request } = trainingRequest()
    const draft = { ...request, params: { ...request.params, epochs: 4000 }, runs: 3 }
    const measured = await engine.call('experiments.calibrate', draft)
    expect(measured).toMatchObject({ backend: 'wasm', together: 2 })
    expect(measured.secondsPerRun).toBeGreaterThan(0)
    expect(measured.hooks.map(({ hook }) => hook)).toEqual(request.hooks)
    for (const { time, bytes } of measured.hooks) {
      expect(time).toBeGreaterThanOrEqual(0)
      expect(bytes).toBeGreaterThan(0)
    }
    expect(engine.project.listRuns()).toEqual([])
    expect(readdirSync(join(engine.project.folder, 'runs'))).toEqual([])

    const stopped = expect(engine.call('experiments.calibrate', draft)).rejects.toMatchObject({ code: 'cancelled' })
    await engine.training.start(engine.project, trainingRequest())
    await stopped
    await expect(engine.call('experiments.calibrate', draft)).rejects.toMatchObject({ code: 'busy' })
  })
})
