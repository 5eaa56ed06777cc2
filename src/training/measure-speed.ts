/** How fast a backend trains a run: a few real updates with real data, recorded nowhere. */
import { train } from './trainer'
import type { UpdateTimes } from './observing-cost'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'
import type { TrainerPort } from './port'

export interface Speed {
  msPerStep: number
  steps: number
}

/** The first updates compile programs and fill caches. */
const warmUpSteps = 3
const mostSteps = 60

/**
 * Trains `spec` for at most about `limitMs`, or a few steps where they take longer, and gives the mean time of an update
 * after the first ones. The backend of `spec` must be prepared.
 */
export async function measureSpeed(
  spec: RunSpec,
  dataset: Dataset,
  limitMs: number,
  port: Pick<TrainerPort, 'now' | 'wallTime' | 'yield'>
): Promise<Speed> {
  // Only the updates count; evaluation and records cost the same on every backend or are chosen freely.
  return timedUpdates(withoutPoints(spec, [], never), dataset, limitMs, port)
}

/** The same for the cost of hook points: once with nothing observed, and once with every batch observed at each of the run's. */
export async function measureObserving(
  spec: RunSpec,
  dataset: Dataset,
  limitMs: number,
  port: Pick<TrainerPort, 'now' | 'wallTime' | 'yield'>
): Promise<UpdateTimes> {
  const each = limitMs / (spec.hooks.length + 1)
  const { msPerStep: quiet } = await measureSpeed(spec, dataset, each, port)
  const observed: Record<string, number> = {}
  for (const hook of spec.hooks) {
    observed[hook] = (await timedUpdates(withoutPoints(spec, [hook], 1), dataset, each, port)).msPerStep
  }
  return { quiet, observed }
}

const never = 1_000_000

function withoutPoints(spec: RunSpec, hooks: string[], activationsEvery: number): RunSpec {
  const record = { ...spec.record, metricsEvery: never, metricsUnit: 'step' as const, checkpointEvery: never }
  return { ...spec, hooks, record: { ...record, activationsEvery, keepBest: false } }
}

async function timedUpdates(
  spec: RunSpec,
  dataset: Dataset,
  limitMs: number,
  port: Pick<TrainerPort, 'now' | 'wallTime' | 'yield'>
): Promise<Speed> {
  let asked = 0
  let firstMs = 0
  let lastMs = 0
  const began = port.now()
  await train(spec, dataset, {
    ...port,
    emit: () => undefined,
    resumed: () => Promise.resolve(),
    // Asked once before each update.
    control: () => {
      const updates = asked++
      const now = port.now()
      if (updates <= warmUpSteps) firstMs = now
      lastMs = now
      const enough = updates >= warmUpSteps + mostSteps || (updates > warmUpSteps && now - began > limitMs)
      return enough ? 'cancel' : 'run'
    }
  })
  // A run that is shorter than the warm-up is judged by its last update.
  const steps = Math.max(1, asked - 1 - warmUpSteps)
  return { msPerStep: asked > warmUpSteps + 1 ? (lastMs - firstMs) / steps : lastMs - began, steps }
}
