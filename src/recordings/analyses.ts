/** The steps of an analysis that read runs and analyses from disk; they run in a compute worker. */
import { stat } from 'node:fs/promises'
import {
  assembleAnalysis,
  axisOf,
  buildSequences,
  compareRuns,
  countRows,
  decidingTags,
  decodeRun,
  ownRoles,
  ratesOfBuilt,
  quantityOf,
  reportFiles,
  roleOf,
  rolesOf,
  runCandidate,
  withCandidate
} from '../analysis'
import type { BuiltSequences, CandidateResult, EvidenceResult, FoldResult } from '../analysis'
import type { AcrossRuns, ConvergenceRule } from '../domain/across-runs'
import type { Alignment, AnalysisOptions } from '../domain/analysis-options'
import type { Analysis } from '../domain/analysis'
import type { Role, RoleChoices, Roles } from '../domain/roles'
import type { RunSeries } from '../domain/run-series'
import type { TimeAxis } from '../domain/time'
import { PhasescopeError } from '../domain/errors'
import type { RequestResult } from '../contract/requests'
import { readAnalysisFile } from '../project/manifests'
import type { DiagnoseTask } from './diagnosis'
import { readerIfThere } from './run-cache'
import type { RunSource } from './run-source'
import { fullSeriesOf, tagsOf } from './series'

/**
 * What an analysis needs from disk: the sequences, in shared memory so that every fit reads the same bytes, and of the
 * recorded series those that name the states.
 */
export interface Prepared {
  runs: RunSeries[]
  /** Which of their series are the losses and accuracies. */
  roles: Roles
  built: BuiltSequences
}

/**
 * @param said what people have said about roles
 * @param known the roles of an analysis that is fitted again
 */
export function prepareAnalysis(
  sources: RunSource[],
  options: AnalysisOptions,
  said: RoleChoices,
  known?: Roles
): Prepared {
  const companions = new Companions(said, known)
  const runs: RunSeries[] = []
  /** One run at a time: what is read of it is in the sequence and among the companions, and then goes. */
  function* reading(): Generator<RunSeries> {
    for (const source of sources) {
      const run = companions.read(source, [...options.features, 'epoch', ...seriesOfAlignment(options)])
      runs.push(companions.only(run))
      yield run
    }
  }
  const shared = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length))
  const built = buildSequences(reading(), options, shared)
  const roles = known ?? companions.roles(sources)
  return { built, runs: runs.map((run) => underRoles(run, roles, sources)), roles }
}

interface RowsQuery {
  runs: RunSource[]
  features: string[]
  aligns: Alignment[]
  said: RoleChoices
}

/** What each alignment would leave of the runs, read one after the other. */
export function rowsOf({ runs, features, aligns, said }: RowsQuery): RequestResult<'analysis.rows'> {
  const along = aligns.flatMap((align) => seriesOfAlignment({ align }))
  const tags = [...new Set([...features, 'epoch', ...along])]
  function* reading(): Generator<RunSeries> {
    for (const source of runs) yield fullSeriesOf(source, tags, { epoch: said.epoch })
  }
  return countRows(reading(), features, aligns)
}

/** The series on whose steps the rows are, which need be no feature. */
function seriesOfAlignment({ align }: Pick<AnalysisOptions, 'align'>): string[] {
  return typeof align === 'object' ? [align.series] : []
}

/** Roles that name no state. */
const counters: ReadonlySet<Role> = new Set(['epoch', 'step', 'seed'])

/** Read along with the features, where recorded: they name the states and place them in time. */
class Companions {
  private readonly recorded = new Set<string>()
  private readonly named: ReadonlySet<string | null>

  constructor(
    private readonly said: RoleChoices,
    known: Roles = {}
  ) {
    this.named = new Set([...Object.values(said), ...Object.values(known)])
  }

  /** Which tag has a role is known when all runs have been read: until then whatever could have one. */
  read(source: RunSource, tags: string[]): RunSeries {
    return fullSeriesOf(source, tags, {
      epoch: this.said.epoch,
      also: (tag) => {
        const role = roleOf(tag)
        if (this.named.has(tag) || role !== null) this.recorded.add(tag)
        return this.named.has(tag) || (role !== null && !counters.has(role))
      }
    })
  }

  /** The features are in the sequences by now; hundreds of runs need not cross threads twice. */
  only(run: RunSeries): RunSeries {
    const kept = Object.entries(run.series).filter(([tag]) => tag === 'epoch' || this.recorded.has(tag))
    return { ...run, series: Object.fromEntries(kept) }
  }

  roles(sources: RunSource[]): Roles {
    return rolesOf(
      this.recorded,
      this.said,
      sources.map(({ place }) => place)
    )
  }
}

/** A run that has another name for something shows it under the name that the others have. */
function underRoles(run: RunSeries, roles: Roles, sources: RunSource[]): RunSeries {
  const place = sources.find(({ runId }) => runId === run.runId)?.place ?? null
  const own = rolesOf(Object.keys(run.series), {}, [place])
  const series: RunSeries['series'] = run.series.epoch ? { epoch: run.series.epoch } : {}
  for (const [role, tag] of Object.entries(roles) as [keyof Roles, string][]) {
    const found = run.series[tag] ?? run.series[own[role] ?? tag]
    if (found && !counters.has(role)) series[tag] = found
  }
  return { ...run, series }
}

interface ToAssemble {
  id: string
  name: string
  createdAt: string
  options: AnalysisOptions
  prepared: Prepared
  candidates: CandidateResult[]
  folds: FoldResult[]
  evidence: EvidenceResult[]
  rates: EvidenceResult[]
  rules: EvidenceResult[]
  /** File of an earlier analysis to take the states' identities from. */
  previousFile: string | null
  elapsedSeconds: number
}

export async function assemble({ prepared, previousFile, ...rest }: ToAssemble): Promise<Analysis> {
  // An earlier analysis that cannot be read lends no names; that is no reason to lose this one.
  const previous = previousFile === null ? null : await load(previousFile).catch(() => null)
  const { built, runs, roles } = prepared
  return assembleAnalysis({ ...rest, built, runs, roles, previous })
}

interface ToRefit {
  runs: RunSource[]
  analysisFile: string
  states: number
  restart: number
}

export async function refit({ runs, analysisFile, states, restart }: ToRefit): Promise<Analysis> {
  const analysis = await load(analysisFile)
  const candidate = analysis.candidates.find((one) => one.states === states && one.restart === restart)
  if (!candidate)
    throw new PhasescopeError('not-found', `This analysis has no restart ${restart + 1} with ${states} states.`)
  const prepared = prepareAnalysis(
    runs,
    { ...analysis.options, features: analysis.inputs.features },
    epochSaid(analysis),
    analysis.roles ?? ownRoles
  )
  const same = (run: { runId: string; steps: readonly number[] }): string => `${run.runId} ${run.steps.length}`
  const built = asAnalysed(prepared.built, analysis)
  const { inputs, sequences } = built
  if (inputs.runs.map(same).join() !== analysis.inputs.runs.map(same).join())
    throw new PhasescopeError('bad-request', 'The runs have changed since this analysis. Fit again to use them.')
  const result = runCandidate({ states, restart, seed: candidate.seed }, sequences, {
    ...analysis.options,
    autoregression: inputs.autoregression
  })
  return withCandidate(analysis, result, built, prepared.runs)
}

/** As the analysis has them: rates of change, or rows of which states are rules. */
function asAnalysed(built: BuiltSequences, { inputs, options }: Analysis): BuiltSequences {
  const { autoregression } = inputs
  if (autoregression) return { ...built, inputs: { ...built.inputs, autoregression } }
  if (inputs.window === undefined) return built
  const rates = ratesOfBuilt(built, options.zscore, inputs.window)
  if (!rates)
    throw new PhasescopeError('bad-request', 'The runs have changed since this analysis. Fit again to use them.')
  return rates
}

interface ToDecode {
  run: RunSource
  analysisFile: string
  states: number
  unfinished: boolean
}

export async function decode({
  run,
  analysisFile,
  states,
  unfinished
}: ToDecode): Promise<RequestResult<'analysis.decode'>> {
  const analysis = await load(analysisFile)
  const tags = [...analysis.inputs.features, 'epoch', ...seriesOfAlignment(analysis.options)]
  const series = fullSeriesOf(run, [...new Set(tags)], epochSaid(analysis))
  const { run: input, ...decoded } = decodeRun(analysis, states, series, unfinished)
  return { ...decoded, steps: Float64Array.from(input.steps), epochs: Float64Array.from(input.epochs) }
}

interface ToCompare {
  runs: RunSource[]
  analysisFile: string
  states: number
  convergence: ConvergenceRule
  axis?: TimeAxis
}

export async function across({ runs, analysisFile, states, convergence, ...more }: ToCompare): Promise<AcrossRuns> {
  const analysis = await load(analysisFile)
  const series = runs.map((run) => metricOf(run, convergence.metric, analysis))
  const axis = more.axis ?? axisOf(analysis.inputs.runs, analysis.roles)
  return compareRuns(analysis, states, series, convergence, axis)
}

/** The epochs of an analysis's runs are counted by what counted them when it was made. */
function epochSaid({ roles }: Analysis): { epoch?: string | null } {
  return roles ? { epoch: roles.epoch ?? null } : {}
}

/** The metric of a run, also where it has another name for it, and its epochs. */
function metricOf(source: RunSource, metric: string, analysis: Analysis): RunSeries {
  const roles = analysis.roles ?? {}
  const hasRole = Object.values(roles).includes(metric)
  const run = fullSeriesOf(source, [metric, 'epoch'], {
    ...epochSaid(analysis),
    also: (tag) => hasRole && roleOf(tag) !== null && tag !== 'epoch'
  })
  return hasRole && !run.series[metric] ? underRoles(run, roles, [source]) : run
}

interface ToReport {
  runs: RunSource[]
  analysisFile: string
  axis?: TimeAxis
  /** null: what the runs recorded decides. */
  convergence: ConvergenceRule | null
  title: string | null
  commands: string[]
  /** The same runs, as far as they can be read for what is wrong with them. */
  diagnosed: DiagnoseTask[]
}

export async function report(input: ToReport): Promise<Record<string, string>> {
  const analysis = await load(input.analysisFile)
  const recorded = new Set(tagsOf(input.runs).scalars)
  const roles = analysis.roles ?? rolesOf(recorded)
  const metric = input.convergence?.metric ?? decidingTags(roles).find((tag) => recorded.has(tag))
  const rule =
    input.convergence ??
    (metric === undefined
      ? null
      : {
          metric,
          threshold: null,
          direction: quantityOf(metric, roles) === 'loss' ? ('below' as const) : ('above' as const)
        })
  const runs = rule ? input.runs.map((run) => metricOf(run, rule.metric, analysis)) : []
  const axis = input.axis ?? axisOf(analysis.inputs.runs, analysis.roles)
  const compared = rule ? compareRuns(analysis, analysis.chosenStates, runs, rule, axis) : null
  const title = input.title ?? analysis.name
  const { diagnosisOf } = await import('./diagnosis')
  const readings = input.diagnosed.flatMap((task) =>
    readerIfThere(task.run) ? [{ label: task.run.label, readings: diagnosisOf(task) }] : []
  )
  const { commands } = input
  return Object.fromEntries(reportFiles({ title, analysis, runs, across: compared, commands, axis, readings }))
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
