/** Lists of records inside of JSON documents: found at any depth, joined where they count the same steps, read as JSON lines are. */
import { plural, someNames } from '../../formats/format-error'
import { flatten, type JsonRecord, tableOfRecords } from '../../formats/json-lines'
import { runsOfTable } from '../dialects'
import type { DialectRun } from '../dialects/dialect'

export type Fields = Record<string, unknown>

export const stepName = /^(_?step|global_step|iteration|epoch)s?$/i
/** How deep records may lie. */
export const deepest = 3

/** Records as the lines of JSON lines would be; the dialects of tables say the rest. */
export function recordRuns(list: readonly unknown[], file: string, notes: readonly string[]): DialectRun[] | null {
  const records = list.flatMap((fields, i): JsonRecord[] => (isFields(fields) ? [{ line: i + 1, fields }] : []))
  if (records.length === 0 || records.length < list.length / 2) return null
  if (!records.some(({ fields }) => flatten(fields).some(([, leaf]) => typeof leaf === 'number'))) return null
  const odd = list.length - records.length
  const told = odd > 0 ? [...notes, `${plural(odd, 'element')} of the list left out, as no objects.`] : notes
  return runsOfTable(tableOfRecords(records, file, told))
}

interface RecordList {
  path: string
  list: Fields[]
}

/** Every list of more than one object with numbers, at most `deepest` names down. */
export function recordsIn(value: Fields, depth: number): RecordList[] {
  return Object.entries(value).flatMap(([key, item]): RecordList[] => {
    if (Array.isArray(item))
      return item.length > 1 && item.every(isFields) && item.some(hasNumber) ? [{ path: key, list: item as Fields[] }] : [] // prettier-ignore
    if (!isFields(item) || depth + 1 === deepest) return []
    return recordsIn(item, depth + 1).map(({ path, list }) => ({ path: `${key}/${path}`, list }))
  })
}

/** The longest list, and all that count their steps as it does: { train: [...], val: [...] }, each under its own name. */
export function joinedRecords(all: readonly RecordList[]): { list: Fields[]; notes: string[] } {
  const main = all.reduce((longest, one) => (one.list.length > longest.list.length ? one : longest))
  const counted = Object.keys(main.list[0]).find((key) => stepName.test(key))
  const alike =
    counted === undefined ? [main] : all.filter((one) => one === main || one.list.every((record) => counted in record))
  const left = all.filter((one) => !alike.includes(one)).map(({ path }) => path)
  const notes = [`Read from ${someNames(alike.map(({ path }) => path))}.`]
  if (left.length > 0) notes.push(`Left out, because other records: ${someNames(left)}.`)
  if (alike.length === 1) return { list: main.list, notes }
  const list = alike.flatMap(({ path, list: own }) =>
    own.map((record) =>
      Object.fromEntries(
        Object.entries(record).map(([key, item]) => [stepName.test(key) ? key : `${path}/${key}`, item])
      )
    )
  )
  return { list, notes }
}

export function hasNumber(fields: unknown): boolean {
  return isFields(fields) && Object.values(fields).some((item) => typeof item === 'number')
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
