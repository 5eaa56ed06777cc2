/** Which evidence an analysis asks for, in which order, and what it is then fitted to: levels, or rates of change. */
import { ratesOfBuilt, rateWindow } from '../rates'
import { isStretched } from '../scaling'
import type { BuiltSequences } from '../sequences'
import { MOST_STATES } from '../summaries'
import type { AnalysisOptions } from '../../domain/analysis-options'
import type { Finding } from '../../domain/finding'
import { planEvidence, rateSources } from './gains'
import type { EvidenceResult, EvidenceTask, RateSource } from './gains'
import { endsAtEdge, weighEvidence } from './verdict'
import { weighRates } from './verdict-of-rates'

export interface Weighed {
  /** What the states are fitted to. */
  built: BuiltSequences
  /** Those that were asked for; with a larger `statesMax` where it was raised. */
  options: AnalysisOptions
  levels: EvidenceResult[]
  rates: EvidenceResult[]
}

/** Measures tasks over the sequences of levels, side by side; with `rates` over what these change by. */
export type Weigh = (tasks: EvidenceTask[], rates: RateSource | null) => Promise<EvidenceResult[]>

/**
 * Levels first; rates where levels show no phases, or where they were asked for. Where the evidence chooses the number of
 * states, ends at the largest one and may go on (`extend`), the others up to the most that there can be are weighed as well, with
 * the same numbers as if they had been asked for at once.
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
    source: RateSource | null,
    atEdge: (results: EvidenceResult[]) => boolean
  ): Promise<EvidenceResult[]> => {
    const results = await weigh(tasks, source)
    const mayGoOn = options.extend === true && options.criterion === 'evidence' && options.statesMax < MOST_STATES
    if (!mayGoOn || !atEdge(results)) return results
    const further = tasks.map((task) => ({ ...task, statesMin: task.statesMax + 1, statesMax: MOST_STATES }))
    options = { ...options, statesMax: MOST_STATES }
    return joined(results, await weigh(further, source))
  }
  const settled = (of: BuiltSequences): Pick<Weighed, 'built' | 'options'> => ({
    built: options === asked ? of : { ...of, findings: [...of.findings, raised(asked)] },
    options
  })
  const stretched = isStretched(built.inputs.scaling)
  const plan = planEvidence(options, rowsOf(built)).map((task) => ({ ...task, stretched }))
  const levels =
    emission === 'rates' ? [] : await weighAll(plan, null, (results) => endsAtEdge(results, asked.statesMax))
  if (emission === 'levels') return { ...settled(built), levels, rates: [] }
  if (emission === 'auto' && weighEvidence(levels)?.states !== 1) return { ...settled(built), levels, rates: [] }
  const inRates = emission === 'rates' ? asRates(built, options) : ratesIfAny(built, options)
  if (!inRates) return { ...settled(built), levels, rates: [] }
  const { kept, window } = inRates
  const tasks = planEvidence(options, rowsOf(inRates), rateSources).map((task) => ({
    ...task,
    trainRuns: task.trainRuns.map((i) => kept[i]),
    testRuns: task.testRuns.map((i) => kept[i])
  }))
  const source = { window, steps: built.inputs.runs.map(({ steps }) => Float64Array.from(steps)) }
  const statesOf = (results: EvidenceResult[]): number => weighRates(results, features)?.states ?? 1
  const rates = await weighAll(
    tasks,
    source,
    (results) => statesOf(results) > 1 && statesOf(results) === asked.statesMax
  )
  const found = emission === 'rates' || statesOf(rates) > 1
  return { ...settled(found ? inRates : built), levels, rates }
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
    `up to ${MOST_STATES} were weighed and fitted as well.`
  return { severity: 'info', text }
}

/** The same where no evidence is asked for. */
export function nothingWeighed(built: BuiltSequences, options: AnalysisOptions): Weighed {
  return { built: options.emission === 'rates' ? asRates(built, options) : built, options, levels: [], rates: [] }
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
