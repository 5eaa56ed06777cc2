/** Hyperparameters that a model brings with it, as it was compiled, beside those that somebody has chosen. */
import type { ParamSpec, ParamValue } from '../../src/domain/recipe'

type Values = Readonly<Record<string, ParamValue>>

/**
 * Those that somebody has changed stay; those that the model before has set go back to what is usual.
 * @param before what the last model that was opened has set
 * @returns all values, and which of them the model sets
 */
export function withCompiled(
  specs: readonly Pick<ParamSpec, 'key' | 'default'>[],
  values: Values,
  before: Values,
  compiled: Values
): { values: Record<string, ParamValue>; taken: Record<string, ParamValue> } {
  const next = { ...values }
  const taken: Record<string, ParamValue> = {}
  for (const { key, default: usual } of specs) {
    if (Object.hasOwn(before, key) && next[key] === before[key]) next[key] = usual
    if (Object.hasOwn(compiled, key) && next[key] === usual) next[key] = taken[key] = compiled[key]
  }
  return { values: next, taken }
}
