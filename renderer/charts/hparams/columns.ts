/** Hyperparameters and metrics of runs as columns: what they hold, which rows pass filters, where values lie on axes. */
import { tickLabel } from '../../ui/format'
import { fromUnit, scaleOver, toUnit } from '../scales'
import { ticksOf } from '../ticks'
import { largest, smallest } from '../../ui/extremes'

const natural = new Intl.Collator('en', { numeric: true })

export type CellValue = number | string | boolean
export interface SessionRow {
  runId: string
  name: string
  color: string
  cells: Readonly<Record<string, CellValue | undefined>>
}
export interface Column {
  key: string
  label: string
  kind: 'param' | 'metric'
  numeric: boolean
  /** All of its numbers are whole, so its axis has no ticks between them. */
  whole: boolean
  /** Finite extremes; null when there are none. */
  range: { min: number; max: number } | null
  /** Distinct values as texts, of columns that are not numeric. */
  choices: string[]
}
export interface Filters {
  /** Both ends included. */
  ranges: Readonly<Record<string, readonly [number, number]>>
  /** Values that are not wanted, as texts. */
  excluded: Readonly<Record<string, readonly string[]>>
}

export function columnOf(key: string, label: string, kind: Column['kind'], rows: readonly SessionRow[]): Column {
  const values = rows.map(({ cells }) => cells[key]).filter((value) => value !== undefined)
  const numeric = values.length > 0 && values.every((value) => typeof value === 'number')
  if (!numeric) {
    const choices = [...new Set(values.map(String))].sort(natural.compare)
    return { key, label, kind, numeric: kind === 'metric' && values.length === 0, whole: false, range: null, choices }
  }
  const finite = values.filter((value) => Number.isFinite(value))
  const range = finite.length > 0 ? { min: smallest(finite), max: largest(finite) } : null
  return { key, label, kind, numeric, whole: values.every((value) => Number.isInteger(value)), range, choices: [] }
}

/** A row without a value passes no range: nothing says that it lies within. */
export function passes(row: SessionRow, { ranges, excluded }: Filters): boolean {
  for (const [key, [low, high]] of Object.entries(ranges)) {
    const value = row.cells[key]
    if (typeof value !== 'number' || !(value >= low && value <= high)) return false
  }
  for (const [key, values] of Object.entries(excluded)) {
    const value = row.cells[key]
    if (value !== undefined && values.includes(String(value))) return false
  }
  return true
}

/** Rows without a value come last, whatever the direction; NaN before those. */
export function sortRows(rows: readonly SessionRow[], key: string | null, ascending: boolean): SessionRow[] {
  const sign = ascending ? 1 : -1
  const text = (row: SessionRow): CellValue | undefined => (key === null ? row.name : row.cells[key])
  return [...rows].sort((a, b) => {
    const [x, y] = [text(a), text(b)]
    const rank = (value: CellValue | undefined): number =>
      value === undefined ? 2 : typeof value === 'number' && Number.isNaN(value) ? 1 : 0
    if (rank(x) !== rank(y)) return rank(x) - rank(y)
    if (rank(x) > 0) return 0
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y)
    return sign * natural.compare(String(x), String(y))
  })
}

/** Columns in the order in which they were dragged; those that never were keep theirs behind. */
export function orderColumns<T extends { key: string }>(columns: readonly T[], order: readonly string[]): T[] {
  const place = new Map(order.map((key, i) => [key, i]))
  return columns
    .map((column, i) => ({ column, at: place.get(column.key) ?? order.length + i }))
    .sort((a, b) => a.at - b.at)
    .map(({ column }) => column)
}

/** The order after one column was moved in front of another (null: to the end). */
export function moved(keys: readonly string[], key: string, before: string | null): string[] {
  const others = keys.filter((other) => other !== key)
  const at = before === null ? -1 : others.indexOf(before)
  return at < 0 ? [...others, key] : [...others.slice(0, at), key, ...others.slice(at)]
}

/** Where values lie along an axis: 0 at its beginning, 1 at its end. */
export interface Axis {
  logarithmic: boolean
  /** NaN for what it has no place for. */
  unit(value: CellValue | undefined): number
  ticks: { unit: number; label: string }[]
  /** What a stretch of the axis means as a filter. */
  filter(from: number, to: number): { range: [number, number] } | { excluded: string[] }
}

export function axisOf(column: Column, wantsLog: boolean, most = 5): Axis {
  if (!column.numeric) return choiceAxis(column.choices)
  const { min, max } = column.range ?? { min: 0, max: 1 }
  const logarithmic = wantsLog && min > 0
  const scale = scaleOver({ min, max }, logarithmic, {}, 0)
  return {
    logarithmic,
    unit: (value) => (typeof value === 'number' && Number.isFinite(value) ? toUnit(value, scale) : Number.NaN),
    ticks:
      min === max
        ? [{ unit: toUnit(min, scale), label: tickLabel(min) }]
        : ticksOf(scale, most)
            .filter(({ value }) => !column.whole || Number.isInteger(value))
            .map(({ value, label }) => ({
              unit: toUnit(value, scale),
              label: column.whole && Math.abs(value) < 1e4 ? tickLabel(value) : label
            })),
    filter(from, to) {
      const [low, high] = from < to ? [from, to] : [to, from]
      // A brush over the end means everything there: rounding must not cut the extreme off.
      return { range: [low <= 0 ? scale.min : fromUnit(low, scale), high >= 1 ? scale.max : fromUnit(high, scale)] }
    }
  }
}

function choiceAxis(choices: readonly string[]): Axis {
  const unitOf = (i: number): number => (i + 0.5) / Math.max(1, choices.length)
  return {
    logarithmic: false,
    unit(value) {
      const at = value === undefined ? -1 : choices.indexOf(String(value))
      return at < 0 ? Number.NaN : unitOf(at)
    },
    ticks: choices.map((label, i) => ({ unit: unitOf(i), label })),
    filter(from, to) {
      const [low, high] = from < to ? [from, to] : [to, from]
      return { excluded: choices.filter((_, i) => unitOf(i) < low || unitOf(i) > high) }
    }
  }
}

/** Runs of neighbouring places that have a value. */
export function piecesOf<T extends { unit: number }>(places: readonly T[]): T[][] {
  const pieces: T[][] = []
  let open = false
  for (const place of places) {
    if (Number.isNaN(place.unit)) open = false
    else if (open) pieces[pieces.length - 1].push(place)
    else {
      pieces.push([place])
      open = true
    }
  }
  return pieces
}
