/** What a checkpoint says about how far its training was: whole numbers beside the tensors, by the names that programs give them. */

/** By name, in small letters. */
export type StepCounters = ReadonlyMap<string, number>

/** What counts updates of the weights, the surest first. A plan (`max_steps`, `epochs`) is none of them. */
export const stepCounterNames = [
  ...['global_step', 'global_steps', 'step', 'steps', 'train_step', 'current_step', 'num_updates', 'updates', 'update'],
  ...['iteration', 'iterations', 'iter', 'iters', 'iter_num', 'global_iter', 'it']
]
export const epochCounterNames = ['epoch', 'current_epoch', 'epoch_num']
const known = new Set([...stepCounterNames, ...epochCounterNames])

/**
 * @param entries of a dictionary at the top of a file; texts of digits count as numbers, as the metadata of safetensors has
 * nothing but texts
 */
export function stepCounters(entries: Iterable<readonly [unknown, unknown]>): StepCounters {
  const found = new Map<string, number>()
  for (const [key, value] of entries) {
    if (typeof key !== 'string') continue
    // Scripts of kohya-ss put a prefix of their own before all of their metadata.
    const name = key.toLowerCase().replace(/^ss_/, '')
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    // A number below zero is that of a training that has not begun, or that is over.
    const counts = typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    if (counts && known.has(name) && !found.has(name)) found.set(name, number)
  }
  return found
}
