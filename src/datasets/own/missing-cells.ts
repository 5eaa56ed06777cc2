/** Examples whose cells are empty: left out, or filled with the mean of their column; which of it is asked. */
import { FormatError, plural } from '../../formats/format-error'
import { type DataChoices, DataQuestion } from './choices'
import { columnOf, type InputColumn, type NamedTable } from './input-columns'

/** Rows of a table, or those that its column of splits gives to one of them. */
export interface Part extends NamedTable {
  rows: number[]
}

/** Parts whose rows have all values that they need, and what empty cells of numbers are filled with. */
export function complete(
  parts: readonly Part[],
  label: string,
  inputs: readonly InputColumn[],
  choices: DataChoices
): { parts: Part[]; notes: string[]; fill: Map<string, number> } {
  const numeric = inputs.filter(({ kind }) => kind === 'number').map(({ name }) => name)
  checkFinite(parts, numeric)
  const gaps = new Map<string, number>()
  const isWhole = (part: Part, row: number, names: readonly string[]): boolean => {
    let whole = true
    for (const name of names) {
      if (!Number.isNaN(columnOf(part, name).numbers![row])) continue
      gaps.set(name, (gaps.get(name) ?? 0) + 1)
      whole = false
    }
    return whole
  }
  const hasLabel = (part: Part, row: number): boolean => {
    const { words, numbers } = columnOf(part, label)
    return words ? words[row] !== '' : !Number.isNaN(numbers?.[row])
  }
  const labelled = parts.map((part) => ({ ...part, rows: part.rows.filter((row) => hasLabel(part, row)) }))
  const whole = labelled.map((part) => ({ ...part, rows: part.rows.filter((row) => isWhole(part, row, numeric)) }))
  const count = (some: readonly Part[]): number => some.reduce((sum, { rows }) => sum + rows.length, 0)
  const [all, unlabelled, odd] = [count(parts), count(parts) - count(labelled), count(labelled) - count(whole)]
  if (unlabelled + odd === 0) return { parts: whole, notes: [], fill: new Map() }
  if (choices.missing === undefined) throw askMissing(parts, label, all, unlabelled, odd, gaps)
  const isFilled = choices.missing === 'mean' && odd > 0
  const kept = isFilled ? labelled : whole
  kept.forEach(({ file, rows }) => {
    if (rows.length > 0) return
    throw new FormatError(file, null, `has no example whose cells are all filled in. Leave out the columns with the most gaps: ${mostGaps(gaps)}.`) // prettier-ignore
  })
  const notes = [
    ...(unlabelled > 0 ? [`${plural(unlabelled, 'example')} without "${label}" left out.`] : []),
    ...(odd > 0 && !isFilled ? [`${plural(odd, 'example')} with empty cells left out (${mostGaps(gaps)}).`] : []),
    ...(isFilled ? [`Empty cells hold the mean of the training examples (${mostGaps(gaps)}).`] : [])
  ]
  const fill = new Map(isFilled ? [...gaps.keys()].map((name) => [name, meanOf(kept[0], name)]) : [])
  return { parts: kept, notes, fill }
}

function mostGaps(gaps: ReadonlyMap<string, number>): string {
  const sorted = [...gaps].sort(([, a], [, b]) => b - a)
  const shown = sorted.slice(0, 5).map(([name, count]) => `"${name}" ${count}`)
  return `${shown.join(', ')}${sorted.length > 5 ? ` and ${sorted.length - 5} more columns` : ''}`
}

function askMissing(
  parts: readonly Part[],
  label: string,
  all: number,
  unlabelled: number,
  odd: number,
  gaps: ReadonlyMap<string, number>
): DataQuestion {
  const [{ file }] = parts
  const told = [
    ...(unlabelled > 0 ? [`${unlabelled} of ${plural(all, 'example')} of ${file} have no "${label}"`] : []),
    ...(odd > 0 ? [`${odd} of ${plural(all, 'example')} of ${file} have empty cells (${mostGaps(gaps)})`] : [])
  ]
  const leave = { value: 'leave-out', label: `Leave ${plural(unlabelled + odd, 'example')} out` }
  const answers =
    odd > 0 ? [leave, { value: 'mean', label: 'Fill empty cells with the mean of their column' }] : [leave]
  const also = odd > 0 ? ' Columns with many gaps can be left out as well.' : ''
  return new DataQuestion('missing', answers, `${told.join('; ')}. What should become of them?${also}`)
}

function checkFinite(parts: readonly Part[], names: readonly string[]): void {
  for (const part of parts) {
    for (const name of names) {
      const at = columnOf(part, name).numbers!.findIndex((value) => Math.abs(value) === Infinity)
      if (at < 0) continue
      const place = `line ${part.table.lines[at]}, column "${name}"`
      throw new FormatError(part.file, place, 'the value is infinite. Remove the line or correct it.')
    }
  }
}

/** Of the cells that have a value. */
function meanOf(part: Part, name: string): number {
  const { numbers } = columnOf(part, name)
  const values = part.rows.map((row) => numbers![row]).filter((value) => !Number.isNaN(value))
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
