/** What a run is, in words and in values, for whoever opens its event file elsewhere. */
import { findExperiment } from './experiments'
import type { Params } from './params'
import type { ParamValue, RunSpec } from './types'

/** All hyperparameters, the seed and what else decides the result. `params` must be complete. */
export function hparamsOf(spec: RunSpec, params: Params): Record<string, ParamValue> {
  return { experiment: spec.experiment, ...params, seed: spec.seed, backend: spec.backend }
}

/** Markdown. */
export function describeRun(spec: RunSpec, params: Params, modelTitle: string): string {
  const { title, description, reference, expected, params: specs } = findExperiment(spec.experiment)
  const { record, hooks } = spec
  const values = specs.map(({ key, label }) => [label, key, String(params[key])])
  const recorded: [string, string][] = [
    ['Metrics', `every ${record.metricsEvery} ${record.metricsUnit}(s)`],
    ['Activations', `every ${record.activationsEvery} batch(es)`],
    ['Histograms', `${record.histogramBins} bins from ${record.histogramMin} to ${record.histogramMax}`],
    ['Checkpoints', `every ${record.checkpointEvery} epoch(s)`]
  ]
  return [
    `# ${title}`,
    description,
    `Expected: ${expected}`,
    `Reference: ${reference}`,
    `Model: ${modelTitle}. Seed: ${spec.seed}. Backend: ${spec.backend}.`,
    '## Hyperparameters',
    table(['Name', 'Key', 'Value'], values),
    '## Hook points',
    hooks.length > 0 ? hooks.map((hook) => `- \`${hook}\``).join('\n') : 'None.',
    '## Recorded',
    table(['What', 'When'], recorded)
  ].join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
