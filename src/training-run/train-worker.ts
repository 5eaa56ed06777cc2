/** A training thread: trains one run, writes its event file and checkpoints, tells the host how it goes, and ends. */
import { setImmediate as immediately } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { PhasescopeError, toWireError } from '../domain/errors'
import { loadNewestCheckpoint } from '../project/checkpoints'
import { confine } from '../project/places'
import { RunWriter } from '../project/run-writer'
import { checkFit } from '../training/checkpoint-fit'
import { loadDataset } from '../training/datasets'
import { observingCosts } from '../training/observing-cost'
import type { TrainerPort } from '../training/port'
import { RemoteTrainer } from './remote-trainer'
import type { TrainCommand, TrainMessage } from './messages'
import { MetricsThread } from './metrics-thread'
import { PointThread } from './point-thread'
import { resourcesOf } from './resources'
import { RunOutput } from './run-output'
import { backendHere, withWayOn, type TrainBackend } from './train-backend'
import { Control, trainerPort } from './trainer-port'
import { UserMetricsThread } from './user-metrics-thread'

type Work = Extract<TrainCommand, { kind: 'start' | 'measure' }>

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')
const say = (message: TrainMessage): void => port.postMessage(message)
/** Has the GPU where this thread has none; null when the thread trains by itself. */
let remote: RemoteTrainer | null = null
const control = new Control((wanted) => remote?.control(wanted))

port.on('message', (command: TrainCommand) => {
  switch (command.kind) {
    case 'start':
      void run(command)
      return
    case 'measure':
      void measure(command)
      return
    case 'gpu':
      return remote?.receive(command.piece)
    case 'gpu-gone':
      return remote?.gone(command.reason)
    case 'pause':
      return control.pause()
    case 'resume':
      return control.resume()
    case 'cancel':
      return control.cancel()
  }
})

async function run(command: Extract<TrainCommand, { kind: 'start' }>): Promise<void> {
  const { folder, spec } = command
  const metrics = new MetricsThread()
  const isInPlace = !command.remote && (spec.backend === 'wasm' || spec.backend === 'cpu')
  const points = isInPlace ? new PointThread(command.wasm) : null
  const userMetrics = command.userMetrics === null ? null : new UserMetricsThread(command.userMetrics)
  let writer: RunWriter | null = null
  let output: RunOutput | null = null
  try {
    confine(command.confined)
    const { state, problems } = await loadNewestCheckpoint(folder, (candidate) => checkFit(spec, candidate))
    if (!state && spec.parent) {
      const text = `${problems.join(' ')} None of its checkpoints can be used, and a fork cannot begin anew. Fork its parent again.`
      throw new PhasescopeError('damaged', text.trim())
    }
    const dataset = await loadDataset(spec, resourcesOf(command))
    const backend = await backendOf(command)
    // A checkpoint holds everything up to and including its step, so the next attempt records from the step after it.
    // A fork's first point is that of its parent's checkpoint: the parent's files are not its own.
    const forks = state !== null && spec.parent?.step === state.step
    writer = new RunWriter(folder, state ? state.step + (forks ? 0 : 1) : 0)
    output = new RunOutput(writer, say)
    say({ kind: 'started', step: state?.step ?? 0, again: problems })
    const parts = { command, writer, output, control, metrics, points, userMetrics, say }
    const outcome = await backend.train(spec, dataset, trainerPort(parts), state ?? undefined)
    if (outcome.status === 'done') writer.ended('success', Date.now() / 1000)
    output.close()
    writer.close()
    writer = null
    await Promise.all([metrics.close(), points?.close(), userMetrics?.close()])
    say({ kind: 'finished', ...outcome })
  } catch (error) {
    try {
      output?.close()
      endAsFailure(writer)
      await Promise.all([metrics.close(), points?.close(), userMetrics?.close()])
    } catch {
      // The first error is the one to tell.
    }
    say({ kind: 'failed', error: toWireError(withWayOn(error)) })
  }
}

async function measure(command: Extract<TrainCommand, { kind: 'measure' }>): Promise<void> {
  const { spec, what, limitMs } = command
  try {
    const dataset = await loadDataset(spec, resourcesOf(command))
    const backend = await backendOf(command)
    const silent: TrainerPort = {
      emit: () => undefined,
      now: () => performance.now(),
      wallTime: () => Date.now() / 1000,
      control: () => 'run',
      resumed: () => Promise.resolve(),
      yield: () => immediately()
    }
    if (what === 'speed') {
      say({ kind: 'measured', speed: await backend.measure(spec, dataset, limitMs, silent) })
      return
    }
    const times = await backend.observing?.(spec, dataset, limitMs, silent)
    say({ kind: 'observed', costs: times ? observingCosts(spec, spec.record, times) : [] })
  } catch (error) {
    say({ kind: 'failed', error: toWireError(error) })
  }
}

async function backendOf({ spec, wasm, remote: elsewhere }: Work): Promise<TrainBackend> {
  if (!elsewhere) return backendHere(spec.backend, wasm)
  remote = new RemoteTrainer((piece) => say({ kind: 'gpu', piece }))
  // What was wanted meanwhile.
  if (control.get() !== 'run') remote.control(control.get())
  return remote
}

function endAsFailure(writer: RunWriter | null): void {
  try {
    writer?.ended('failure', Date.now() / 1000)
  } finally {
    writer?.close()
  }
}
