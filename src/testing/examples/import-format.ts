/** Adding a format of imports: a dialect of tables, as it would stand in src/imports/dialects. Steps are counted in thousands. */
import { columnOf, type Dialect } from '../../imports/dialects/dialect'
import { fixedStep } from '../../imports/recorded'

export const thousands: Dialect = (table) => {
  const counted = columnOf(table, ['ksteps'])
  if (!counted) return null
  const steps = { ...counted, name: 'steps', values: counted.values.map((value) => value * 1000) }
  const columns = [steps, ...table.columns.filter((column) => column !== counted)]
  return [{ part: null, seed: null, table: { ...table, columns }, step: fixedStep('steps') }]
}
