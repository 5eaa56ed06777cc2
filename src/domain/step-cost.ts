/** Which hyperparameters decide what an update costs: two drafts with the same ones take as long per step. */
import type { ParamValue } from './recipe'

/** Those that do not. */
const costless: ReadonlySet<string> = new Set([
  ...['epochs', 'learningRate', 'weightDecay', 'momentum', 'warmupSteps', 'schedule', 'stepEpochs', 'stepFactor'],
  ...[
    'patience',
    'minChange',
    'watched',
    'better',
    'initScale',
    'initialiser',
    'trainFraction',
    'labelSmoothing',
    'noise'
  ]
])

export function costingParams(params: Readonly<Record<string, ParamValue>>): Record<string, ParamValue> {
  return Object.fromEntries(Object.entries(params).filter(([key]) => !costless.has(key)))
}
