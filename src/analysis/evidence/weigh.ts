/** Which evidence an analysis asks for, in which order, and what it is then fitted to: levels, rates of change, or rules of it. */
import { ratesOfBuilt, rateWindow } from '../rates'
import { isStretched } from '../scaling'
import type { BuiltSequences } from '../sequences'
import { mostStates } from '../../domain/states'
import { autoregressionOf } from '../../domain/analysis-options'
import type { AnalysisOptions, AutoregressionKind } from '../../domain/analysis-options'
import type { Evidence } from '../../domain/evidence'
import type { Finding } from '../../domain/finding'
import { planEvidence, sourcesOfChange } from './gains'
import type { EvidenceResult, EvidenceTask, WeighedStates } from './gains'
import type { Measured } from './judge'
import { endsAtEdge, weighEvidence } from './verdict'
import { weighRates } from './verdict-of-rates'
import { weighRules } from './verdict-of-rules'

export interface Weighed extends Measured {
  /** What the states are fitted to. */
  built: BuiltSequences
  /** Those that were asked for; with a larger `statesMax` where it was raised. */
  options: AnalysisOptions
}

/** Measures tasks over the sequences of levels, side by side. */
export type Weigh = (tasks: EvidenceTask[], weighed: WeighedStates) => Promise<EvidenceResult[]>

/**
 * Levels first; rates where levels show no phases, and rules of change where rates show none either; or what was asked for. Where
 * the evidence chooses the number of states, ends at the largest one and may go on (`extend`), the others up to the most that there
 * can be are weighed as well, with the same numbers as if they had been asked for at once.
 * @param built levels, scaled as the options say.
 * @throws an Error with a plain sentence when rates were asked for and no run is long enough.
 */
export async function weighPhases(built: BuiltSequences, asked: AnalysisOptions, weigh: Weigh): Promise<Weighed> {
  const { emission = 'levels' } = asked
  const features = built.inputs.features.length
  const rowsOf = ({ sequences }: BuiltSequences): number[] => sequences.map(({ rows }) => rows)
  let options = asked
  const weighAll = async (
    tasks: EvidenceTask[],
    source: WeighedStates,
    atEdge: (results: EvidenceResult[]) => boolean
  ): Promise<EvidenceResult[]> => {
    const results = await weigh(tasks, source)
    const mayGoOn = options.extend === true && options.criterion === 'evidence' && options.statesMax < mostStates
    if (!mayGoOn || !atEdge(results)) return results
    const further = tasks.map((task) => ({ ...task, statesMin: task.statesMax + 1, statesMax: mostStates }))
    options = { ...options, statesMax: mostStates }
    return joined(results, await weigh(further, source))
  }
  const settled = (of: BuiltSequences, measured: Partial<Measured>): Weighed => ({
    levels: [],
    rates: [],
    rules: [],
    ...measured,
    built: options === asked ? of : { ...of, findings: [...of.findings, raised(asked)] },
    options
  })
  const stretched = isStretched(built.inputs.scaling)
  const tasksOf = (...kinds: Parameters<typeof planEvidence>[2][]): EvidenceTask[] =>
    planEvidence(options, rowsOf(built), ...kinds).map((task) => ({ ...task, stretched }))

  /** There are phases, as many as were tried at most. */
  const atMost = (evidence: Evidence | null): boolean => hasPhases(evidence) && evidence!.states === asked.statesMax
  const weighRulesOf = (autoregression: AutoregressionKind): Promise<EvidenceResult[]> =>
    weighAll(tasksOf(sourcesOfChange), { of: 'rules', autoregression }, (results) => atMost(weighRules(results)))

  const askedRule = autoregressionOf(emission)
  if (askedRule) return settled(asRules(built, askedRule), { rules: await weighRulesOf(askedRule) })

  const levels =
    emission === 'rates'
      ? []
      : await weighAll(tasksOf(), { of: 'levels' }, (results) => endsAtEdge(results, asked.statesMax))
  if (emission === 'levels') return settled(built, { levels })
  if (emission === 'auto' && weighEvidence(levels)?.states !== 1) return settled(built, { levels })

  const inRates = emission === 'rates' ? asRates(built, options) : ratesIfAny(built, options)
  let rates: EvidenceResult[] = []
  if (inRates) {
    const { kept, window } = inRates
    const tasks = planEvidence(options, rowsOf(inRates), sourcesOfChange).map((task) => ({
      ...task,
      trainRuns: task.trainRuns.map((i) => kept[i]),
      testRuns: task.testRuns.map((i) => kept[i])
    }))
    const steps = built.inputs.runs.map((run) => Float64Array.from(run.steps))
    rates = await weighAll(tasks, { of: 'rates', window, steps }, (results) => atMost(weighRates(results, features)))
    if (emission === 'rates' || hasPhases(weighRates(rates, features))) return settled(inRates, { levels, rates })
  }
  const rules = await weighRulesOf('diag')
  return settled(hasPhases(weighRules(rules)) ? asRules(built, 'diag') : built, { levels, rates, rules })
}

function hasPhases(evidence: Evidence | null): boolean {
  return evidence !== null && evidence.states > 1
}

/** What the same tasks found of fewer and of more states. */
function joined(fewer: readonly EvidenceResult[], more: readonly EvidenceResult[]): EvidenceResult[] {
  return fewer.map((first) => {
    const second = more.find(({ of, index }) => of === first.of && index === first.index)
    if (!second) return first
    return {
      ...first,
      scores: [...first.scores, ...second.scores],
      ...(first.slices ? { slices: [...first.slices, ...(second.slices ?? [])] } : {}),
      ...(first.bends ? { bends: [...first.bends, ...(second.bends ?? [])] } : {}),
      problem: first.problem ?? second.problem
    }
  })
}

function raised({ statesMin, statesMax }: AnalysisOptions): Finding {
  const text =
    `The evidence did not end with ${statesMin} to ${statesMax} states, which were to be tried: ` +
    `up to ${mostStates} were weighed and fitted as well.`
  return { severity: 'info', text }
}

/** The same where no evidence is asked for. */
export function nothingWeighed(built: BuiltSequences, options: AnalysisOptions): Weighed {
  const rule = autoregressionOf(options.emission)
  const fitted = options.emission === 'rates' ? asRates(built, options) : rule ? asRules(built, rule) : built
  return { built: fitted, options, levels: [], rates: [], rules: [] }
}

/** The same rows, of which states are rules. */
function asRules(built: BuiltSequences, autoregression: AutoregressionKind): BuiltSequences {
  return { ...built, inputs: { ...built.inputs, autoregression } }
}

type InRates = BuiltSequences & { kept: number[]; window: number }

function ratesIfAny(built: BuiltSequences, { zscore }: AnalysisOptions): InRates | null {
  const window = rateWindow(
    built.sequences,
    built.inputs.runs.map(({ steps }) => steps)
  )
  const rates = ratesOfBuilt(built, zscore, window)
  return rates && { ...rates, window }
}

function asRates(built: BuiltSequences, options: AnalysisOptions): InRates {
  const rates = ratesIfAny(built, options)
  if (rates) return rates
  const most = Math.max(...built.sequences.map(({ rows }) => rows))
  throw new Error(
    `No run is long enough for rates of change: the longest has ${most} points. Record more often, or fit levels.`
  )
}
