/** For tests: threads that say what real ones say, each word when it is its turn. */
import { readFileSync } from 'node:fs'
import type { Analysis } from '../../domain/analysis'
import type { TrainCommand, TrainMessage } from '../../training-run/messages'
import type { ComputeRequest } from '../../threads/messages'
import type { WorkerKind, WorkerLauncher, WorkerLink } from '../ports'
import type { Scheduler } from './scheduler'

/** @param sample what a fit comes to */
export function scriptedThreads(scheduler: Scheduler, sample: Analysis): WorkerLauncher {
  return {
    launch(kind: WorkerKind): WorkerLink {
      const listeners: ((message: unknown) => void)[] = []
      const exits: ((reason: string | null) => void)[] = []
      let gone = false
      const say = (message: unknown): void => {
        if (!gone) for (const listener of listeners) listener(message)
      }
      const train = trainerOf(scheduler, say)
      return {
        post(message) {
          if (kind === 'train') train(message as TrainCommand)
          else if (kind === 'compute') {
            const { id, name, input } = message as ComputeRequest
            void scheduler.gate(() => say({ id, ...answerTo(name, input, sample) }))
          } else void scheduler.gate(() => say({ available: false, problem: 'not-installed', message: 'not here' }))
        },
        onMessage: (listener) => void listeners.push(listener),
        onExit: (listener) => void exits.push(listener),
        stop: () =>
          scheduler.gate(() => {
            if (gone) return
            gone = true
            for (const listener of exits) listener(null)
          })
      }
    }
  }
}

function trainerOf(scheduler: Scheduler, say: (message: TrainMessage) => void): (command: TrainCommand) => void {
  const totalSteps = 6
  let step = 0
  let paused = false
  let over = false
  const end = (status: 'done' | 'cancelled'): void => {
    if (over) return
    over = true
    say({ kind: 'finished', status, stoppedEarly: null, step, epoch: step / 2 })
  }
  const next = (): void => {
    void scheduler.gate(() => {
      if (paused || over) return
      step += 1
      const rates = { stepsPerSecond: 1, elapsedSeconds: step, remainingSeconds: totalSteps - step }
      say({ kind: 'progress', step, totalSteps, epoch: step / 2, totalEpochs: 3, ...rates })
      if (step % 2 === 0) say({ kind: 'checkpoint', best: null, step })
      if (step < totalSteps) next()
      else void scheduler.gate(() => end('done'))
    })
  }
  return (command) =>
    void scheduler.gate(() => {
      if (command.kind === 'start') say({ kind: 'started', step: 0, again: [] })
      if (command.kind === 'pause') paused = true
      if (command.kind === 'cancel') return end('cancelled')
      if (command.kind === 'start' || (command.kind === 'resume' && paused)) {
        paused = false
        next()
      }
    })
}

function answerTo(name: ComputeRequest['name'], input: unknown, sample: Analysis): Record<string, unknown> {
  const given = input as Record<string, never>
  const answers: Partial<Record<ComputeRequest['name'], () => unknown>> = {
    prepare: () => ({ runs: [], roles: {}, built: { sequences: [], inputs: sample.inputs } }),
    candidate: () => ({}),
    fold: () => ({}),
    evidence: () => ({ of: 'runs', index: 0, runs: 2, heldOut: 1, scores: [0, 1], problem: null }),
    assemble: () => ({ ...sample, id: given.id }),
    restart: () => JSON.parse(readFileSync(given.analysisFile, 'utf8')) as unknown,
    tags: () => ({
      scalars: (given.runs as { folder: string }[]).map(({ folder }) => folder),
      histograms: [],
      problems: []
    })
  }
  const answer = answers[name]
  if (!answer) return { ok: false, error: { code: 'unsupported', message: `${name} is not part of this.` } }
  try {
    return { ok: true, value: answer() }
  } catch (error) {
    return { ok: false, error: { code: 'not-found', message: (error as Error).message } }
  }
}
