/** The dialects of tables, the surest first: the first that knows a table reads it. */
import type { RawTable } from '../../formats/types'
import type { Dialect, DialectRun } from './dialect'
import { longTable } from './long-table'
import { mmengine } from './mmengine'
import { monitor } from './monitor'
import { runNames, runsInRows } from './runs-in-rows'
import { wandbPanel } from './wandb-panel'

const dialects: readonly Dialect[] = [wandbPanel, longTable, monitor, mmengine, runsInRows]

/** The runs of a table; one, as it is, where no dialect knows it. */
export function runsOfTable(table: RawTable): DialectRun[] {
  for (const dialect of dialects) {
    const runs = dialect(table)
    if (runs) return runs
  }
  return [{ part: null, seed: null, table, step: null }]
}

/** Whether a column may say which run a row is of: rows that have not been read yet may be of others. */
export function hasRunColumn({ columns, words }: RawTable): boolean {
  return [...columns, ...words].some(({ name }) => runNames.test(name))
}
