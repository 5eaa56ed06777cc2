/** Whether a checkpoint belongs to a run: found out before anything is made of it. */
import { ConfigError } from '../hooks/config-error'
import { sizeOf, type Architecture } from '../models/architecture'
import { experimentOf, resolveRecipe, totalSteps } from './experiments'
import { trainedOf } from './parameter-rules'
import { slotNames, type OptimizerName } from './optimizers'
import type { CheckpointState } from '../domain/records'
import type { NamedArray } from '../domain/arrays'
import type { RunSpec } from '../domain/run'

/**
 * @throws Error that says what does not fit: seed, optimizer, step, or the arrays' names, shapes and lengths. A fork may have
 *   another optimizer than its parent; its slots and their time begin at zero then.
 */
export function checkFit(given: RunSpec, state: CheckpointState): void {
  const spec: RunSpec = { ...given, ...resolveRecipe(given) }
  const { seed, optimizer, updates } = state.progress
  const fork = spec.parent?.step === state.step
  const at = `The checkpoint of step ${state.step}`
  if (state.step > totalSteps(spec)) throw new Error(`${at} lies beyond the end of this run, step ${totalSteps(spec)}.`)
  if (seed !== spec.seed) throw new Error(`The checkpoint is of seed ${String(seed)}, this run has seed ${spec.seed}.`)
  const sameOptimizer = optimizer === spec.params.optimizer
  if ((!sameOptimizer && !fork) || updates !== state.step) {
    throw new Error(`${at} does not fit this run: it was trained with ${String(optimizer)}.`)
  }
  const { parameters, buffers } = experimentOf(spec.experiment).blueprint(spec).architecture
  const weights = byName(state.weights)
  for (const { name, shape } of [...parameters, ...buffers]) checkArray(weights, at, name, shape)
  if (!sameOptimizer) return
  const counted = optimizerUpdatesOf(state)
  if (!Number.isInteger(counted) || counted < 0 || counted > state.step) {
    throw new Error(`${at} is damaged: it counts ${String(counted)} updates of its optimizer.`)
  }
  const slots = byName(state.optimizer)
  for (const slot of slotNames(spec.params.optimizer as OptimizerName)) {
    for (const { name, shape } of trainedOf(parameters)) checkArray(slots, at, `${slot}/${name}`, shape)
  }
}

/**
 * How many updates the optimizer's slots hold; it may be damaged. Earlier programs did not write it, and counted them with
 * the step also where slots had begun at zero in a fork, so there it is the step.
 */
export function optimizerUpdatesOf({ step, progress }: CheckpointState): number {
  return progress.optimizerUpdates === undefined ? step : (progress.optimizerUpdates as number)
}

/** @throws ConfigError where saved weights are not those of a network: every parameter and buffer, and nothing else. */
export function checkInitial({ parameters, buffers }: Architecture, arrays: readonly NamedArray[]): void {
  const sizes = new Map(arrays.map(({ name, data }) => [name, data.length]))
  for (const { name, shape } of [...parameters, ...buffers]) {
    const size = sizes.get(name)
    sizes.delete(name)
    if (size === sizeOf(shape)) continue
    const what = size === undefined ? `have no "${name}"` : `have ${size} values for "${name}", not ${sizeOf(shape)}`
    throw new ConfigError(
      `The saved weights ${what}: the network was changed. Draw the first weights instead.`,
      'network'
    )
  }
  const [left] = sizes.keys()
  if (left === undefined) return
  throw new ConfigError(
    `The saved weights have "${left}", which the network has not: it was changed. Draw the first weights instead.`,
    'network'
  )
}

function byName(arrays: readonly NamedArray[]): Map<string, NamedArray> {
  return new Map(arrays.map((array) => [array.name, array]))
}

function checkArray(arrays: Map<string, NamedArray>, at: string, name: string, shape: readonly number[]): void {
  const array = arrays.get(name)
  if (!array) throw new Error(`${at} has no array "${name}".`)
  if (array.shape.join() !== shape.join()) {
    throw new Error(`"${name}" is [${array.shape.join(', ')}] in the checkpoint, [${shape.join(', ')}] in this run.`)
  }
}
