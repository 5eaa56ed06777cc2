/** What TensorBoard's page saves of a chart: a file for each run and tag, `run-<run>-tag-<tag>.csv` or `.json`. */
import { join } from 'node:path'
import { readDelimited } from '../../formats/delimited'
import { JsonError, parseJson } from '../../formats/json'
import { FormatError } from '../../formats/format-error'
import { columnOf } from '../dialects/dialect'
import { fixedStep } from '../recorded'
import { type LongPoint, tableOfPoints } from '../table-builder'
import { readText } from '../text'
import type { WalkedFile } from '../walk'
import { type FolderFormat, foundRun, namesOfPath } from './folder-format'

const names = /^run[-_](.+?)-tag-(.+?)(?: \(\d+\))?\.(csv|json)$/i

/** Which run and tag the name of a download tells; null for every other name. */
function downloadOf(name: string): { run: string; tag: string } | null {
  const match = names.exec(name)
  return match && { run: match[1], tag: match[2] }
}

export const downloads: FolderFormat = {
  id: 'downloads',
  find: (tree) =>
    tree.folders.flatMap((own) => {
      const runs = new Map<string, WalkedFile[]>()
      for (const file of tree.free(own)) {
        const download = downloadOf(file.name)
        if (!download) continue
        tree.take(`${own.prefix}/${file.name}`)
        runs.set(download.run, [...(runs.get(download.run) ?? []), file])
      }
      return [...runs].map(([run, files]) => {
        const place = { file: `${own.prefix}/run-${run}-tag-*`, name: run, group: namesOfPath(own.prefix).name }
        return foundRun('downloads', { ...place, home: own.prefix }, own.folder, files)
      })
    }),
  async read(folder, names, file) {
    const points: LongPoint[] = []
    const seen = new Map<string, string>()
    const notes: string[] = []
    for (const name of names) {
      const { tag } = downloadOf(name)!
      if (seen.has(tag)) {
        notes.push(`${name} left out: ${seen.get(tag)} holds the tag already.`)
        continue
      }
      seen.set(tag, name)
      const text = await readText(join(folder, name), `${file}/${name}`)
      points.push(...(/\.json$/i.test(name) ? ofJson(text, tag, name) : ofCsv(text, tag, name)))
    }
    const table = tableOfPoints(points, 'step', notes)
    return { format: 'downloads', part: null, seed: null, table, step: fixedStep('step') }
  }
}

function ofJson(text: string, series: string, name: string): LongPoint[] {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new FormatError(name, null, `this is not JSON: ${error.reason}. Save it again in TensorBoard.`)
  }
  if (!Array.isArray(value) || !value.every((item) => Array.isArray(item) && item.length === 3))
    throw new FormatError(name, null, 'is no list of [wall time, step, value]. Save it again in TensorBoard.')
  return (value as unknown[][]).map(([wallTime, step, number]) => ({
    series,
    wallTime: Number(wallTime),
    step: Number(step),
    value: Number(number)
  }))
}

function ofCsv(text: string, series: string, name: string): LongPoint[] {
  const table = readDelimited(text, name)
  const [times, steps, values] = ['wall_time', 'step', 'value'].map((column) => columnOf(table, [column]))
  if (!steps || !values)
    throw new FormatError(name, null, 'has no columns "Step" and "Value". Save it again in TensorBoard.')
  return Array.from(table.lines.keys()).flatMap((row) =>
    steps.present[row] === 1 && values.present[row] === 1
      ? [{ series, step: steps.values[row], value: values.values[row], wallTime: times?.values[row] ?? NaN }]
      : []
  )
}
