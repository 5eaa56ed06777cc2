/** Commands and their options: one description from which parsing, checks and help all follow. */
import { parseArgs } from 'node:util'
import { suggestion } from '../text/near-names'
import type { Terminal } from './terminal'

/** Something wrong with what was typed: told in a sentence, exit code 2. */
export class UsageError extends Error {}

export interface OptionSpec {
  /** Placeholder of the value in the help; without it the option is a switch. */
  value?: string
  description: string
  multiple?: boolean
  required?: boolean
}

/** What the overview says of a command. */
export interface Named {
  name: string
  summary: string
}

export interface Command {
  /** What follows the name, as in `EXPERIMENT --project DIR`. */
  usage: string
  /** Further sentences of the help. */
  notes?: string[]
  options: Record<string, OptionSpec>
  /** How many words may stand without a `--name`, and what is missing when there are fewer. */
  words: { min: number; max: number; missing?: string }
  run(input: Input, context: Context): Promise<number>
}

export interface Context {
  terminal: Terminal
  /** Folder of the running build, where the workers lie. */
  buildFolder: string
}

export function parseInput(command: Named & Command, args: string[]): Input {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, help: { description: '' } as OptionSpec }).map(([name, spec]) => [
      name,
      {
        type: spec.value ? ('string' as const) : ('boolean' as const),
        multiple: spec.multiple ?? false,
        ...(name === 'help' ? { short: 'h' } : {})
      }
    ])
  )
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true })
    return new Input(values, positionals)
  } catch (error) {
    throw describeParseError(error as NodeJS.ErrnoException, command, Object.keys(options))
  }
}

/** Checks that need the whole input; apart from parsing, so that `--help` needs nothing else. */
export function checkInput(command: Named & Command, input: Input): void {
  const { min, max, missing } = command.words
  if (input.words.length < min) throw new UsageError(missing ?? `${command.name} needs ${min} words.`)
  if (input.words.length > max) {
    throw new UsageError(`${command.name} does not know what to do with "${input.words[max]}".`)
  }
  for (const [name, spec] of Object.entries(command.options)) {
    if (spec.required && input.text(name) === undefined) throw new UsageError(`--${name} ${spec.value} is missing.`)
  }
}

function describeParseError(error: NodeJS.ErrnoException, command: Named & Command, known: string[]): UsageError {
  const option = /'(?:-\w, )?--?([^'\s]+)/.exec(error.message)?.[1] ?? ''
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return new UsageError(`${command.name} has no option --${option}.${suggestion(option, known)}`)
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const value = command.options[option]?.value
      if (!value) return new UsageError(`--${option} is a switch and takes no value.`)
      return new UsageError(`--${option} needs a value: --${option}=${value}.`)
    }
    default:
      return new UsageError(error.message)
  }
}

/** The words and option values of one call, read with checks that name the option. */
export class Input {
  constructor(
    private readonly values: Record<string, string | boolean | (string | boolean)[] | undefined>,
    readonly words: string[]
  ) {}

  has(name: string): boolean {
    return this.values[name] === true
  }

  text(name: string): string | undefined {
    const value = this.values[name]
    return typeof value === 'string' ? value : undefined
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw new UsageError(`--${name} is missing.`)
    return value
  }

  texts(name: string): string[] {
    const value = this.values[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  /** `a,b` as two entries; undefined when the option was not given. */
  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  whole(name: string, range: { min: number; max: number }): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    return wholeNumber(text, `--${name}`, range)
  }

  number(name: string, min: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min) {
      throw new UsageError(`--${name} is "${text}"; it must be a number from ${min} up.`)
    }
    return value
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!choices.includes(text as T)) {
      throw new UsageError(`--${name} is "${text}"; it must be one of ${choices.join(', ')}.`)
    }
    return text as T
  }

  /** `0-3,7` as [0, 1, 2, 3, 7], each number once. */
  numbers(name: string, range: { min: number; max: number }): number[] | undefined {
    const items = this.list(name)
    if (!items) return undefined
    const numbers = items.flatMap((item) => {
      const [first, last] = bounds(item, `--${name}`, range)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    })
    if (numbers.length === 0) throw new UsageError(`--${name} is empty; give numbers such as 0-7 or 1,2,5.`)
    return [...new Set(numbers)]
  }

  /** `1-8` or `3`. */
  span(name: string, range: { min: number; max: number }): [number, number] | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : bounds(text, `--${name}`, range)
  }
}

/** More than this is a slip of the keyboard, and would fill the memory with numbers. */
const longestSpan = 100_000

function bounds(item: string, name: string, range: { min: number; max: number }): [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(item.trim())
  if (!match) throw new UsageError(`${name} has "${item}"; give a whole number such as 3, or a range such as 0-7.`)
  const first = wholeNumber(match[1], name, range)
  const last = match[2] === undefined ? first : wholeNumber(match[2], name, range)
  if (last < first) throw new UsageError(`${name} has "${item}"; a range starts with its smaller number.`)
  if (last - first >= longestSpan) throw new UsageError(`${name} has "${item}", which is too many.`)
  return [first, last]
}

function wholeNumber(text: string, name: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text)
  if (!/^[+-]?\d+$/.test(text.trim()) || value < min || value > max) {
    throw new UsageError(`${name} is "${text}"; it must be a whole number from ${min} to ${max}.`)
  }
  return value
}

export function helpOf(command: Named & Command): string {
  const rows = Object.entries(command.options).map(([name, spec]): [string, string] => [
    `--${name}${spec.value ? ` ${spec.value}` : ''}`,
    spec.description
  ])
  rows.push(['--help', 'Show this help.'])
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    command.summary,
    '',
    `Usage: phasescope ${command.name} ${command.usage}`,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    ...(command.notes ? ['', ...command.notes] : [])
  ].join('\n')
}
