/** A report of an analysis as a Markdown page with its figures: what a colleague needs who does not have the program. */
import { markdownCode, markdownText } from '../../text/markup'
import { fitWith } from '../model-record'
import { axisOf, timesOn } from '../axis'
import { segmentsOf } from '../trajectory'
import type { AcrossRuns } from '../../domain/across-runs'
import { statesAre } from '../../domain/analysis'
import type { Analysis, FittedStates } from '../../domain/analysis'
import { ruleTitles, type Reading } from '../../domain/reading'
import type { RunSeries } from '../../domain/run-series'
import type { TimeAxis } from '../../domain/time'
import { evidenceFigure } from './evidence-figure'
import { curvesFigure, mapFigure, meansFigure, pathsFigure, selectionFigure } from './figures'

const scalingWords = {
  shared: 'z-score by shared levels',
  run: 'z-score per run',
  all: 'z-score over all runs',
  none: 'no z-score'
}

export interface ReportInput {
  title: string
  analysis: Analysis
  /** Recorded series of the analysed runs, for the curves; runs without them are left out there. */
  runs: readonly RunSeries[]
  /** null when no run recorded a metric that could decide about convergence. */
  across: AcrossRuns | null
  /** What time is counted in. Default: what tells the points of the runs apart. */
  axis?: TimeAxis
  /** What is wrong with the runs, by their names; runs that cannot be read are left out. */
  readings?: readonly { label: string; readings: readonly Reading[] }[]
  /** How the page was made, one command per line. */
  commands: readonly string[]
}

/** File name to content; `README.md` is the page. */
export function reportFiles(input: ReportInput): Map<string, string> {
  const { analysis, across, runs } = input
  const axis = input.axis ?? axisOf(analysis.inputs.runs, analysis.roles)
  const fit = fitWith(analysis, analysis.chosenStates)
  const files = new Map<string, string>()
  files.set('selection.svg', selectionFigure(analysis))
  if (analysis.evidence) files.set('evidence.svg', evidenceFigure(analysis.evidence))
  files.set('map.svg', mapFigure(fit))
  files.set('paths.svg', pathsFigure(analysis, fit, axis))
  files.set('means.svg', meansFigure(analysis, fit))
  const metric = across?.metric ?? null
  const curves = metric ? curvesFigure(analysis, fit, runs, metric, across!.threshold, axis) : null
  if (curves) files.set('curves.svg', curves)
  files.set('README.md', page(input, fit, curves !== null, axis))
  return files
}

const chosenBy = { evidence: 'the evidence', bic: 'BIC', aic: 'AIC', heldout: 'held-out likelihood', user: 'choice' }

function page(
  { title, analysis, across, commands, readings = [] }: ReportInput,
  fit: FittedStates,
  curves: boolean,
  axis: TimeAxis
): string {
  const { inputs, options } = analysis
  const states = fit.stateSummaries
  const label = (k: number): string => `S${states[k].number} ${markdownText(states[k].name)}`
  const parts = [
    `# ${markdownText(title)}`,
    `${count(inputs.runs.length, 'run')}, ${inputs.rows} points, ${count(inputs.features.length, 'feature')}, ` +
      `${options.covariance} covariances, ${scalingWords[options.zscore]}${statesAre(inputs)}. ` +
      `**K = ${analysis.chosenStates}** by ${chosenBy[analysis.chosenBy]}, ` +
      `log-likelihood ${number(fit.logLikelihood)}, ${count(analysis.candidates.length, 'fit')} in ${analysis.elapsedSeconds.toFixed(1)} s.`,
    commands.length > 0 ? markdownCode(commands, 'sh') : '',
    '## Choice of K',
    analysis.evidence ? `**${analysis.evidence.verdict}**` : '',
    analysis.evidence?.levels ? `Of levels: ${analysis.evidence.levels}` : '',
    analysis.evidence?.rates ? `Of rates of change: ${analysis.evidence.rates}` : '',
    analysis.evidence ? '![Gain of states, on the runs and on runs without phases](evidence.svg)' : '',
    '![Choice of K](selection.svg)',
    table(
      [
        'K',
        'Parameters',
        'Log-likelihood',
        'BIC, best',
        'BIC, restarts',
        'AIC, best',
        'Held-out per point',
        'Restarts that agree'
      ],
      analysis.selection.map((row) => [
        row.states === analysis.chosenStates ? `**${row.states}**` : String(row.states),
        String(row.parameters),
        number(row.best),
        number(row.bic?.best),
        row.bic ? `${number(row.bic.mean)} ± ${number(row.bic.std)}` : '–',
        number(row.aic?.best),
        row.heldOut ? `${row.heldOut.mean.toFixed(2).replace('-', '\u2212')} ± ${row.heldOut.std.toFixed(2)}` : '–',
        agreeing(analysis, row.states)
      ])
    ),
    'Restarts that agree decode at least 95% of the points to the states of the best one.',
    '## Path of states over the runs',
    '![Paths](paths.svg)',
    table(
      ['Run', `Path, with the ${axis} of each entry`],
      inputs.runs.map((run, r) => [
        markdownText(run.label),
        segmentsOf(fit.paths[r])
          .map(({ state, start }) => `S${states[state].number} (${short(timesOn(run, axis)[start])})`)
          .join(' → ')
      ])
    ),
    '## States',
    '![Training map](map.svg)',
    table(
      ['State', 'Share of points', 'Visits', 'Mean length, points', 'Runs that visit', 'Role', 'Rule for the name'],
      states.map((state, k) => [
        label(k),
        `${(100 * state.occupancy).toFixed(1)}%`,
        String(state.visits),
        short(state.meanDwell),
        `${fit.paths.filter((path) => path.includes(k)).length} of ${fit.paths.length}`,
        [state.initial ? 'initial' : '', state.final ? 'final' : '', state.absorbing ? 'absorbing' : '']
          .filter(Boolean)
          .join(', ') || '–',
        markdownText(state.rule)
      ])
    ),
    '![State means](means.svg)',
    '## Transitions',
    table(
      ['From', 'To', 'Count', 'Share on leaving', 'Probability per point', 'Features that drive it (d ln p / dz)'],
      fit.transitions.map((transition) => [
        label(transition.from),
        label(transition.to),
        String(transition.count),
        transition.leavingShare.toFixed(2),
        transition.probability.toPrecision(3),
        transition.features
          .slice(0, 3)
          .flatMap(({ feature, gradient }) =>
            gradient === null ? [] : [`${markdownText(feature)} (${signed(gradient)})`]
          )
          .join(', ')
      ])
    )
  ]
  if (across) parts.push(...acrossParts(across, label, curves))
  if (readings.length > 0) parts.push('## Readings of the runs', ...readingParts(readings))
  parts.push('## Input and remarks')
  const remarks = [...analysis.findings, ...(across?.findings ?? [])]
  parts.push(
    remarks.length === 0
      ? 'Every point of every run was used.'
      : remarks.map(({ text }) => `- ${markdownText(text)}`).join('\n')
  )
  return parts.filter(Boolean).join('\n\n') + '\n'
}

function acrossParts(across: AcrossRuns, label: (k: number) => string, curves: boolean): string[] {
  const converged = across.runs.filter((run) => run.epoch !== null)
  const { regression } = across
  return [
    '## Convergence',
    curves ? '![Curves](curves.svg)' : '',
    `A run has converged when ${markdownText(across.metric)} is ${across.direction} ${across.threshold} for the first time: ` +
      `${converged.length} of ${across.runs.length} runs.`,
    table(
      ['Run', capital(across.axis), 'Fitted', 'Group of alike runs'],
      across.runs.map((run) => [
        markdownText(run.label),
        run.epoch === null ? 'never' : short(run.epoch),
        run.fitted === null ? '–' : short(run.fitted),
        String(run.cluster + 1)
      ])
    ),
    ...(regression
      ? [
          '### Convergence explained by time in states',
          `R² = ${regression.r2.toFixed(3)}, adjusted ${regression.adjustedR2 === null ? '–' : regression.adjustedR2.toFixed(3)}, ` +
            `${regression.rows} runs, ${regression.degreesOfFreedom} degrees of freedom. ` +
            `Coefficients are ${across.axis}s later per ${across.axis} in the state instead of in ${regression.reference.map(label).join(' or ')}.`,
          table(
            ['Term', 'Coefficient', 'Standard error', 't', 'p'],
            regression.estimates.map((row) => [
              row.state === null ? 'intercept' : label(row.state),
              short(row.coefficient),
              short(row.standardError),
              row.t === null ? '–' : short(row.t),
              probability(row.p)
            ])
          )
        ]
      : []),
    '### Detour states',
    table(
      [
        'State',
        'Converged runs that visit',
        `Later by, ${across.axis}s`,
        '95% interval',
        'r',
        'p (t)',
        'p (permutation)',
        'q',
        'Verdict'
      ],
      across.detours.map((test) => [
        label(test.state),
        `${test.visiting} of ${test.runs}`,
        test.difference === null ? '–' : short(test.difference),
        test.interval ? `${short(test.interval[0])} to ${short(test.interval[1])}` : '–',
        test.correlation === null ? '–' : short(test.correlation),
        probability(test.p),
        probability(test.permutationP),
        probability(test.q),
        markdownText(test.why)
      ])
    )
  ].filter(Boolean)
}

/** What is said above a note; of the others, how many they are. */
function readingParts(read: readonly { label: string; readings: readonly Reading[] }[]): string[] {
  const rows = read.flatMap(({ label, readings }) =>
    readings
      .filter(({ severity }) => severity !== 'note')
      .map(({ rule, severity, text }) => [markdownText(label), severity, ruleTitles[rule], markdownText(text)])
  )
  const fine = read.filter(({ readings }) => readings.every(({ severity }) => severity === 'note')).length
  const quiet = `Of ${count(read.length, 'run')} ${fine} ${fine === 1 ? 'has' : 'have'} no alarm.`
  return rows.length > 0 ? [quiet, table(['run', 'severity', 'reading', 'what'], rows)] : [quiet]
}

function agreeing(analysis: Analysis, states: number): string {
  const own = analysis.candidates.filter((candidate) => candidate.states === states)
  return `${own.filter((candidate) => (candidate.agreement ?? 0) >= 0.95).length} of ${own.length}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(1).replace('-', '\u2212')
}

function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '\u2212')
}

function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value)
}

function probability(value: number | null): string {
  return value === null ? '–' : value < 0.001 ? '< 0.001' : value.toFixed(3)
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1)
}
