/**
 * Logs of OpenMMLab (MMCV's `*.log.json`, MMEngine's `scalars.json`). In the older ones `iter` begins anew in each epoch; in the
 * newer ones validation counts its steps in epochs while training counts iterations.
 */
import type { RawColumn, RawTable } from '../../formats/types'
import { largest } from '../../numeric/statistics'
import { fixedStep } from '../recorded'
import { columnOf, type Dialect, wordsOf } from './dialect'

export const mmengine: Dialect = (table) => {
  const [epochs, iterations, steps] = ['epoch', 'iter', 'step'].map((name) => columnOf(table, [name]))
  const modes = wordsOf(table, ['mode'])
  if (modes?.names.some((mode) => mode === 'train') && epochs && iterations) {
    return ofEpochs(table, epochs, iterations, (row) => modes.names[modes.codes[row]] !== 'train')
  }
  if (iterations && steps) return ofValidations(table, epochs, iterations, steps)
  return null
}

/** (epoch - 1) x iterations of an epoch + iter; validation stands at the end of its epoch. */
function ofEpochs(
  table: RawTable,
  epochs: RawColumn,
  iterations: RawColumn,
  isHeld: (row: number) => boolean
): ReturnType<Dialect> {
  const has = (row: number): boolean => epochs.present[row] === 1 && iterations.present[row] === 1
  const rows = Array.from(table.lines.keys())
  const trained = rows.filter((row) => has(row) && !isHeld(row))
  const falls = trained.some((row, i) => i > 0 && iterations.values[row] < iterations.values[trained[i - 1]])
  // By iterations throughout, nothing begins anew.
  const length = falls ? largest(trained.map((row) => iterations.values[row])) : 0
  if (trained.length === 0) return null
  const values = new Float64Array(table.rows)
  const present = new Uint8Array(table.rows)
  let last = 0
  for (const row of rows) {
    if (!has(row)) continue
    const epoch = epochs.values[row]
    values[row] = isHeld(row)
      ? falls
        ? epoch * length
        : last
      : falls
        ? (epoch - 1) * length + iterations.values[row]
        : iterations.values[row]
    present[row] = 1
    last = values[row]
  }
  const notes = [...table.notes]
  if (falls)
    notes.push(
      `"${iterations.name}" begins anew in each epoch: steps are ${length}, the last that was logged, for each epoch before, and "${iterations.name}"; validation stands at the end of its epoch.`
    )
  const parted = heldApart({ ...table, notes }, isHeld, [epochs.name, iterations.name])
  return withSteps(parted, { name: 'step', values, present }, [iterations.name])
}

/** Rows of a validation have no `iter`, and for a step the epoch of the training rows before them. */
function ofValidations(
  table: RawTable,
  epochs: RawColumn | undefined,
  iterations: RawColumn,
  steps: RawColumn
): ReturnType<Dialect> {
  if (steps.present.includes(0)) return null
  const values = Float64Array.from(steps.values)
  let moved = 0
  let last = -1
  for (let row = 0; row < table.rows; row++) {
    if (iterations.present[row] === 1) {
      if (steps.values[row] < iterations.values[row]) return null
      last = row
    } else if (last >= 0 && values[row] < values[last]) {
      if (epochs && epochs.present[last] === 1 && Math.ceil(epochs.values[last]) !== values[row]) return null
      values[row] = values[last]
      moved += 1
    }
  }
  if (moved === 0) return null
  const notes = [
    ...table.notes,
    `${moved === 1 ? '1 row' : `${moved} rows`} of validation, whose step is an epoch, stand at the step of the training row before.`
  ]
  const isHeld = (row: number): boolean => iterations.present[row] === 0
  return withSteps(heldApart({ ...table, notes }, isHeld, [steps.name]), { ...steps, values }, [])
}

/** What training and validation both record, as the time of a batch, would be one series: that of validation is `val/time`. */
function heldApart(table: RawTable, isHeld: (row: number) => boolean, except: readonly string[]): RawTable {
  const columns = table.columns.flatMap((column): RawColumn[] => {
    const held = column.present.map((there, row) => (there === 1 && isHeld(row) ? 1 : 0))
    const trained = column.present.map((there, row) => (there === 1 && !isHeld(row) ? 1 : 0))
    if (except.includes(column.name) || !held.includes(1) || !trained.includes(1)) return [column]
    return [
      { ...column, present: trained },
      { ...column, name: `val/${column.name}`, present: held }
    ]
  })
  return { ...table, columns }
}

function withSteps(table: RawTable, steps: RawColumn, without: readonly string[]): ReturnType<Dialect> {
  const columns = table.columns.filter(({ name }) => name !== steps.name && !without.includes(name))
  const words = table.words.filter(({ name }) => name !== 'mode')
  return [
    { part: null, seed: null, table: { ...table, columns: [steps, ...columns], words }, step: fixedStep(steps.name) }
  ]
}
