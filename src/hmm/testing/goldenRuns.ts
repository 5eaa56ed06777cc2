/** Reads the golden runs beside the repository, for tests only. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Sequence } from '../types'

const root = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))

/** Whether the golden data is there; says so once per test file when it is not. */
export function haveGolden(): boolean {
  if (existsSync(root)) return true
  process.stdout.write('Golden data is not on this machine (../shared/data); these tests are skipped.\n')
  return false
}

export function goldenJson<T>(path: string): T {
  return JSON.parse(readFileSync(root + path, 'utf8')) as T
}

/** One golden run by column name. */
export function goldenRun(task: string, seed: number): Record<string, Float64Array> {
  const lines = readFileSync(`${root}runs/${task}/seed${seed}.csv`, 'utf8').trim().split('\n')
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
