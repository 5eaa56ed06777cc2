/**
 * What the page of Weights & Biases exports of a panel: a column "run - metric" for each run, and beside it, where points were joined
 * for the screen, "run - metric__MIN" and "__MAX".
 */
import { someNames } from '../../formats/format-error'
import type { RawColumn, RawTable } from '../../formats/types'
import { rowsOf } from '../table-builder'
import type { Dialect } from './dialect'

const between = ' - '

export const wandbPanel: Dialect = (table) => {
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const shared = table.columns.filter(({ name }) => !name.includes(between))
  const values = table.columns.filter(({ name }) => name.includes(between) && !/__(MIN|MAX)$/.test(name))
  const isSure = values.some(({ name }) => byName.has(`${name}__MIN`) && byName.has(`${name}__MAX`))
  // Without the limits the steps alone are named otherwise.
  if (values.length === 0 || (!isSure && (shared.length !== 1 || !/^(step|_step)$/i.test(shared[0].name)))) return null
  const runs = new Map<string, { metric: string; column: RawColumn }[]>()
  for (const column of values) {
    const at = column.name.lastIndexOf(between)
    const [run, metric] = [column.name.slice(0, at), column.name.slice(at + between.length)]
    runs.set(run, [...(runs.get(run) ?? []), { metric, column }])
  }
  return [...runs].map(([run, metrics]) => {
    // The steps of a run once more, as a metric of its own.
    const recorded = metrics.filter(({ metric }) => metric !== '_step')
    const notes = [...table.notes]
    const columns = recorded.flatMap(({ metric, column }): RawColumn[] => {
      const limits = ['MIN', 'MAX'].flatMap((end) => byName.get(`${column.name}__${end}`) ?? [])
      const isSame = limits.every(({ values: of, present }) =>
        of.every((value, row) => present[row] === 0 || column.present[row] === 0 || value === column.values[row])
      )
      if (isSame || limits.length < 2) return [{ ...column, name: metric }]
      notes.push(`${someNames([metric])} is the mean of several points; their least and largest are kept beside it.`)
      const [least, largest] = limits
      return [
        { ...column, name: metric },
        { ...least, name: `${metric}/min` },
        { ...largest, name: `${metric}/max` }
      ]
    })
    const all: RawTable = { ...table, columns: [...shared, ...columns], words: [], notes }
    const rows = Array.from(table.lines.keys()).filter((row) => columns.some(({ present }) => present[row] === 1))
    return { part: run, seed: null, table: rowsOf(all, rows), step: null }
  })
}
