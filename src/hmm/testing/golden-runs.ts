/** Golden runs as sequences, for tests only. */
import { goldenText } from '../../testing/golden'
import type { Sequence } from '../types'

/** One golden run by column name. */
export function goldenRun(task: string, seed: number): Record<string, Float64Array> {
  const lines = goldenText(`runs/${task}/seed${seed}.csv`).trim().split('\n')
  const names = lines[0].split(',')
  const out: Record<string, Float64Array> = {}
  names.forEach((name, c) => {
    out[name] = Float64Array.from(lines.slice(1), (line) => Number(line.split(',')[c]))
  })
  return out
}

/** The columns of one golden run, z-scored with the population standard deviation. */
export function goldenSequence(task: string, seed: number, columns: readonly string[]): Sequence {
  const run = goldenRun(task, seed)
  const rows = run.step.length
  const data = new Float64Array(rows * columns.length)
  columns.forEach((name, d) => {
    const values = run[name]
    const mean = values.reduce((a, b) => a + b, 0) / rows
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / rows)
    for (let t = 0; t < rows; t++) data[t * columns.length + d] = (values[t] - mean) / std
  })
  return { data, rows, columns: columns.length }
}
