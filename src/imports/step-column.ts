/** Which column of a file counts steps. */
import { unnamedColumn } from '../formats/delimited'
import { someNames } from '../formats/format-error'
import { attemptStarts } from './attempts'
import { normalName } from './series-names'
import type { RawColumn, RawTable, StepColumn } from '../formats/types'
import { smallest } from '../numeric/statistics'

/** Stands for the row number where a column is asked for. */
export const rowNumber = '#row'

/**
 * Names of step columns in the tools that docs/import.md lists; those of one line are equally good, earlier lines are better.
 * The last one is what a table without any of them may have: its rows counted in front.
 */
const names = [
  [
    'step',
    'steps',
    '_step',
    'global_step',
    'trainer_global_step',
    'train_global_step',
    'current_step',
    'current_steps'
  ],
  ['timesteps', 'total_timesteps', 'time_total_timesteps', 'num_timesteps', 'timesteps_total', 'env_steps', 'env_step'],
  ['iteration', 'iterations', 'iter', 'iters', 'training_iteration', 'num_updates', 'n_updates', 'updates', 'round'],
  ['batch'],
  ['epoch', 'epochs'],
  [normalName(unnamedColumn)]
]
/** With more rows than this that contradict earlier rows of their step, a column does not count steps. */
const mostConflicts = 0.1

export function findStepColumn(table: RawTable): StepColumn {
  const candidates = table.columns
    .map((column) => ({
      column,
      rank: names.findIndex((line) => line.includes(normalName(column.name))),
      whole: isWhole(column)
    }))
    .filter(({ rank, whole }) => rank >= 0 || whole)
  const named = candidates.filter(({ rank }) => rank >= 0)
  // An epoch that is a fraction counts no steps; where one other column only ever rises, that one does.
  const rising = candidates.filter(({ column, rank, whole }) => rank < 0 && whole && rises(column))
  const isFraction =
    named.length > 0 && named.every(({ column, whole }) => !whole && /^epochs?$/.test(normalName(column.name)))
  if (isFraction && rising.length === 1 && table.columns.length > named.length + 1) {
    const column = rising[0].column.name
    return { column, candidates: candidates.map((one) => one.column.name), unclear: null }
  }
  const possible = candidates.map(({ column }) => column.name)
  if (named.length === 0) {
    const unclear = `No column is called step, iteration, batch or epoch, so say which one counts steps.`
    return { column: null, candidates: possible, unclear }
  }
  const conflicts = new Map(named.map(({ column }) => [column, shareOfConflicts(table, column)]))
  const clean = named.filter(({ column, whole }) => whole && conflicts.get(column) === 0)
  const usable = named.filter(({ column, whole }) => whole && conflicts.get(column)! <= mostConflicts)
  // A lone candidate that is not whole is chosen all the same: reading it says what is wrong and where.
  const pool =
    clean.length > 0 ? clean : usable.length > 0 ? usable : named.length === 1 && !named[0].whole ? named : []
  const best = smallest(pool.map(({ rank }) => rank))
  const winners = pool.filter(({ rank }) => rank === best).map(({ column }) => column)
  if (winners.length > 0 && winners.every((column) => sameValues(column, winners[0]))) {
    return { column: winners[0].name, candidates: possible, unclear: null }
  }
  const which = (winners.length > 0 ? winners : named.map(({ column }) => column)).map((column) => column.name)
  const unclear =
    which.length > 1
      ? `${someNames(which)} could each count steps, so say which one does.`
      : `"${which[0]}" has the same value in many rows, so say which column counts steps.`
  return { column: null, candidates: possible, unclear }
}

/** Whole numbers in most rows: a few rows may have no step, such as a remark at the end of a log. */
function isWhole({ values, present }: RawColumn): boolean {
  let there = 0
  for (let row = 0; row < values.length; row++) {
    if (present[row] === 0) continue
    if (!Number.isSafeInteger(values[row])) return false
    there += 1
  }
  return there > values.length / 2
}

function rises({ values, present }: RawColumn): boolean {
  let before = -Infinity
  for (let row = 0; row < values.length; row++) {
    if (present[row] === 0) continue
    if (values[row] <= before) return false
    before = values[row]
  }
  return values.length > 1
}

function sameValues(a: RawColumn, b: RawColumn): boolean {
  return a.values.every((value, row) => value === b.values[row])
}

/**
 * Share of rows with a value where an earlier row of the same step has another one already. Rows that complete each
 * other, as when training and validation are logged apart, do not count.
 */
function shareOfConflicts(table: RawTable, steps: RawColumn): number {
  const first = new Map<number, number>()
  // A training that was started again repeats steps, and contradicts nothing.
  const starts = new Set(steps.present.every((there) => there === 1) ? attemptStarts(steps.values) : [])
  // An epoch that is a fraction is rounded now one way and now another.
  const compared = table.columns.filter(({ name }) => !/^epochs?$/.test(normalName(name)))
  let conflicts = 0
  for (let row = 0; row < table.rows; row++) {
    if (steps.present[row] === 0) continue
    if (starts.has(row)) first.clear()
    const before = first.get(steps.values[row])
    if (before === undefined) {
      first.set(steps.values[row], row)
      continue
    }
    const contradicts = ({ values, present }: RawColumn): boolean =>
      present[before] === 1 && present[row] === 1 && !Object.is(values[before], values[row])
    if (compared.some(contradicts)) conflicts += 1
  }
  return conflicts / table.rows
}
