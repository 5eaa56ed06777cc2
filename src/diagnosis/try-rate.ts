/** Another learning rate, as a remedy. */
import type { ObservedRun } from './observed'
import { roundRate, value } from './words'

/** "Lower the learning rate from 0.01; try 0.001.", where the rate is known and the experiment takes the other one. */
export function tryRate(
  { params, limits }: ObservedRun,
  factor: number
): { remedy: string; change: { learningRate: number } | null } {
  const what = factor < 1 ? 'Lower the learning rate' : 'Raise the learning rate'
  const rate = params?.learningRate
  if (typeof rate !== 'number' || !(rate > 0)) return { remedy: `${what}.`, change: null }
  const next = Math.min(roundRate(rate * factor), limits?.('learningRate')?.max ?? Infinity)
  if (factor > 1 && next <= rate)
    return { remedy: `The rate is ${value(rate)}, as high as it can be here.`, change: null }
  return { remedy: `${what} from ${value(rate)}; try ${value(next)}.`, change: { learningRate: next } }
}
