/** Which evidence an analysis asks for, in which order, and what it is then fitted to: levels, or rates of change. */
import { ratesOfBuilt, rateWindow } from '../rates'
import { isStretched } from '../scaling'
import type { BuiltSequences } from '../sequences'
import type { AnalysisOptions } from '../types'
import { planEvidence, rateSources } from './gains'
import type { EvidenceResult, EvidenceTask, RateSource } from './gains'
import { weighEvidence } from './verdict'
import { weighRates } from './verdict-of-rates'

export interface Weighed {
  /** What the states are fitted to. */
  built: BuiltSequences
  levels: EvidenceResult[]
  rates: EvidenceResult[]
}

/** Measures tasks over the sequences of levels, side by side; with `rates` over what these change by. */
export type Weigh = (tasks: EvidenceTask[], rates: RateSource | null) => Promise<EvidenceResult[]>

/**
 * Levels first; rates where levels show no phases, or where they were asked for.
 * @param built levels, scaled as the options say.
 * @throws an Error with a plain sentence when rates were asked for and no run is long enough.
 */
export async function weighPhases(built: BuiltSequences, options: AnalysisOptions, weigh: Weigh): Promise<Weighed> {
  const { emission = 'levels' } = options
  const rowsOf = ({ sequences }: BuiltSequences): number[] => sequences.map(({ rows }) => rows)
  const stretched = isStretched(built.inputs.scaling)
  const plan = planEvidence(options, rowsOf(built)).map((task) => ({ ...task, stretched }))
  const levels = emission === 'rates' ? [] : await weigh(plan, null)
  if (emission === 'levels') return { built, levels, rates: [] }
  if (emission === 'auto' && weighEvidence(levels)?.states !== 1) return { built, levels, rates: [] }
  const inRates = emission === 'rates' ? asRates(built, options) : ratesIfAny(built, options)
  if (!inRates) return { built, levels, rates: [] }
  const { kept, window } = inRates
  const tasks = planEvidence(options, rowsOf(inRates), rateSources).map((task) => ({
    ...task,
    trainRuns: task.trainRuns.map((i) => kept[i]),
    testRuns: task.testRuns.map((i) => kept[i])
  }))
  const rates = await weigh(tasks, { window, steps: built.inputs.runs.map(({ steps }) => Float64Array.from(steps)) })
  const found = emission === 'rates' || (weighRates(rates, built.inputs.features.length)?.states ?? 1) > 1
  return { built: found ? inRates : built, levels, rates }
}

/** The same where no evidence is asked for. */
export function nothingWeighed(built: BuiltSequences, options: AnalysisOptions): Weighed {
  return { built: options.emission === 'rates' ? asRates(built, options) : built, levels: [], rates: [] }
}

type InRates = BuiltSequences & { kept: number[]; window: number }

function ratesIfAny(built: BuiltSequences, { zscore }: AnalysisOptions): InRates | null {
  const window = rateWindow(built.sequences.map(({ rows }) => rows))
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
