/** The steps of an analysis that read runs and analyses from disk; they run in a compute worker. */
import { stat } from 'node:fs/promises'
import {
  assembleAnalysis,
  buildSequences,
  compareRuns,
  decodeRun,
  reportFiles,
  runCandidate,
  withCandidate
} from '../analysis'
import type { Analysis, AnalysisOptions, RunSeries } from '../analysis/types'
import { PhasescopeError } from '../contract/errors'
import { readAnalysisFile } from '../project/manifests'
import type { ComputeTasks, Prepared, RunSource } from './messages'
import { fullSeriesOf, tagsOf } from './run-queries'

/** Read along with the features, where recorded: they name the states and place them in time. */
const companions = ['epoch', 'loss/train', 'loss/val', 'accuracy/train', 'accuracy/val']

type Input<N extends keyof ComputeTasks> = ComputeTasks[N]['in']
type Output<N extends keyof ComputeTasks> = ComputeTasks[N]['out']

export function prepareAnalysis(sources: RunSource[], options: AnalysisOptions): Prepared {
  const along = typeof options.align === 'object' ? [options.align.series] : []
  const tags = [...new Set([...options.features, ...companions, ...along])]
  const runs: RunSeries[] = []
  /** One run at a time: what is read of it is in the sequence and among the companions, and then goes. */
  function* reading(): Generator<RunSeries> {
    for (const source of sources) {
      const run = fullSeriesOf(source, tags)
      runs.push(onlyCompanions(run))
      yield run
    }
  }
  const shared = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length))
  return { built: buildSequences(reading(), options, shared), runs }
}

/** The features are in the sequences by now; hundreds of runs need not cross threads twice. */
function onlyCompanions(run: RunSeries): RunSeries {
  return { ...run, series: Object.fromEntries(Object.entries(run.series).filter(([tag]) => companions.includes(tag))) }
}

export async function assemble({ prepared, previousFile, ...rest }: Input<'assemble'>): Promise<Analysis> {
  // An earlier analysis that cannot be read lends no names; that is no reason to lose this one.
  const previous = previousFile === null ? null : await load(previousFile).catch(() => null)
  return assembleAnalysis({ ...rest, built: prepared.built, runs: prepared.runs, previous })
}

export async function refit({ runs, analysisFile, states, restart }: Input<'restart'>): Promise<Analysis> {
  const analysis = await load(analysisFile)
  const candidate = analysis.candidates.find((one) => one.states === states && one.restart === restart)
  if (!candidate)
    throw new PhasescopeError('not-found', `This analysis has no restart ${restart + 1} with ${states} states.`)
  const prepared = prepareAnalysis(runs, { ...analysis.options, features: analysis.inputs.features })
  const same = (run: { runId: string; steps: readonly number[] }): string => `${run.runId} ${run.steps.length}`
  const { inputs, sequences } = prepared.built
  if (inputs.runs.map(same).join() !== analysis.inputs.runs.map(same).join())
    throw new PhasescopeError('bad-request', 'The runs have changed since this analysis. Fit again to use them.')
  const result = runCandidate({ states, restart, seed: candidate.seed }, sequences, analysis.options)
  return withCandidate(analysis, result, prepared.built, prepared.runs)
}

export async function decode({ run, analysisFile, states, unfinished }: Input<'decode'>): Promise<Output<'decode'>> {
  const analysis = await load(analysisFile)
  const { align } = analysis.options
  const along = typeof align === 'object' ? [align.series] : []
  const series = fullSeriesOf(run, [...new Set([...analysis.inputs.features, 'epoch', ...along])])
  const { run: input, ...decoded } = decodeRun(analysis, states, series, unfinished)
  return { ...decoded, steps: Float64Array.from(input.steps), epochs: Float64Array.from(input.epochs) }
}

export async function across({ runs, analysisFile, states, convergence }: Input<'across'>): Promise<Output<'across'>> {
  const analysis = await load(analysisFile)
  const series = runs.map((run) => fullSeriesOf(run, [convergence.metric, 'epoch']))
  return compareRuns(analysis, states, series, convergence)
}

/** Metrics that may decide about convergence, the best first. */
const deciding = ['accuracy/val', 'loss/val', 'accuracy/train', 'loss/train']

export async function report(input: Input<'report'>): Promise<Output<'report'>> {
  const analysis = await load(input.analysisFile)
  const recorded = new Set(tagsOf(input.runs).scalars)
  const metric = input.convergence?.metric ?? deciding.find((tag) => recorded.has(tag))
  const rule =
    input.convergence ??
    (metric === undefined
      ? null
      : { metric, threshold: null, direction: metric.startsWith('loss/') ? ('below' as const) : ('above' as const) })
  const runs = rule ? input.runs.map((run) => fullSeriesOf(run, [rule.metric, 'epoch'])) : []
  const compared = rule ? compareRuns(analysis, analysis.chosenStates, runs, rule) : null
  const title = input.title ?? analysis.name
  return Object.fromEntries(reportFiles({ title, analysis, runs, across: compared, commands: input.commands }))
}

/** The analysis read last: views ask about the same one again and again, and a large one takes a second to check. */
let latest: { path: string; changedMs: number; analysis: Analysis } | null = null

async function load(path: string): Promise<Analysis> {
  const changedMs = (await stat(path).catch(() => null))?.mtimeMs ?? 0
  if (latest?.path === path && latest.changedMs === changedMs) return latest.analysis
  const analysis = (await readAnalysisFile(path)) as Analysis
  latest = { path, changedMs, analysis }
  return analysis
}
