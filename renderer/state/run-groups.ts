/** Runs by what they have in common: their experiment, seed, a hyperparameter, or a part of their name. */
import { seedOf } from '../../src/domain/run'
import type { RunInfo } from '../../src/domain/run'
import { compilePattern, PatternError } from '../../src/text/pattern'
import type { Matcher } from '../../src/text/pattern'

export type ParamValue = number | string | boolean
export type ParamsOf = (run: RunInfo) => Readonly<Record<string, ParamValue>>

export interface RunGroup {
  /** Runs without the property share a group of their own. */
  name: string
  known: boolean
  runs: RunInfo[]
}

/** `none`, `experiment`, `seed`, `regex`, or `param:` and the name of a hyperparameter. */
export type GroupBy = string

export type Pattern = { regex: Matcher | null; problem: null } | { regex: null; problem: string }

/** A regular expression as people type it: upper and lower case are the same, nothing typed matches everything. */
export function patternOf(text: string): Pattern {
  const trimmed = text.trim()
  if (!trimmed) return { regex: null, problem: null }
  try {
    return { regex: compilePattern(trimmed, { ignoreCase: true }), problem: null }
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    return { regex: null, problem: error.message }
  }
}

export function pathOf(run: Pick<RunInfo, 'name' | 'groupName'>): string {
  return `${run.groupName}/${run.name}`
}

/** A run matches by its name, its experiment's name, or both with a slash between. */
export function matches(run: Pick<RunInfo, 'name' | 'groupName'>, regex: Matcher | null): boolean {
  return !regex || regex.test(run.name) || regex.test(pathOf(run))
}

/** What the expression captures first, or the whole match when it captures nothing; null without a match. */
export function capture(run: Pick<RunInfo, 'name' | 'groupName'>, regex: Matcher | null): string | null {
  const found = regex && (regex.exec(run.name) ?? regex.exec(pathOf(run)))
  return found ? (found[1] ?? found[0]) : null
}

/** The value that decides a run's group; null when it has none. */
function groupValue(run: RunInfo, by: GroupBy, regex: Matcher | null, paramsOf: ParamsOf): ParamValue | null {
  if (by === 'experiment') return run.groupName || run.group
  if (by === 'seed') return seedOf(run)
  if (by === 'regex') return capture(run, regex)
  return paramsOf(run)[by.slice('param:'.length)] ?? null
}

/** Groups in the order of their values: numbers by size, names naturally, runs without the property last. */
export function groupRuns(
  runs: readonly RunInfo[],
  by: GroupBy,
  regex: Matcher | null,
  paramsOf: ParamsOf
): RunGroup[] {
  const found = new Map<string, RunGroup & { value: ParamValue | null }>()
  for (const run of runs) {
    const value = groupValue(run, by, regex, paramsOf)
    const name = value === null ? withoutName(by) : String(value)
    const key = `${value === null ? 'none' : typeof value} ${name}`
    const group = found.get(key) ?? { name, known: value !== null, runs: [], value }
    group.runs.push(run)
    found.set(key, group)
  }
  return [...found.values()]
    .sort((a, b) => Number(b.known) - Number(a.known) || compareValues(a.value, b.value))
    .map(({ name, known, runs: members }) => ({ name, known, runs: members }))
}

function withoutName(by: GroupBy): string {
  if (by === 'regex') return 'no match'
  return by === 'seed' ? 'no seed' : `no ${by.replace(/^param:/, '')}`
}

const natural = new Intl.Collator('en', { numeric: true })

/** Numbers by size, also where they are all that stands there (`0.01` before `0.1`, `1e-5` before both); else numbers in names. */
export function compareNaturally(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  return Number.isNaN(x) || Number.isNaN(y) || x === y ? natural.compare(a, b) : x < y ? -1 : 1
}

function compareValues(a: ParamValue | null, b: ParamValue | null): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return natural.compare(String(a), String(b))
}

/** Hyperparameters that at least two of the runs set differently: others would make one group of all. */
function varyingKeys(runs: readonly RunInfo[], paramsOf: ParamsOf): string[] {
  const first = new Map<string, ParamValue | undefined>()
  const varying = new Set<string>()
  runs.forEach((run, i) => {
    const params = paramsOf(run)
    for (const key of Object.keys(params)) if (!first.has(key)) first.set(key, i === 0 ? params[key] : undefined)
    for (const [key, value] of first) if (params[key] !== value) varying.add(key)
  })
  return [...varying].sort(compareNaturally)
}

/** Hyperparameters to group or colour by: those that differ, and the present choice, which may not differ any more. */
export function choosableKeys(runs: readonly RunInfo[], paramsOf: ParamsOf, by: GroupBy): string[] {
  const chosen = /^param:(.+)$/.exec(by)?.[1]
  return [...new Set([...varyingKeys(runs, paramsOf), ...(chosen === undefined ? [] : [chosen])])]
}
