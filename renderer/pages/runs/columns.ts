/** Columns of the run table. Each is an expression (docs/expressions.md): a field, a hyperparameter, a metric, something of the states. */
import { factOf, namesOf } from '../../../src/domain/run-facts'
import { lastKeys, roleWords, type RoleChoices } from '../../../src/domain/roles'
import { ruleTitles, type RuleId } from '../../../src/domain/reading'
import type { RunInfo } from '../../../src/domain/run'
import type { ExpressionValue } from '../../../src/contract/runs'
import { duration, integer, metricValue, signed, significant } from '../../ui/format'

export type Value = ExpressionValue

export interface Column {
  /** The expression, which is also its key. */
  text: string
  title: string
  /** In a sentence. */
  about: string
  /** Which end is the good one; null: neither. */
  best: 'max' | 'min' | null
}

/** Of a series; the first is what is offered first. */
export const seriesFunctions = ['last', 'min', 'max', 'mean', 'first', 'count'] as const

const fieldTitles: Record<string, string> = {
  valAccuracy: 'val acc',
  trainAccuracy: 'train acc',
  valLoss: 'val loss',
  trainLoss: 'train loss',
  step: 'steps',
  seconds: 'time',
  path: 'State path',
  reading: 'Reading',
  tags: 'Tags'
}
/** What the path of states shows; it is a drawing, and sorted and grouped as a text. */
export const pathColumn = 'path'
/** Every column that needs no question to the host. */
const nameOnly = /^[A-Za-z_][\w.]*$/

/** Words stand on the left, numbers on the right. */
export function isOfWords(text: string): boolean {
  return text === pathColumn || text === 'tags' || text === 'reading'
}

export function isFact(text: string): boolean {
  return nameOnly.test(text) && text !== pathColumn
}

const ofSeries = new RegExp(`^(${seriesFunctions.join('|')})\\((?:"((?:[^"\\\\]|\\\\.)+)"|'((?:[^'\\\\]|\\\\.)+)')\\)$`)

/** A tag as an expression has it: signs that would end it, or be taken for that, have a backslash. */
export function quoted(tag: string): string {
  return `"${tag.replace(/["'\\]/g, '\\$&')}"`
}

/** A function of a series, and its tag; null for any other expression. */
function seriesOf(text: string): { of: string; tag: string } | null {
  const found = ofSeries.exec(text)
  return found && { of: found[1], tag: (found[2] ?? found[3]).replace(/\\(["'\\])/g, '$1') }
}
const ofState = /^(entered|dwell|visits)\((\d+)\)$/

/** @param said what people have said about roles */
export function columnOf(text: string, said: RoleChoices = {}): Column {
  const series = seriesOf(text)
  if (series) {
    const { of, tag } = series
    return {
      text,
      title: `${tag} ${of}`,
      about: `${aboutSeries[of]} of ${tag}`,
      best: of === 'count' ? null : bestOfTag(tag)
    }
  }
  const state = ofState.exec(text)
  if (state) {
    const [, of, number] = state
    const titles: Record<string, string> = {
      entered: `S${number} at`,
      dwell: `in S${number}`,
      visits: `S${number} visits`
    }
    const abouts: Record<string, string> = {
      entered: `Step at which state ${number} is first entered`,
      dwell: `Steps spent in state ${number}`,
      visits: `How often state ${number} is entered`
    }
    return { text, title: titles[of], about: abouts[of], best: of === 'entered' ? 'min' : null }
  }
  if (Object.hasOwn(roleOfField, text)) {
    const role = roleOfField[text as keyof typeof roleOfField]
    return { text, title: fieldTitles[text], about: aboutRole(role, said), best: /Accuracy/.test(text) ? 'max' : 'min' }
  }
  if (text === 'reading') {
    return {
      text,
      title: fieldTitles[text],
      about: 'What is wrong with the run, if something is; its page says more',
      best: null
    }
  }
  const about = text === pathColumn ? 'States that the run goes through, in the analysis that is shown' : text
  return { text, title: fieldTitles[text] ?? text, about, best: null }
}

const roleOfField = {
  valAccuracy: 'valAccuracy',
  trainAccuracy: 'trainAccuracy',
  valLoss: 'valLoss',
  trainLoss: 'trainLoss'
} as const

const aboutSeries: Record<string, string> = {
  last: 'Newest value',
  min: 'Smallest value',
  max: 'Largest value',
  mean: 'Mean of the values',
  first: 'First value',
  count: 'Number of points'
}

/** What a column of an outcome shows, in words: a run may call it anything. */
function aboutRole(role: keyof typeof roleOfField, said: RoleChoices): string {
  const tag = said[role]
  if (tag === null) return `Nothing is the ${roleWords[role]}: you have set it so.`
  return `Last value of the ${roleWords[role]}${tag === undefined ? ', told by the names of the series' : `: ${tag}, where a run has it`}`
}

function bestOfTag(tag: string): 'max' | 'min' | null {
  if (/loss|error|perplexity|\b(mse|mae|nll|bce)\b/i.test(tag)) return 'min'
  return /acc|f1|auc|precision|recall|\br2\b/i.test(tag) ? 'max' : null
}

/** Whether the first click on a column sorts upwards: the best stands first. */
export function isAscendingFirst(column: Column): boolean {
  return column.best !== 'max'
}

/** Hyperparameters, those that the runs have differently first; both in the order of the forms. */
export function hyperparameters(runs: readonly RunInfo[]): { differ: string[]; same: string[] } {
  const seen = new Map<string, Set<string>>()
  for (const { spec } of runs) {
    for (const [key, value] of Object.entries(spec?.params ?? {})) {
      const values = seen.get(key) ?? new Set()
      values.add(String(value))
      seen.set(key, values)
    }
  }
  const trained = runs.filter(({ spec }) => spec !== null)
  const everywhere = (key: string): boolean => trained.every(({ spec }) => Object.hasOwn(spec!.params, key))
  const differ = [...seen].filter(([key, values]) => values.size > 1 || !everywhere(key)).map(([key]) => key)
  const fields = namesOf([])
  /** A hyperparameter that is called as a field is. */
  const named = (key: string): string => (fields.has(key) ? `params.${key}` : key)
  return {
    differ: differ.map(named),
    same: [...seen.keys()].filter((key) => !differ.includes(key)).map(named)
  }
}

/** More columns of hyperparameters are chosen, not shown unasked. */
const mostHyperparameters = 4

/** What is shown where nobody has chosen. */
export function usualColumns(runs: readonly RunInfo[]): string[] {
  const some = (key: string): boolean => runs.some(({ last }) => last[key] !== undefined)
  return [
    'seed',
    ...hyperparameters(runs).differ.slice(0, mostHyperparameters),
    ...(runs.some(({ lead }) => lead) ? ['reading'] : []),
    pathColumn,
    ...Object.keys(roleOfField).filter((field) => some(lastKeys[roleOfField[field as keyof typeof roleOfField]])),
    ...(some('weights/l2') ? ['last("weights/l2")'] : []),
    ...['step', 'seconds', 'tags']
  ]
}

export function factValue(run: RunInfo, text: string): Value {
  return factOf(run, text) as Value
}

/** A value as the table shows it. */
export function valueText({ text }: Column, value: Value): string {
  if (value === null) return '–'
  if (Array.isArray(value)) return value.join(text === pathColumn ? ' ' : ', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (text === 'reading') return ruleTitles[value as RuleId] ?? String(value)
  if (typeof value !== 'number') return String(value)
  if (text === 'seconds') return value > 0 ? duration(value) : '–'
  if (text === 'step' || /^(entered|dwell|visits|count)\(/.test(text)) return integer(value)
  const accuracy = text === 'valAccuracy' || text === 'trainAccuracy'
  const tag = accuracy ? 'accuracy' : (seriesOf(text)?.tag ?? null)
  return tag === null && isFact(text) && !/Loss$/.test(text) ? asTyped(value) : metricValue(tag ?? '', value)
}

/** A mean and half of its interval: one digit that is not sure, two where it is a 1, and no more of the mean. */
export function meanText(column: Column, mean: number, half: number): [string, string] {
  const exponent = Math.floor(Math.log10(half))
  if (!Number.isFinite(exponent) || exponent < -5 || exponent > 6 || column.text === 'seconds')
    return [valueText(column, mean), valueText(column, half)]
  const decimals = Math.max(0, (half / 10 ** exponent < 2 ? 1 : 0) - exponent)
  const text = (value: number): string => (decimals === 0 ? integer(value) : signed(value.toFixed(decimals)))
  return [text(mean), text(half)]
}

/** Hyperparameters as they were typed, as far as that can be told. */
function asTyped(value: number): string {
  const short = String(value)
  return short.length <= 9 ? short.replace('-', '\u2212') : significant(value, 4)
}
