/** Hyperparameters: completing them with defaults and refusing what cannot work, in sentences. */
import { ConfigError } from '../hooks/config-error'
import { suggestion } from '../text/near-names'
import { hookKinds } from '../domain/hook-kinds'
import { watchProblems } from './watched-metric'
import type { ExperimentSpec, ParamSpec, ParamValue } from '../domain/recipe'
import type { RecordOptions } from '../domain/record-options'

export interface ParamProblem {
  /** The parameter concerned, or null. */
  key: string | null
  message: string
}

export type Params = Record<string, ParamValue>

/** Full parameters, with the default in place of every value that is missing or bad, and what is wrong with the others. */
export function completeParams(spec: ExperimentSpec, overrides: Params): { params: Params; problems: ParamProblem[] } {
  const params: Params = {}
  const problems: ParamProblem[] = []
  const known = spec.params.map(({ key }) => key)
  for (const key of Object.keys(overrides)) {
    if (!known.includes(key)) {
      problems.push({ key: null, message: `${spec.title} has no parameter "${key}".${suggestion(key, known)}` })
    }
  }
  for (const param of spec.params) {
    const usual = defaultOf(param, params)
    const value = overrides[param.key] ?? usual
    const message = checkValue(param, value)
    if (message) problems.push({ key: param.key, message })
    params[param.key] = message ? usual : value
  }
  return { params, problems: [...problems, ...watchProblems(params)] }
}

/** The default of a parameter beside those that come before it. */
function defaultOf({ default: usual, defaultFor }: ParamSpec, params: Params): ParamValue {
  return defaultFor?.values[String(params[defaultFor.key])] ?? usual
}

/** What is wrong with a value, or null. */
function checkValue(param: ParamSpec, value: ParamValue): string | null {
  const { key, label, kind, min, max } = param
  const shown = typeof value === 'string' ? `"${value}"` : String(value)
  const name = `${label} (${key})`
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' ? null : `${name} is ${shown}; it must be true or false.`
    case 'choice': {
      const choices = param.choices ?? []
      if (choices.some((choice) => choice.value === value)) return null
      return `${name} is ${shown}; it must be one of ${choices.map((choice) => choice.value).join(', ')}.`
    }
    case 'tag': {
      const ok = typeof value === 'string' && /^\S(.*\S)?$/.test(value) && value.length <= 200
      return ok ? null : `${name} is ${shown}; it must be the tag of a recorded metric, such as loss/val.`
    }
    case 'integer':
    case 'number': {
      const what = kind === 'integer' ? 'a whole number' : 'a number'
      const range = `${what} from ${min ?? '-Infinity'} to ${max ?? 'Infinity'}`
      const ok =
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (kind === 'number' || Number.isInteger(value)) &&
        value >= (min ?? -Infinity) &&
        value <= (max ?? Infinity)
      return ok ? null : `${name} is ${shown}; it must be ${range}.`
    }
  }
}

/** What is wrong with recording options, in sentences. */
export function recordProblems(record: RecordOptions): ParamProblem[] {
  const problems: ParamProblem[] = []
  const whole = (key: keyof RecordOptions, label: string, max: number, min = 1): void => {
    const value = record[key] as number
    if (!Number.isInteger(value) || value < min || value > max) {
      problems.push({ key, message: `${label} (${key}) is ${value}; it must be a whole number from ${min} to ${max}.` })
    }
  }
  whole('metricsEvery', 'The interval of metrics', 1_000_000)
  whole('activationsEvery', 'The interval of activations', 1_000_000)
  whole('checkpointEvery', 'The interval of checkpoints', 1_000_000)
  whole('histogramBins', 'The number of bins', 1024, 2)
  if (!['step', 'epoch', 'log'].includes(record.metricsUnit)) {
    const message = `The unit of metrics (metricsUnit) is "${String(record.metricsUnit)}"; it must be step, epoch or log.`
    problems.push({ key: 'metricsUnit', message })
  }
  const strange = record.observe.find((kind) => !hookKinds.includes(kind))
  if (strange !== undefined) {
    const message = `What is observed (observe) has "${String(strange)}"; known are ${hookKinds.join(', ')}.`
    problems.push({ key: 'observe', message })
  }
  if (!Number.isInteger(record.keepCheckpoints) || record.keepCheckpoints < 2) {
    const message = `Kept checkpoints (keepCheckpoints) is ${record.keepCheckpoints}; it must be a whole number from 2.`
    problems.push({ key: 'keepCheckpoints', message })
  }
  if (typeof record.keepBest !== 'boolean') {
    const message = `The best checkpoint (keepBest) is ${String(record.keepBest)}; it must be true or false.`
    problems.push({ key: 'keepBest', message })
  }
  if (!['found', 'fixed'].includes(record.histogramRange)) {
    const message = `The histogram's range (histogramRange) is "${String(record.histogramRange)}"; it must be found or fixed.`
    problems.push({ key: 'histogramRange', message })
  }
  const { histogramMin: low, histogramMax: high } = record
  if (!Number.isFinite(low) || !Number.isFinite(high) || low >= high) {
    const message = `The histogram reaches from ${low} to ${high}; its minimum must be below its maximum.`
    problems.push({ key: 'histogramMin', message })
  }
  return problems
}

/** Throws the first problem. */
export function refuse(problems: readonly ParamProblem[]): void {
  if (problems.length > 0) throw new ConfigError(problems.map(({ message }) => message).join(' '), problems[0].key)
}
