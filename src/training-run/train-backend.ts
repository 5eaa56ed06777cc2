/** Where the updates of a run are computed: in this thread, on any backend that Node has, or elsewhere. */
import { PhasescopeError } from '../domain/errors'
import { prepareBackend } from '../tensor/backend'
import { train } from '../training/trainer'
import type { BackendName } from '../domain/backends'
import type { CheckpointState } from '../domain/records'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'
import type { TrainerPort, TrainOutcome } from '../training/port'
import { measureObserving, measureSpeed, type Speed } from '../training/measure-speed'
import type { UpdateTimes } from '../training/observing-cost'
import { loadNativeTensorflow } from './native-tensorflow'
import { nodeGpu } from './node-gpu'

export interface TrainBackend {
  train(spec: RunSpec, dataset: Dataset, port: TrainerPort, resume?: CheckpointState): Promise<TrainOutcome>
  measure(spec: RunSpec, dataset: Dataset, limitMs: number, port: TrainerPort): Promise<Speed>
  /** Where the updates are computed in this thread. */
  observing?(spec: RunSpec, dataset: Dataset, limitMs: number, port: TrainerPort): Promise<UpdateTimes>
}

/** Prepares a backend in this thread. Throws a sentence where it cannot start. */
export async function backendHere(name: BackendName, wasmDir: string): Promise<TrainBackend> {
  let broke: (error: Error) => void = () => undefined
  const broken = new Promise<never>((_resolve, reject) => (broke = reject))
  // A device may break down when nothing is waiting for it any more.
  broken.catch(() => undefined)
  await prepare(name, wasmDir, (error) => broke(error))
  return {
    // Reads from a device that is gone may never be answered.
    train: (spec, dataset, port, resume) => Promise.race([train(spec, dataset, port, resume), broken]),
    measure: (spec, dataset, limitMs, port) => Promise.race([measureSpeed(spec, dataset, limitMs, port), broken]),
    observing: (spec, dataset, limitMs, port) => Promise.race([measureObserving(spec, dataset, limitMs, port), broken])
  }
}

async function prepare(name: BackendName, wasmDir: string, onFailure: (error: Error) => void): Promise<void> {
  switch (name) {
    case 'webgpu':
      return prepareBackend(name, { gpu: await nodeGpu(), onFailure })
    case 'tensorflow': {
      const native = await loadNativeTensorflow()
      if (!native.loaded) {
        const said = native.failures.map(({ name: tried, message }) => `${tried}: ${message}`).join('; ')
        throw new PhasescopeError('unsupported', `Native TensorFlow could not be loaded (${said}).`)
      }
      return prepareBackend(name)
    }
    case 'wasm':
    case 'cpu':
      return prepareBackend(name, { wasmDir })
  }
}

/** What went wrong, and the way on where it was the backend's doing: its device is gone, or its memory full. */
export function withWayOn(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const memory = /out of (tensor |GPU )?memory|resource ?exhausted|\bOOM\b|memory access out of bounds/i.test(
    error.message
  )
  const device = /^The GPU |device (was |is )?lost/i.test(error.message)
  if (!memory && !device) return error
  const remedy = memory ? 'on another backend, or start it with a smaller batch' : 'here or on another backend'
  const message = `${error.message.replace(/\.?$/, '.')} Continue it from its last checkpoint ${remedy}.`
  return new PhasescopeError(error instanceof PhasescopeError ? error.code : 'internal', message, error.stack)
}
