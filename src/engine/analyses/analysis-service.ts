/** Fits model selections over worker threads, keeps them as files, and answers questions about them. */
import { join } from 'node:path'
import { judgeEvidence, nothingWeighed, planCandidates, rolesOf, weighPhases } from '../../analysis'
import type { CandidateResult, FoldResult, Weigh } from '../../analysis'
import type { AcrossRuns, ConvergenceRule } from '../../domain/across-runs'
import type { Alignment, AnalysisOptions } from '../../domain/analysis-options'
import type { Analysis } from '../../domain/analysis'
import type { RoleChoices } from '../../domain/roles'
import type { TimeAxis } from '../../domain/time'
import { criterionNames } from '../../domain/analysis-options'
import { PhasescopeError } from '../../domain/errors'
import type { EventName, EventPayload } from '../../contract/events'
import type { RequestResult } from '../../contract/requests'
import { newId, writeReport } from '../../project/project-folder'
import { readRoles } from '../../project/roles-file'
import type { RunSource } from '../../recordings/run-source'
import type { Log } from '../log'
import type { ProjectSession } from '../project/project-session'
import { diagnoseTask } from '../project/run-readings'
import type { TaskPool } from '../task-pool'

export interface AnalysisServiceOptions {
  pool: TaskPool
  queries: TaskPool
  log: Log
  /** Tells whoever looks at the project. */
  push<N extends EventName>(session: ProjectSession, name: N, payload: EventPayload<N>): void
  /** No fit of this project is under way any more. */
  idle(session: ProjectSession): void
}

/** Numbers in the sequences from which on fitted-out workers are let go: what they hold would add to what comes next. */
const LARGE = 2e6

export class AnalysisService {
  private readonly active = new Map<
    string,
    { session: ProjectSession; abort: AbortController; finished: Promise<void> }
  >()

  constructor(private readonly options: AnalysisServiceOptions) {}

  get running(): number {
    return this.active.size
  }

  /** Begins a fit and returns its id at once; progress and the end are pushed. */
  start(session: ProjectSession, options: AnalysisOptions): string {
    const id = newId('analysis')
    const abort = new AbortController()
    // After this turn, so that whoever started it knows the id before the first progress arrives.
    const finished = Promise.resolve()
      .then(() => this.fit(session, id, options, abort.signal))
      .then(
        () => this.options.push(session, 'analysis.finished', { id, ok: true, message: null }),
        (error: Error) => {
          // One that has failed leaves others of the same fit in the queue: they end with it.
          abort.abort()
          const cancelled = error instanceof PhasescopeError && error.code === 'cancelled'
          if (!cancelled) this.options.log.add('error', 'Fit', error.message)
          this.options.push(session, 'analysis.finished', { id, ok: false, message: cancelled ? null : error.message })
        }
      )
      .finally(() => {
        this.active.delete(id)
        if (!this.isActive(session)) this.options.idle(session)
      })
    this.active.set(id, { session, abort, finished })
    return id
  }

  /** What these runs have recorded, and what it is for. */
  async tags(session: ProjectSession, runIds: string[], signal?: AbortSignal): Promise<RequestResult<'runs.tags'>> {
    const runs = session.sources(runIds)
    const { chosen } = await readRoles(session.folder)
    return this.options.queries.run('tags', { runs, said: chosen }, signal)
  }

  /** What series are for, by what people have said and by their names. Nothing is read but what was said. */
  async roles(session: ProjectSession, tags: string[], runIds: string[]): Promise<RequestResult<'roles.told'>> {
    const places = session.sources(runIds).map(({ place }) => place)
    const { chosen } = await readRoles(session.folder)
    return { roles: rolesOf(tags, chosen, places) }
  }

  /** What a fit of these runs uses when nobody says so. */
  async features(
    session: ProjectSession,
    runIds: string[],
    said: RoleChoices = {},
    signal?: AbortSignal
  ): Promise<RequestResult<'analysis.features'>> {
    const runs = session.sources(runIds)
    const { chosen } = await readRoles(session.folder)
    return this.options.queries.run('features', { runs, said: { ...chosen, ...said } }, signal)
  }

  /** What each way of putting series side by side would leave of the runs. */
  async rows(
    session: ProjectSession,
    { runIds, ...query }: { runIds: string[]; features: string[]; aligns: Alignment[] },
    signal?: AbortSignal
  ): Promise<RequestResult<'analysis.rows'>> {
    const runs = session.sources(runIds)
    const { chosen } = await readRoles(session.folder)
    return this.options.queries.run('rows', { runs, ...query, said: chosen }, signal)
  }

  cancel(id: string, isMeant: (session: ProjectSession) => boolean): void {
    const fit = this.active.get(id)
    if (fit && isMeant(fit.session)) fit.abort.abort()
  }

  isActive(session: ProjectSession): boolean {
    return [...this.active.values()].some((fit) => fit.session === session)
  }

  /** Ends the fits of a project and waits until they are over. */
  async release(session: ProjectSession): Promise<void> {
    const own = [...this.active.values()].filter((fit) => fit.session === session)
    for (const { abort } of own) abort.abort()
    await Promise.all(own.map(({ finished }) => finished))
  }

  /** The number of states the user prefers, kept with the analysis. */
  async choose(session: ProjectSession, id: string, states: number): Promise<void> {
    const analysis = session.analysis(id)
    if (!analysis.fits.some((fit) => fit.states === states)) {
      throw new PhasescopeError('not-found', `This analysis has no fit with ${states} states.`)
    }
    await session.changeAnalysis(id, (there) => {
      const changed = there.chosenStates !== analysis.chosenStates || there.chosenBy !== analysis.chosenBy
      if (changed && there.chosenStates !== states) throw conflict(`K = ${there.chosenStates} was chosen`)
      if (!there.fits.some((fit) => fit.states === states)) throw conflict('The analysis was fitted again')
      return { ...there, chosenStates: states, chosenBy: 'user' }
    })
    this.options.push(session, 'analysis.changed', { id })
  }

  async renameState(session: ProjectSession, id: string, states: number, state: number, name: string): Promise<void> {
    const nameIn = (analysis: Analysis): string | undefined =>
      analysis.fits.find((fit) => fit.states === states)?.stateSummaries.find((item) => item.index === state)?.name
    const seen = nameIn(session.analysis(id))
    await session.changeAnalysis(id, (there) => {
      const now = nameIn(there)
      if (now !== seen && now !== name) throw conflict(`This state was named "${now ?? 'nothing'}"`)
      return { ...there, fits: there.fits.map((fit) => (fit.states === states ? renamed(fit, state, name) : fit)) }
    })
    this.options.push(session, 'analysis.changed', { id })
  }

  /** Another restart for a number of states, fitted again from its seed. */
  async useRestart(session: ProjectSession, id: string, states: number, restart: number): Promise<void> {
    const { inputs } = session.analysis(id)
    const runs = presentSources(session, id)
    const gone = inputs.runs.length - runs.length
    if (gone > 0) {
      const who = gone === 1 ? 'One analysed run is' : `${gone} analysed runs are`
      const text = `${who} no longer in the project, so a restart cannot be fitted again. Fit the runs that are there.`
      throw new PhasescopeError('not-found', text)
    }
    const analysisFile = session.analysisFile(id)
    const seen = session.analysis(id).fits.find((fit) => fit.states === states)?.restart
    const refitted = await this.options.pool.run('restart', { runs, analysisFile, states, restart })
    await session.changeAnalysis(id, (there) => {
      const now = there.fits.find((fit) => fit.states === states)?.restart
      if (now !== seen && now !== restart) throw conflict(`Restart ${now ?? '?'} was chosen for ${states} states`)
      // Names and choices may have changed while it was fitted, and stay as they are now.
      const fitted = refitted.fits.find((fit) => fit.states === states)
      const fits = there.fits.map((fit) => (fit.states === states && fitted ? fitted : fit))
      return { ...refitted, name: there.name, chosenStates: there.chosenStates, chosenBy: there.chosenBy, fits }
    })
    this.options.push(session, 'analysis.changed', { id })
  }

  decode(
    session: ProjectSession,
    id: string,
    states: number,
    runId: string,
    signal?: AbortSignal
  ): Promise<RequestResult<'analysis.decode'>> {
    session.analysis(id)
    const [run] = session.sources([runId])
    const unfinished = session.run(runId).status !== 'done'
    const analysisFile = session.analysisFile(id)
    return this.options.queries.run('decode', { run, analysisFile, states, unfinished }, signal)
  }

  /** Runs that are no longer in the project have states but no curves, and count as not converged. */
  across(
    session: ProjectSession,
    id: string,
    query: { states: number; convergence: ConvergenceRule; axis?: TimeAxis },
    signal?: AbortSignal
  ): Promise<AcrossRuns> {
    const runs = presentSources(session, id)
    const analysisFile = session.analysisFile(id)
    return this.options.pool.run('across', { runs, analysisFile, ...query }, signal)
  }

  /**
   * A page about the analysis with its figures, file name to content.
   * @param convergence null: the validation accuracy or else the validation loss decides, with a proposed threshold.
   */
  async report(
    session: ProjectSession,
    id: string,
    convergence: ConvergenceRule | null,
    page: { title: string | null; commands: string[]; axis?: TimeAxis } = { title: null, commands: [] },
    signal?: AbortSignal
  ): Promise<Record<string, string>> {
    const runs = presentSources(session, id)
    const analysisFile = session.analysisFile(id)
    const diagnosed = await Promise.all(runs.map(({ runId }) => diagnoseTask(session, runId)))
    return this.options.pool.run('report', { runs, analysisFile, convergence, diagnosed, ...page }, signal)
  }

  /** The same into the project. Returns the folder, relative to the project. */
  async saveReport(
    session: ProjectSession,
    id: string,
    convergence: ConvergenceRule | null,
    axis?: TimeAxis
  ): Promise<string> {
    const files = await this.report(session, id, convergence, { title: null, commands: [], axis })
    const place = join('reports', id)
    await session.during(place, () => writeReport(join(session.folder, place), files))
    return place
  }

  private async fit(session: ProjectSession, id: string, options: AnalysisOptions, signal: AbortSignal): Promise<void> {
    const began = Date.now()
    const progress = (done: number, total: number, text: string): void =>
      this.options.push(session, 'analysis.progress', { id, done, total, text })
    progress(0, 1, 'Reading runs')
    const said = await readRoles(session.folder)
    if (said.problem !== null) this.options.log.add('warning', 'Fit', said.problem)
    const prepared = await this.options.queries.run(
      'prepare',
      { runs: session.sources(options.runIds), options, said: { ...said.chosen, ...options.roles } },
      signal
    )
    const { pool } = this.options
    const expected = planCandidates(options, prepared.built.inputs.runs.length)
    let [done, total] = [0, expected.candidates.length + expected.folds.length]
    let doing = 'Are there phases?'
    const count = <T>(result: T): T => {
      done += 1
      progress(done, total, doing)
      return result
    }
    const weigh: Weigh = (tasks, states) => {
      total += tasks.length
      if (states.of === 'rates') doing = 'Are there phases of different rates of change?'
      if (states.of === 'rules') doing = 'Are there phases of different rules of change?'
      if (tasks.some(({ statesMin }) => statesMin !== undefined))
        doing = `Are there more than ${options.statesMax} phases?`
      progress(done, total, doing)
      const { sequences } = prepared.built
      return Promise.all(
        tasks.map((task) => pool.run('evidence', { task, sequences, options, weighed: states }, signal).then(count))
      )
    }
    // First of all, as the first thing to be read is whether there are phases; and what is fitted depends on it.
    const weighed =
      options.surrogates > 0
        ? await weighPhases(prepared.built, options, weigh)
        : nothingWeighed(prepared.built, options)
    const { sequences, inputs } = weighed.built
    // With more states where the evidence did not end at the most that were asked for.
    const settled = weighed.options
    const fitted = { ...settled, autoregression: inputs.autoregression }
    const fitting = `Fitting ${settled.statesMin} to ${settled.statesMax} states`
    const verdict = judgeEvidence(weighed, inputs.features.length)?.verdict
    doing = verdict ? `${verdict} ${fitting}` : fitting
    const plan = planCandidates(settled, inputs.runs.length)
    total += plan.candidates.length + plan.folds.length - expected.candidates.length - expected.folds.length
    progress(done, total, doing)
    const [candidates, folds] = await Promise.all([
      Promise.all(
        plan.candidates.map((task): Promise<CandidateResult> =>
          pool.run('candidate', { task, sequences, options: fitted }, signal).then(count)
        )
      ),
      Promise.all(
        plan.folds.map((task): Promise<FoldResult> =>
          pool.run('fold', { task, sequences, options: fitted }, signal).then(count)
        )
      )
    ])
    const large = inputs.rows * inputs.features.length > LARGE
    if (large) await this.options.pool.rest()
    const analysis = await this.options.pool.run(
      'assemble',
      {
        id,
        name: `Phases, ${inputs.runs.length} ${inputs.runs.length === 1 ? 'run' : 'runs'}`,
        createdAt: new Date().toISOString(),
        options: settled,
        prepared: { ...prepared, built: weighed.built },
        candidates,
        folds,
        evidence: weighed.levels,
        rates: weighed.rates,
        rules: weighed.rules,
        previousFile: previousOf(session, inputs),
        elapsedSeconds: (Date.now() - began) / 1000
      },
      signal
    )
    if (large) await this.options.pool.rest()
    await session.addAnalysis(analysis)
    this.options.log.add(
      'info',
      analysis.name,
      `${analysis.evidence ? `${analysis.evidence.verdict} ` : ''}K = ${analysis.chosenStates} by ${criterionNames[analysis.chosenBy]}, ${total} fits in ${analysis.elapsedSeconds.toFixed(1)} s.`
    )
  }
}

type Fit = Analysis['fits'][number]

function renamed(fit: Fit, state: number, name: string): Fit {
  return {
    ...fit,
    stateSummaries: fit.stateSummaries.map((item) =>
      item.index === state ? { ...item, name, nameSource: 'user' as const } : item
    )
  }
}

function conflict(what: string): PhasescopeError {
  return new PhasescopeError(
    'conflict',
    `${what} by another program meanwhile. Its change stays and is shown now; make yours again if it should replace it.`
  )
}

/** File of the latest analysis that shares a run or all features: its states are worth recognising. */
function previousOf(session: ProjectSession, inputs: Analysis['inputs']): string | null {
  const runs = new Set(inputs.runs.map((run) => run.runId))
  const features = inputs.features.join()
  const related = session
    .listAnalyses()
    .map(({ id }) => session.analysis(id))
    .filter((old) => old.inputs.runs.some((run) => runs.has(run.runId)) || old.inputs.features.join() === features)
  const latest = related.at(-1)
  return latest ? session.analysisFile(latest.id) : null
}

function presentSources(session: ProjectSession, id: string): RunSource[] {
  const present = new Set(session.listRuns().map((run) => run.id))
  const { inputs } = session.analysis(id)
  return session.sources(inputs.runs.map((run) => run.runId).filter((runId) => present.has(runId)))
}
