/** `phasescope experiments`: what can be trained, and with which parameters. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { backendNames } from '../../domain/backends'
import { experiments, findExperiment } from '../../training/experiments'
import type { ExperimentSpec, ParamSpec } from '../../domain/recipe'
import { withEngine } from '../host'
import type { Command, Context, Input } from '../options'
import { table } from '../terminal'
import { verifyCases } from '../verify/cases'
import { verify } from '../verify/verify'

export const experimentsCommand: Command = {
  usage: '[EXPERIMENT] [--json] [--verify [--project DIR] [--jobs N]]',
  options: {
    json: { description: 'Print JSON.' },
    verify: {
      description: 'Train every experiment, or this one, and compare it with what it is known for. Takes long.'
    },
    project: { value: 'DIR', description: 'verify: keep the runs in this project. Default: a temporary one.' },
    backend: { value: 'NAME', description: `verify: ${backendNames.join(', ')} or auto (default).` },
    jobs: { value: 'N', description: 'verify: runs side by side. Default: one per core.' }
  },
  words: { min: 0, max: 1 },
  async run(input, context) {
    const { terminal } = context
    const [id] = input.words
    if (input.has('verify')) return verifyAll(id ?? null, input, context)
    if (input.has('json')) {
      terminal.json(id ? findExperiment(id) : experiments, 2)
      return 0
    }
    const lines = id
      ? details(findExperiment(id))
      : table(
          ['NAME', 'WHAT IT SHOWS'],
          experiments.map(({ id: name, description }) => [name, description])
        )
    for (const line of lines) terminal.out(line)
    return 0
  }
}

async function verifyAll(id: string | null, input: Input, context: Context): Promise<number> {
  if (id !== null) findExperiment(id)
  const cases = verifyCases.filter(({ experiment }) => id === null || experiment === id)
  const backend = input.choice('backend', [...backendNames, 'auto'] as const) ?? 'auto'
  const kept = input.text('project')
  const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'phasescope-verify-'))
  try {
    return await withEngine(context, { jobs: input.whole('jobs', { min: 1, max: 256 }) }, async (engine) => {
      await engine.openOrCreateFolder(folder, basename(folder))
      return (await verify(engine, cases, backend, context.terminal)) ? 0 : 1
    })
  } finally {
    if (!kept) rmSync(folder, { recursive: true, force: true })
  }
}

function details(spec: ExperimentSpec): string[] {
  const record = Object.entries(spec.defaultRecord).map(([key, value]) => `${key}=${value}`)
  return [
    `${spec.id}: ${spec.title}`,
    spec.description,
    `Expected: ${spec.expected}`,
    `Reference: ${spec.reference}`,
    '',
    ...table(
      ['PARAMETER', 'DEFAULT', 'ALLOWED', ''],
      spec.params.map((param) => [param.key, defaultText(param), allowed(param), param.label])
    ),
    '',
    `Hook points by default: ${spec.defaultHooks.join(', ')}`,
    `Recording by default: ${record.join(' ')}`
  ]
}

function defaultText({ default: usual, defaultFor }: ParamSpec): string {
  const others = Object.entries(defaultFor?.values ?? {}).map(([value, other]) => `${value}: ${other}`)
  return others.length > 0 ? `${usual} (${others.join(', ')})` : String(usual)
}

function allowed({ kind, min, max, choices }: ParamSpec): string {
  if (kind === 'boolean') return 'true, false'
  if (kind === 'tag') return 'the tag of a recorded metric'
  if (kind === 'choice') return (choices ?? []).map(({ value }) => value).join(', ')
  return `${kind} from ${min ?? '-Infinity'} to ${max ?? 'Infinity'}`
}
