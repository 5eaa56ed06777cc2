/** For tests: the real engine over real worker threads, from the build that the tests' set-up has made. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { EventName, EventPayload } from '../../contract/events'
import { placesFor } from '../../host/paths'
import { createWorkerLauncher } from '../../host/worker-launcher'
import { temporaryFolder } from '../../project/testing/folders'
import { findExperiment } from '../../training/experiments'
import { Engine, type EngineOptions } from '../engine'
import { EngineGroup } from '../engine-group'
import type { WorkerLauncher } from '../ports'

export const buildFolder = fileURLToPath(new URL('../../../out/main', import.meta.url))

export interface TestEngineOptions {
  launcher?: WorkerLauncher
  /** Limit of each worker's heap. */
  heapMb?: number
  parallel?: number
  follow?: boolean
}

/** An engine with its own user data and projects folder; it is closed when the test ends. */
export function testEngine(options: TestEngineOptions = {}): { engine: Engine; home: string } {
  const { home, options: given } = optionsFor(options)
  const engine = new Engine(given)
  onTestFinished(() => engine.close())
  return { engine, home }
}

/** Two engines of one process, as two windows have them, and how often the window of each was brought to the front. */
export function twoEngines(options: TestEngineOptions = {}): {
  a: Engine
  b: Engine
  home: string
  fronts: { a: number; b: number }
} {
  const { home, options: given } = optionsFor(options)
  const group = new EngineGroup(given)
  const fronts = { a: 0, b: 0 }
  const a = new Engine({ ...given, front: () => (fronts.a += 1) }, group)
  const b = new Engine({ ...given, front: () => (fronts.b += 1) }, group)
  onTestFinished(async () => void (await Promise.all([a.close(), b.close()])))
  return { a, b, home, fronts }
}

function optionsFor({ launcher, heapMb, parallel = 2, follow }: TestEngineOptions): {
  home: string
  options: EngineOptions
} {
  const home = temporaryFolder()
  const options: EngineOptions = {
    launcher: launcher ?? createWorkerLauncher(buildFolder, heapMb),
    places: { ...placesFor(buildFolder, join(home, 'user')), projects: join(home, 'projects') },
    host: 'browser',
    version: '0.0.0-test',
    cores: 2,
    parallel,
    follow
  }
  return { home, options }
}

/** Two steps an epoch, a few milliseconds each. */
export const tinyMnist = {
  epochs: 3,
  trainSamples: 64,
  validationSamples: 32,
  batchSize: 32,
  hidden1: 12,
  hidden2: 8,
  evalSamples: 32
}

export function trainingRequest(change: Partial<EngineTraining> = {}): EngineTraining {
  return {
    name: 'tiny',
    experiment: 'mnist',
    params: tinyMnist,
    data: null,
    network: null,
    seeds: [0],
    hooks: ['fc1', 'fc2'],
    record: { ...findExperiment('mnist').defaultRecord, metricsEvery: 1, activationsEvery: 1, checkpointEvery: 1 },
    backend: 'wasm',
    ...change
  }
}
type EngineTraining = Parameters<Engine['training']['start']>[1]

/** The first event of a kind from now on that fulfils a condition. */
export function nextEvent<N extends EventName>(
  engine: Engine,
  name: N,
  wanted: (payload: EventPayload<N>) => boolean = () => true
): Promise<EventPayload<N>> {
  return new Promise((resolve) => {
    const stop = engine.on(name, (payload) => {
      if (!wanted(payload)) return
      stop()
      resolve(payload)
    })
  })
}

/** A launcher whose threads of one kind run `program` instead of the real thing: threads that misbehave on purpose. */
export function misbehaving(kind: 'train' | 'compute', program: string, heapMb?: number): WorkerLauncher {
  const folder = join(temporaryFolder(), 'workers')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, `${kind}-worker.js`), `import { parentPort } from 'node:worker_threads'\n${program}`)
  const bad = createWorkerLauncher(folder, heapMb)
  const good = createWorkerLauncher(buildFolder)
  return { launch: (wanted) => (wanted === kind ? bad : good).launch(wanted) }
}
