/** `phasescope experiments`: what can be trained, and with which parameters. */
import { experiments, findExperiment } from '../../training/experiments'
import type { ExperimentSpec, ParamSpec } from '../../training/types'
import type { Command } from '../options'
import { table } from '../terminal'

export const experimentsCommand: Command = {
  name: 'experiments',
  summary: 'List the experiments, or the parameters of one.',
  usage: '[EXPERIMENT] [--json]',
  options: { json: { description: 'Print JSON.' } },
  words: { min: 0, max: 1 },
  async run(input, { terminal }) {
    const [id] = input.words
    if (input.has('json')) {
      terminal.out(JSON.stringify(id ? findExperiment(id) : experiments, null, 2))
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
      spec.params.map((param) => [param.key, String(param.default), allowed(param), param.label])
    ),
    '',
    `Hook points by default: ${spec.defaultHooks.join(', ')}`,
    `Recording by default: ${record.join(' ')}`
  ]
}

function allowed({ kind, min, max, choices }: ParamSpec): string {
  if (kind === 'boolean') return 'true, false'
  if (kind === 'choice') return (choices ?? []).map(({ value }) => value).join(', ')
  return `${kind} from ${min ?? '-Infinity'} to ${max ?? 'Infinity'}`
}
