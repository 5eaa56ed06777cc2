/** `phasescope fit`: latent states of the runs of a project. */
import { resolve } from 'node:path'
import { axisOf, segmentsOf, timesOn } from '../../analysis'
import type { RowCount } from '../../analysis'
import type { Alignment, AnalysisOptions } from '../../domain/analysis-options'
import { statesAre } from '../../domain/analysis'
import type { Analysis, FittedStates } from '../../domain/analysis'
import type { Role, RoleChoices } from '../../domain/roles'
import { criterionNames, emissions } from '../../domain/analysis-options'
import { kindOfRun } from '../../domain/run'
import { mostStates } from '../../domain/states'
import { roleNames } from '../../domain/roles'
import type { RunInfo } from '../../domain/run'
import { PhasescopeError } from '../../domain/errors'
import type { EventPayload } from '../../contract/events'
import { fitDefaults } from '../../domain/fit-defaults'
import type { Engine } from '../../engine/engine'
import type { ProjectSession } from '../../engine/project/project-session'
import { suggestion } from '../../text/near-names'
import { writeJson } from '../../project/files'
import { featuresFor } from '../features'
import { noteProblems, withEngine } from '../host'
import { interruptible } from '../interrupt'
import { UsageError } from '../options'
import type { Command, Context, Input } from '../options'
import { CountProgress } from '../progress'
import { duration, quoted, shortNumber, table } from '../terminal'

export const fitCommand: Command = {
  usage: '--project DIR [--runs A,B | --experiment ID] [--features A,B] [--states 1-16] [options]',
  options: {
    project: { value: 'DIR', description: 'The project folder.', required: true },
    runs: { value: 'A,B', description: 'Runs by id or name, or names of groups. Default: all that are done.' },
    experiment: {
      value: 'ID',
      description: 'All done runs of this experiment, or "ID on DATA SET"; needed where a project has several.'
    },
    features: {
      value: 'A,B',
      description:
        'Tags. Default: the weight metrics (means over hook points) that change, else what is no schedule, counter, clock, copy or outcome.'
    },
    role: {
      value: 'ROLE=TAG',
      description:
        'What a series is for, where its name does not tell: valAccuracy=my/tag; ROLE= for none. Several times. ' +
        `Roles: ${roleNames.join(', ')}. Default: roles.json of the project, else the names.`,
      multiple: true
    },
    align: {
      value: 'HOW',
      description:
        'Rows of series that do not share steps: union (default: every step, open cells), common, epoch, or TAG: the steps of that series.'
    },
    force: { description: 'Fit also where the alignment leaves out most of what was recorded.' },
    states: {
      value: 'RANGE',
      description:
        'Numbers of states to try, within 1 to 16. Default 1-8, and on to 16 where the evidence does not end there.'
    },
    covariance: { value: 'KIND', description: 'diag (default), full, tied or spherical.' },
    zscore: {
      value: 'HOW',
      description: 'Scale of the features: shared (default: levels are the same in all runs), run, all or none.'
    },
    emission: {
      value: 'WHAT',
      description:
        'What a state is: levels (where the features are), rates (how fast they change), autoregressive or autoregressive-full (the rule by which each point follows from the one before, for each feature or over all), or auto (default): levels, else rates, else rules, where the evidence finds phases of them.'
    },
    restarts: { value: 'N', description: 'Fits per number of states. Default 8.' },
    iterations: { value: 'N', description: 'EM iterations at most. Default 200.' },
    tolerance: { value: 'X', description: 'EM stops below this gain in log-likelihood. Default 0.001.' },
    folds: { value: 'N', description: 'Folds of the held-out score, 0 for none. Default 5.' },
    seed: { value: 'N', description: 'Seed of starts and folds. Default 0.' },
    criterion: {
      value: 'NAME',
      description: 'What chooses: evidence (default: what states explain beyond a drift), bic, aic or heldout.'
    },
    surrogates: {
      value: 'N',
      description: 'Phase-free sets that the evidence is held against, 0 for none. Default 20.'
    },
    transitions: { value: 'RULE', description: 'free (default), or left-to-right: never back to an earlier state.' },
    jobs: { value: 'N', description: 'Fits side by side. Default: one per core.' },
    json: { value: 'FILE', description: 'Also write the analysis to this file.' }
  },
  words: { min: 0, max: 0 },
  async run(input, context) {
    const chosen = settings(input)
    const jobs = input.whole('jobs', { min: 1, max: 256 })
    const roles = rolesSaid(input)
    return withEngine(context, { jobs }, async (engine) => {
      const session = await engine.openFolder(input.required('project'))
      noteProblems(session, context)
      const runIds = chosenRuns(session, input.text('runs'), input.text('experiment'))
      const kinds = kindsOf(runIds.map((id) => session.run(id)))
      if (kinds.size > 1) {
        context.terminal.note(`warning: these runs are of several experiments, fitted as one: ${counted(kinds)}.`)
      }
      const said = Object.entries(roles ?? {}).map(([role, tag]) => [`--role ${role}`, tag])
      if (said.length > 0)
        await mustBeRecorded(engine, runIds, Object.fromEntries(said) as Record<string, string | null>)
      const features = await featuresFor(engine, runIds, input.list('features'), roles)
      const align = alignmentOf(input.text('align'))
      if (typeof align === 'object') await mustBeRecorded(engine, runIds, { '--align': align.series })
      const [count] = await engine.call('analysis.rows', { runIds, features, aligns: [align] })
      context.terminal.note(countedRows(count, features.length))
      if (count.problem !== null && count.rows > 0 && !input.has('force'))
        throw new PhasescopeError(
          'invalid-config',
          `${count.problem} Give --align union, --align epoch or --align TAG (the steps of that series), fewer --features, or --force.`
        )
      const folds = Math.min(input.whole('folds', { min: 0, max: 50 }) ?? fitDefaults.folds, runIds.length)
      const analysis = await fitAndWatch(engine, context, {
        ...chosen,
        runIds,
        features,
        align,
        ...(input.has('force') ? { force: true } : {}),
        folds,
        ...(roles ? { roles } : {})
      })
      if (!analysis) return 1
      const file = input.text('json')
      if (file !== undefined) await writeJson(resolve(file), analysis)
      for (const line of report(analysis)) context.terminal.out(line)
      return 0
    })
  }
}

function settings(input: Input): Omit<AnalysisOptions, 'runIds' | 'features' | 'folds'> {
  const span = input.span('states', { min: 1, max: mostStates })
  const [statesMin, statesMax] = span ?? [fitDefaults.statesMin, fitDefaults.statesMax]
  return {
    statesMin,
    statesMax,
    ...(span ? {} : { extend: true }),
    covariance: input.choice('covariance', ['diag', 'full', 'tied', 'spherical']) ?? fitDefaults.covariance,
    zscore: input.choice('zscore', ['shared', 'run', 'all', 'none']) ?? fitDefaults.zscore,
    emission: input.choice('emission', emissions) ?? fitDefaults.emission,
    restarts: input.whole('restarts', { min: 1, max: 200 }) ?? fitDefaults.restarts,
    maxIterations: input.whole('iterations', { min: 1, max: 100_000 }) ?? fitDefaults.maxIterations,
    tolerance: input.number('tolerance', 0) ?? fitDefaults.tolerance,
    minCovar: fitDefaults.minCovar,
    seed: input.whole('seed', { min: 0, max: 2 ** 32 - 1 }) ?? fitDefaults.seed,
    criterion: input.choice('criterion', ['evidence', 'bic', 'aic', 'heldout']) ?? fitDefaults.criterion,
    surrogates: input.whole('surrogates', { min: 0, max: 200 }) ?? fitDefaults.surrogates,
    transitions: input.choice('transitions', ['free', 'left-to-right']) ?? fitDefaults.transitions
  }
}

function alignmentOf(text: string | undefined): Alignment {
  if (text === undefined) return fitDefaults.align
  if (text.trim() === '') throw new UsageError('--align is empty; give union, common, epoch or a tag.')
  return text === 'union' || text === 'common' || text === 'epoch' ? text : { series: text }
}

function countedRows({ rows, least, median, recorded, left }: RowCount, features: number): string {
  const runs = median === least ? `${least}` : `${least} or more, mostly ${Math.round(median)}`
  const open = recorded < 1 ? `, ${(100 * recorded).toFixed(0)}% of the cells recorded` : ''
  const out = left > 0 ? ` ${left} ${left === 1 ? 'run is' : 'runs are'} left out.` : ''
  return `${features} ${features === 1 ? 'feature' : 'features'}, ${rows} points, ${runs} a run${open}.${out}`
}

/** What `--role` says; undefined where it says nothing. */
function rolesSaid(input: Input): RoleChoices | undefined {
  const said = input.texts('role').map((text): [Role, string | null] => {
    const at = text.indexOf('=')
    const role = roleNames.find((name) => name === text.slice(0, at).trim())
    if (at < 0 || role === undefined)
      throw new UsageError(`--role is "${text}"; give ROLE=TAG, with a role of ${roleNames.join(', ')}.`)
    return [role, text.slice(at + 1).trim() || null]
  })
  return said.length > 0 ? Object.fromEntries(said) : undefined
}

/** @param tags by the option that names them */
async function mustBeRecorded(engine: Engine, runIds: string[], tags: Record<string, string | null>): Promise<void> {
  const { scalars } = await engine.call('runs.tags', { runIds })
  for (const [option, tag] of Object.entries(tags)) {
    if (tag === null || scalars.includes(tag)) continue
    throw new UsageError(`${option}: no run recorded "${tag}".${suggestion(tag, scalars)}`)
  }
}

/** Names parted by commas; those of some tools hold commas themselves, so the longest known name counts. */
function namesIn(text: string, known: ReadonlySet<string>): string[] {
  const parts = text.split(',')
  const names: string[] = []
  for (let from = 0; from < parts.length;) {
    let end = parts.length
    while (end > from + 1 && !known.has(parts.slice(from, end).join(',').trim())) end -= 1
    const name = parts.slice(from, end).join(',').trim()
    if (name !== '') names.push(name)
    from = end
  }
  return names
}

/** States of one network mean nothing for another: runs of several experiments are fitted together only when they are named. */
function chosenRuns(session: ProjectSession, named: string | undefined, experiment: string | undefined): string[] {
  const runs = session.listRuns()
  const known = new Set(runs.flatMap((run) => [run.id, run.name, run.group, run.groupName]))
  const names = named === undefined ? undefined : namesIn(named, known)
  if (names && experiment !== undefined) throw new UsageError('Give --runs or --experiment, not both.')
  if (!names) {
    const done = runs.filter((run) => run.status === 'done' && !run.archived)
    const kinds = kindsOf(done)
    if (experiment !== undefined) {
      const chosen = kinds.get(experiment)
      if (chosen) return chosen.map((run) => run.id)
      const there = kinds.size > 0 ? `It has ${counted(kinds)}.` : 'No run of it is done.'
      throw new UsageError(`This project has no done runs of the experiment "${experiment}". ${there}`)
    }
    if (kinds.size > 1) {
      throw new UsageError(
        `This project has done runs of several experiments: ${counted(kinds)}. They are not fitted together by themselves. ` +
          `Choose with --experiment ${quoted([...kinds.keys()][0])}, or name runs with --runs.`
      )
    }
    if (done.length > 0) return done.map((run) => run.id)
    if (runs.some((run) => run.status === 'done'))
      throw new UsageError('All done runs of this project are archived. Name those to fit with --runs.')
    throw new PhasescopeError(
      'not-found',
      runs.length === 0
        ? 'This project has no runs. phasescope train makes some.'
        : 'No run of this project is done. --runs fits runs that are not.'
    )
  }
  const chosen = names.flatMap((name) => {
    const found = runs.filter(
      (run) => run.id === name || run.name === name || run.group === name || run.groupName === name
    )
    if (found.length === 0)
      throw new UsageError(`There is no run "${name}" in this project. phasescope runs lists them.`)
    return found.map((run) => run.id)
  })
  if (chosen.length === 0) throw new UsageError('--runs is empty; give ids or names of runs.')
  return [...new Set(chosen)]
}

function kindsOf<T extends Pick<RunInfo, 'spec'>>(runs: readonly T[]): Map<string, T[]> {
  const kinds = new Map<string, T[]>()
  for (const run of runs) {
    const kind = kindOfRun(run)
    kinds.set(kind, [...(kinds.get(kind) ?? []), run])
  }
  return kinds
}

function counted(kinds: ReadonlyMap<string, unknown[]>): string {
  return [...kinds].map(([kind, { length }]) => `${kind} (${length} ${length === 1 ? 'run' : 'runs'})`).join(', ')
}

/** The finished analysis, or null when it was cancelled. @throws PhasescopeError when it failed. */
async function fitAndWatch(engine: Engine, { terminal }: Context, options: AnalysisOptions): Promise<Analysis | null> {
  const progress = new CountProgress(terminal)
  let id = ''
  let end: EventPayload<'analysis.finished'> | undefined
  const stopProgress = engine.on('analysis.progress', ({ done, total, text }) => progress.advanced(done, total, text))
  await interruptible(
    terminal,
    'Cancelling.',
    () => engine.analyses.cancel(id, () => true),
    async () => {
      end = await new Promise((finished) => {
        const stopWaiting = engine.on('analysis.finished', (payload) => {
          stopWaiting()
          finished(payload)
        })
        id = engine.analyses.start(engine.project, options)
      })
    }
  )
  stopProgress()
  progress.clear()
  if (end?.ok) return engine.project.analysis(id)
  if (!end?.message) return null
  throw new PhasescopeError('internal', end.message)
}

/** `S1 0 > S2 24`: the states that a run passes, each with the time of its first point. */
function pathOf(fit: FittedStates, r: number, times: readonly number[]): string {
  return segmentsOf(fit.paths[r])
    .map(({ state, start }) => `S${fit.stateSummaries[state].number} ${shortNumber(times[start])}`)
    .join(' > ')
}

function report(analysis: Analysis): string[] {
  const { inputs, options } = analysis
  const axis = axisOf(inputs.runs, analysis.roles)
  const fixed = (value: number | null | undefined): string => (value == null ? '-' : value.toFixed(1))
  const spread = (value: { mean: number; std: number } | null): string =>
    value ? `${fixed(value.mean)} ± ${fixed(value.std)}` : '-'
  const gains = (states: number): string[] => {
    const weighed = analysis.evidence?.rows.find((row) => row.states === states)
    return weighed ? [weighed.gain, weighed.surrogates].map(({ median }) => median.toFixed(2)) : ['-', '-']
  }
  const rows = analysis.selection.map((row) => [
    row.states === analysis.chosenStates ? '*' : '',
    String(row.states),
    String(row.parameters),
    fixed(row.best),
    fixed(row.bic?.best),
    spread(row.bic),
    fixed(row.aic?.best),
    row.heldOut ? row.heldOut.mean.toFixed(3) : '-',
    ...gains(row.states)
  ])
  const fit = analysis.fits.find((candidate) => candidate.states === analysis.chosenStates)
  return [
    `${analysis.name}: ${inputs.runs.length} runs, ${inputs.rows} points, ${inputs.features.length} features, ${options.covariance} covariance${statesAre(inputs)}`,
    ...analysis.findings.map(({ severity, text }) => `${severity}: ${text}`),
    '',
    ...table(
      ['', 'K', 'PARAMETERS', 'LOG-LIK', 'BIC', 'BIC, RESTARTS', 'AIC', 'HELD-OUT', 'GAIN', 'GAIN OF A DRIFT'],
      rows,
      [1, 2, 3, 4, 5, 6, 7, 8, 9]
    ),
    '',
    ...(analysis.evidence ? [analysis.evidence.verdict] : []),
    ...(analysis.evidence?.levels ? [`Of levels: ${analysis.evidence.levels}`] : []),
    ...(analysis.evidence?.rates ? [`Of rates of change: ${analysis.evidence.rates}`] : []),
    `K = ${analysis.chosenStates} by ${criterionNames[analysis.chosenBy]}, in ${duration(analysis.elapsedSeconds)}; saved as ${analysis.id}`,
    ...(fit
      ? [
          '',
          ...table(
            ['STATE', 'NAME', 'SHARE', 'VISITS', 'MEAN LENGTH'],
            fit.stateSummaries.map((state) => [
              `S${state.number}`,
              state.name,
              `${(100 * state.occupancy).toFixed(0)}%`,
              String(state.visits),
              shortNumber(state.meanDwell)
            ]),
            [2, 3, 4]
          ),
          '',
          ...table(
            ['RUN', `PATH, ${axis.toUpperCase()} OF EACH ENTRY`],
            inputs.runs.map((run, r) => [run.label, pathOf(fit, r, timesOn(run, axis))])
          )
        ]
      : [])
  ]
}
