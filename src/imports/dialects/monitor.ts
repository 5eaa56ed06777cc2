/**
 * `monitor.csv` of Stable-Baselines3 and Gymnasium: an episode a row with its reward r, its length l and its time t. Nothing counts
 * steps; the running sum of the lengths does, as their own plots have it.
 */
import { fixedStep } from '../recorded'
import { columnOf, type Dialect } from './dialect'

export const monitor: Dialect = (table) => {
  const [rewards, lengths, times] = ['r', 'l', 't'].map((name) => columnOf(table, [name]))
  if (!rewards || !lengths || !times || lengths.present.includes(0)) return null
  if (!lengths.values.every((length) => Number.isSafeInteger(length) && length > 0)) return null
  let sum = 0
  const steps = lengths.values.map((length) => (sum += length))
  const timesteps = { name: 'timesteps', values: steps, present: new Uint8Array(table.rows).fill(1) }
  const notes = [...table.notes, 'Steps are the timesteps at the end of each episode: the running sum of "l".']
  return [
    {
      part: null,
      seed: null,
      table: { ...table, columns: [timesteps, ...table.columns], notes },
      step: fixedStep(timesteps.name)
    }
  ]
}
