/** What a run is, in words and in values, for whoever opens its event file elsewhere. */
import { markdownName, markdownText } from '../text/markup'
import { findExperiment } from './experiments'
import type { Params } from './params'
import type { Scaling } from '../domain/dataset'
import type { ParamValue } from '../domain/recipe'
import type { RecordOptions } from '../domain/record-options'
import type { RunSpec } from '../domain/run'

/** All hyperparameters, the seed and what else decides the result. `params` must be complete. */
export function hparamsOf(spec: RunSpec, params: Params): Record<string, ParamValue> {
  const values: Record<string, ParamValue> = { experiment: spec.experiment, ...params }
  if (spec.data) values.data = spec.data.name
  if (spec.parent) values.parent = `${spec.parent.runId}@${spec.parent.step}`
  return { ...values, seed: spec.seed, backend: spec.backend }
}

/** Markdown. */
export function describeRun(spec: RunSpec, params: Params, modelTitle: string, scaling?: Scaling): string {
  const { title, description, reference, expected, params: specs } = findExperiment(spec.experiment)
  const { record, hooks } = spec
  const values = specs.map(({ key, label }) => [label, key, markdownText(String(params[key]))])
  const interval =
    record.metricsUnit === 'log'
      ? `${record.metricsEvery} times per decade of steps`
      : `every ${record.metricsEvery} ${record.metricsUnit}(s)`
  const recorded: [string, string][] = [
    ['Metrics', `${interval}; ${record.observe.join(', ') || 'no hook points'}`],
    ['Activations', `every ${record.activationsEvery} batch(es)`],
    ['Histograms', `${record.histogramBins} bins ${rangeInWords(record)}`],
    [
      'Checkpoints',
      `every ${record.checkpointEvery} epoch(s)${record.keepBest ? `; the best by ${params.watched} is kept` : ''}`
    ]
  ]
  return [
    `# ${title}`,
    description,
    `Expected: ${expected}`,
    `Reference: ${reference}`,
    `Model: ${markdownText(modelTitle)}. Seed: ${spec.seed}. Backend: ${spec.backend}.${spec.data ? ` Data: ${markdownText(spec.data.name)}.` : ''}`,
    ...(spec.parent ? [`Goes on from step ${spec.parent.step} of run ${spec.parent.runId}.`] : []),
    '## Hyperparameters',
    table(['Name', 'Key', 'Value'], values),
    '## Hook points',
    hooks.length > 0 ? hooks.map((hook) => `- ${markdownName(hook)}`).join('\n') : 'None.',
    '## Recorded',
    table(['What', 'When'], recorded),
    ...(scaling ? scalingText(scaling) : [])
  ].join('\n\n')
}

function rangeInWords({ histogramRange, histogramMin, histogramMax }: RecordOptions): string {
  return histogramRange === 'found' ? 'over ranges that are found' : `from ${histogramMin} to ${histogramMax}`
}

/** What was done to the inputs, column by column, up to as many as somebody reads. */
function scalingText({ kind, shift, scale }: Scaling): string[] {
  const shown = 50
  const rows = shift.slice(0, shown).map((value, column) => [column + 1, value, scale[column]].map(String))
  const rest = shift.length > shown ? [`And ${shift.length - shown} more; progress.json of a checkpoint has all.`] : []
  return [`## Scaling (${kind})`, 'Inputs are (x - shift) / scale.', table(['Column', 'Shift', 'Scale'], rows), ...rest]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
