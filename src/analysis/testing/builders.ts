/** Recorded runs and options for tests. */
import { goldenRun } from '../../hmm/testing/golden-runs'
import { assembleAnalysis } from '../assemble'
import { runCandidate, runFold } from '../candidates'
import { measureGains, planEvidence } from '../evidence/gains'
import { planCandidates } from '../plan'
import { buildSequences } from '../sequences'
import type { Analysis } from '../../domain/analysis'
import type { AnalysisOptions } from '../../domain/analysis-options'
import type { RunSeries } from '../../domain/run-series'

export const PAPER_FEATURES = [
  'l1',
  'l2',
  'trace',
  'spectral',
  'code_sparsity',
  'computational_sparsity',
  'mean_lambda',
  'variance_lambda',
  'mean_w',
  'median_w',
  'var_w',
  'mean_b',
  'median_b',
  'var_b'
]

const CURVES: Record<string, string> = {
  train_loss: 'loss/train',
  eval_loss: 'loss/val',
  train_accuracy: 'accuracy/train',
  eval_accuracy: 'accuracy/val',
  epoch: 'epoch'
}

/** A golden run under the tags that the application uses. */
export function goldenSeries(task: string, seed: number): RunSeries {
  const columns = goldenRun(task, seed)
  const series: RunSeries['series'] = {}
  for (const [name, values] of Object.entries(columns))
    if (name !== 'step') series[CURVES[name] ?? name] = { steps: columns.step, values }
  return { runId: `${task}-${seed}`, label: `${task} ${seed}`, seed, series }
}

/** A run whose series all have the given values at steps 0, 10, 20... */
export function runOf(runId: string, values: Record<string, readonly number[]>): RunSeries {
  const series: RunSeries['series'] = {}
  for (const [tag, list] of Object.entries(values))
    series[tag] = { steps: Float64Array.from(list, (_, i) => i * 10), values: Float64Array.from(list) }
  return { runId, label: runId.toUpperCase(), seed: null, series }
}

export function optionsOf(changes: Partial<AnalysisOptions> = {}): AnalysisOptions {
  return {
    runIds: [],
    features: ['a', 'b'],
    zscore: 'run',
    covariance: 'diag',
    statesMin: 1,
    statesMax: 3,
    restarts: 3,
    maxIterations: 50,
    tolerance: 1e-2,
    minCovar: 1e-3,
    seed: 0,
    criterion: 'bic',
    transitions: 'free',
    folds: 0,
    surrogates: 0,
    ...changes
  }
}

/** The whole pipeline on one thread. */
export function analyse(
  runs: RunSeries[],
  options: AnalysisOptions,
  previous: Analysis | null = null,
  built = buildSequences(runs, options)
): Analysis {
  const plan = planCandidates(options, built.sequences.length)
  return assembleAnalysis({
    id: 'test',
    name: 'Test',
    createdAt: '2026-01-01T00:00:00.000Z',
    options,
    built,
    candidates: plan.candidates.map((task) => runCandidate(task, built.sequences, options)),
    folds: plan.folds.map((task) => runFold(task, built.sequences, options)),
    evidence:
      options.surrogates > 0
        ? planEvidence(
            options,
            built.sequences.map(({ rows }) => rows)
          ).map((task) => measureGains(task, built.sequences, options))
        : [],
    runs,
    previous,
    elapsedSeconds: 0
  })
}
