/** Runs of DVCLive: `plots/metrics/train/loss.tsv` has the columns step and loss; the path is the whole name of the metric. */
import { join } from 'node:path'
import { readDelimited } from '../../formats/delimited'
import { someNames } from '../../formats/format-error'
import { columnOf } from '../dialects/dialect'
import { fixedStep } from '../recorded'
import { type LongPoint, tableOfPoints } from '../table-builder'
import { readText } from '../text'
import { type FolderFormat, foundRun, namesOfPath } from './folder-format'

const inside = '/plots/metrics'

export const dvclive: FolderFormat = {
  id: 'dvclive',
  find: (tree) =>
    tree.folders.flatMap(({ prefix, folder }) => {
      if (!prefix.endsWith(inside)) return []
      const files = tree.below(prefix).filter(({ name }) => /\.tsv$/i.test(name))
      if (files.length === 0) return []
      for (const { name } of files) tree.take(`${prefix}/${name}`)
      const home = prefix.slice(0, -inside.length)
      return [foundRun('dvclive', { ...namesOfPath(home), file: home, home }, folder, files)]
    }),
  /** @param folder plots/metrics of the run */
  async read(folder, names, file) {
    const points: LongPoint[] = []
    const left: string[] = []
    for (const metric of names) {
      const place = `${file}/plots/metrics/${metric}`
      const table = readDelimited(await readText(join(folder, metric), place), place)
      const steps = columnOf(table, ['step'])
      const times = columnOf(table, ['timestamp'])
      const values = table.columns.find((column) => column !== steps && column !== times)
      if (!steps || !values) {
        left.push(metric)
        continue
      }
      for (let row = 0; row < table.rows; row++) {
        if (steps.present[row] === 0 || values.present[row] === 0) continue
        const wallTime = times ? times.values[row] / 1000 : NaN
        points.push({
          series: metric.replace(/\.tsv$/i, ''),
          step: steps.values[row],
          value: values.values[row],
          wallTime
        })
      }
    }
    const notes = left.length > 0 ? [`Left out, because without steps: ${someNames(left)}.`] : []
    return {
      format: 'dvclive',
      part: null,
      seed: null,
      table: tableOfPoints(points, 'step', notes),
      step: fixedStep('step')
    }
  }
}
