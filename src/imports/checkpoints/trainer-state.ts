/** The state that the Trainer of transformers writes beside a model: `trainer_state.json`. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '../../formats/json'
import { type StepCounters, stepCounters } from '../../formats/step-counters'
import { choiceOf, folderOf } from './path-numbers'
import type { CheckpointUnit } from './units'

/** It holds all that was logged. */
const mostBytes = 64 * 1024 * 1024

/**
 * How far the training of the model in this folder was; nothing where there is no such file, or where it may be of another model.
 * @param root folder that the unit's paths are below
 */
export function trainerState(root: string, { files: [file] }: CheckpointUnit): StepCounters {
  const none: StepCounters = new Map()
  // It tells of the last step.
  if (choiceOf(file) === 'best') return none
  let state: unknown
  try {
    const path = join(root, folderOf(file), 'trainer_state.json')
    if (statSync(path).size > mostBytes) return none
    state = parseJson(readFileSync(path, 'utf8'))
  } catch {
    return none
  }
  if (typeof state !== 'object' || state === null) return none
  const entries = Object.entries(state)
  const counters = stepCounters(entries)
  // With load_best_model_at_end the model beside it is the best one, and that it was asked for is not written down.
  const best = Object.fromEntries(entries).best_model_checkpoint
  const bestStep = typeof best === 'string' ? /(\d+)\D*$/.exec(best)?.[1] : undefined
  return bestStep !== undefined && Number(bestStep) !== counters.get('global_step') ? none : counters
}
