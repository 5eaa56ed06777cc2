/** Runs of MLflow's file store: `<experiment>/<run>/metrics/<name>` with lines "timestamp value step", milliseconds since 1970. */
import { join } from 'node:path'
import { readCell } from '../../formats/cells'
import { plural } from '../../formats/format-error'
import { fixedStep, type Recorded } from '../recorded'
import { type LongPoint, tableOfPoints } from '../table-builder'
import { readText } from '../text'

/** @param metrics paths below `metrics`, which are the metrics' names */
export async function readMlflow(folder: string, metrics: readonly string[], file: string): Promise<Recorded> {
  const points: LongPoint[] = []
  let odd = 0
  for (const series of metrics) {
    const text = await readText(join(folder, 'metrics', series), `${file}/metrics/${series}`)
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      const [time, value, step] = line.trim().split(/\s+/).map(readCell)
      if (typeof value !== 'number' || typeof time !== 'number') odd += 1
      else points.push({ series, step: typeof step === 'number' ? step : 0, value, wallTime: time / 1000 })
    }
  }
  const notes = odd > 0 ? [`${plural(odd, 'line')} left out that ${odd === 1 ? 'is' : 'are'} no point.`] : []
  return {
    format: 'mlflow',
    part: null,
    seed: null,
    table: tableOfPoints(points, 'step', notes),
    step: fixedStep('step')
  }
}

/** What a meta.yaml or a tag's file says in one line: `run_name: tall-hill`. */
export function yamlField(text: string, field: string): string | null {
  const value = new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(text)?.[1].trim()
  if (value === undefined || value === '' || value === 'null' || value === '~') return null
  return value.replace(/^(['"])(.*)\1$/, '$2')
}
