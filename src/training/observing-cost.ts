/** What observing hook points costs a run, for whoever chooses them: a share of its time, and room on disk. */
import { runPlan } from './experiments'
import type { Recipe } from '../domain/recipe'
import type { RecordOptions } from '../domain/record-options'

/** Measured times of one update, ms. */
export interface UpdateTimes {
  /** With nothing observed. */
  quiet: number
  /** With the batch observed at one hook point alone, by hook point. */
  observed: Readonly<Record<string, number>>
}

export interface HookCost {
  hook: string
  /** Of the time of training with nothing observed: 0.06 is 6% more. */
  time: number
  /** On disk, of a whole run. */
  bytes: number
}

/**
 * What each hook point adds, alone: the batches that are observed on the path of training, and what is recorded of it. What a
 * point costs besides is computed beside the training. Those without a measured time are left out.
 */
export function observingCosts(recipe: Recipe, record: RecordOptions, { quiet, observed }: UpdateTimes): HookCost[] {
  const bytesOf = (hooks: string[]): number => runPlan(recipe, hooks, record).bytes
  const without = bytesOf([])
  return Object.entries(observed).map(([hook, ms]) => {
    const time = Math.max(0, ms - quiet) / quiet / record.activationsEvery
    return { hook, time, bytes: bytesOf([hook]) - without }
  })
}
