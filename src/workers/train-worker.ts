/** A training thread: trains one run, writes its event file and checkpoints, tells the host how it goes, and ends. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { setImmediate as immediately } from 'node:timers/promises'
import { PhasescopeError, toWireError } from '../contract/errors'
import { loadNewestCheckpoint, pruneCheckpoints, saveCheckpoint } from '../project/checkpoints'
import { RunWriter } from '../project/run-writer'
import { prepareBackend } from '../tensor/backend'
import { loadDataset } from '../training/datasets'
import { train } from '../training/trainer'
import type { RecordedRecord, TrainerPort, TrainRecord } from '../training/types'
import type { TrainCommand, TrainMessage } from './messages'

const growIntervalMs = 400
const headline = ['loss/train', 'loss/val', 'accuracy/train', 'accuracy/val', 'weights/l2']

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')
const say = (message: TrainMessage): void => port.postMessage(message)

let wanted: 'run' | 'pause' | 'cancel' = 'run'
let wake: (() => void) | null = null

port.on('message', (command: TrainCommand) => {
  switch (command.kind) {
    case 'start':
      void run(command)
      return
    case 'pause':
      if (wanted === 'run') wanted = 'pause'
      return
    case 'resume':
      if (wanted === 'pause') wanted = 'run'
      wake?.()
      return
    case 'cancel':
      wanted = 'cancel'
      wake?.()
      return
  }
})

async function run(command: Extract<TrainCommand, { kind: 'start' }>): Promise<void> {
  const { folder, spec } = command
  let writer: RunWriter | null = null
  let output: RunOutput | null = null
  try {
    const { state, problems } = await loadNewestCheckpoint(folder)
    for (const text of problems) say({ kind: 'log', level: 'warning', text })
    const dataset = await loadDataset(spec, { read: (name) => readResource(command.resources, name) })
    await prepareBackend(spec.backend, { wasmDir: command.wasm })
    // A checkpoint holds everything up to and including its step, so the next attempt records from the step after it.
    writer = new RunWriter(folder, state ? state.step + 1 : 0)
    output = new RunOutput(writer)
    say({ kind: 'started', step: state?.step ?? 0 })
    const outcome = await train(spec, dataset, trainerPort(folder, writer, output), state ?? undefined)
    if (outcome.status === 'done') writer.ended('success', Date.now() / 1000)
    output.close()
    writer.close()
    writer = null
    say({ kind: 'finished', status: outcome.status, step: outcome.step, epoch: outcome.epoch })
  } catch (error) {
    try {
      output?.close()
      endAsFailure(writer)
    } catch {
      // The first error is the one to tell.
    }
    say({ kind: 'failed', error: toWireError(error) })
  }
}

function endAsFailure(writer: RunWriter | null): void {
  try {
    writer?.ended('failure', Date.now() / 1000)
  } finally {
    writer?.close()
  }
}

/** Lets what was recorded out to the disk and to the host, a few times a second and never later than a second. */
class RunOutput {
  private last: Record<string, number> = {}
  private step = 0
  private pending = false
  /** A timer, because the next record may be far away while this one waits. */
  private readonly timer: NodeJS.Timeout

  constructor(private readonly writer: RunWriter) {
    this.timer = setInterval(() => this.release(), growIntervalMs)
  }

  recorded(record: RecordedRecord): void {
    if (record.kind === 'scalars') {
      for (const tag of headline) if (tag in record.values) this.last[tag] = record.values[tag]
    }
    this.step = record.step
    this.pending = true
  }

  release(): void {
    if (!this.pending) return
    this.pending = false
    try {
      this.writer.flush(false)
    } catch {
      // The records stay in the writer; the next one that is emitted meets the same error inside the trainer.
      return
    }
    say({ kind: 'grew', step: this.step, last: this.last })
    this.last = {}
  }

  close(): void {
    clearInterval(this.timer)
    this.release()
  }
}

function trainerPort(folder: string, writer: RunWriter, output: RunOutput): TrainerPort {
  return {
    async emit(record: TrainRecord) {
      switch (record.kind) {
        case 'description':
        case 'scalars':
        case 'histogram':
        case 'image':
        case 'pr-curve':
          writer.record(record)
          output.recorded(record)
          return
        case 'checkpoint':
          // Records first: a checkpoint must never be ahead of what the event file holds.
          writer.flush(true)
          await saveCheckpoint(folder, record.state)
          await pruneCheckpoints(folder)
          output.release()
          say({ kind: 'checkpoint', step: record.state.step })
          return
        case 'progress':
          say(record)
          return
        case 'log':
          say(record)
          return
      }
    },
    now: () => performance.now(),
    wallTime: () => Date.now() / 1000,
    control: () => wanted,
    resumed: () =>
      new Promise<void>((resolve) => {
        if (wanted !== 'pause') return resolve()
        writer.flush(false)
        wake = () => {
          wake = null
          resolve()
        }
      }),
    yield: () => immediately()
  }
}

function readResource(resources: string, name: string): Uint8Array {
  const path = join(resources, name)
  try {
    return new Uint8Array(readFileSync(path))
  } catch {
    throw new PhasescopeError('not-found', `The data file ${path} is missing. Install Phasescope again.`)
  }
}
