/** How much better K states explain unseen runs than one regime does: on the runs themselves, and on surrogates. */
import { decodeViterbi, scoreSequences } from '../../hmm'
import type { Autoregression, FitResult, Sequence } from '../../hmm/types'
import { Rng } from '../../numeric/rng'
import { noiseOfRates, ratesOf } from '../rates'
import { fitScaled } from '../scaled-fit'
import { likelihoodRows } from '../likelihood'
import { scaleInPlace, scalingOfRates } from '../scaling'
import type { AnalysisOptions } from '../../domain/analysis-options'
import { addBends, bendsOf, noBends, smoothRates, smoothSurrogate } from './bends'
import type { Bends } from './bends'
import { bentRun, surrogateOfBent } from './bent-runs'
import { slicesOf } from './slices'
import { linearRegime, surrogateOf } from './surrogates'

/** EM steps of a fit here: what states gain shows early, and hundreds of fits are made. */
const MOST_ITERATIONS = 25
/** EM stops when a step gains less than this, per point. */
const TOLERANCE = 1e-3
/** Points that are looked at; more of them would sharpen nothing. Beyond, whole runs are left out evenly. */
const MOST_ROWS = 12_000
const FEWEST_RUNS = 10
/**
 * Of fewer runs none is held out. One or two runs say little about the scale of another, and one state alone then explains it so
 * badly that any other gains: surrogates of two grokking runs "gained" 33 a point. What is fitted too closely without, is so on
 * surrogates, too.
 */
const FEWEST_TO_HOLD_OUT = 4

/** The runs themselves; surrogates that drift as they do; or such that bend as smoothly as they, or as their rates of change, do. */
export type EvidenceSource = 'runs' | 'surrogates' | 'bends'

/** What states of changes, be they rates or rules, are held against. */
export const sourcesOfChange: readonly EvidenceSource[] = ['runs', 'surrogates', 'bends']

/** What the states are that are weighed. */
export type WeighedStates = { of: 'levels' } | RatesWeighed | { of: 'rules'; autoregression: Autoregression['kind'] }

interface RatesWeighed {
  of: 'rates'
  /** Points per window (see `ratesOf`). */
  window: number
  /** Steps of every sequence. */
  steps: readonly ArrayLike<number>[]
}

/** What the numbers of states from `statesMin` to `statesMax` gain in one split of the runs, or of one set of surrogates of them. */
export interface EvidenceTask {
  of: EvidenceSource
  /** Which split, or which set. */
  index: number
  /** Indices of the runs. Equal lists where there are few: then nothing is held out. */
  trainRuns: number[]
  testRuns: number[]
  /** Absent: 1. What comes of a number does not depend on where the task begins. */
  statesMin?: number
  statesMax: number
  seed: number
  /** The runs differ in scale, where levels are shared: their surrogates may, too. */
  stretched?: boolean
}

export interface EvidenceResult {
  of: EvidenceSource
  index: number
  /** Runs that were looked at, and those of them that were held out; the same where nothing could be. */
  runs: number
  heldOut: number
  /** Log-likelihood (natural log) per held-out point of 1, 2... states; null where the fit failed. */
  scores: (number | null)[]
  /** Of levels of the runs: how many of 1, 2... states are slices of a slope (see `slicesOf`); null as above. */
  slices?: (number | null)[]
  /** Of rates of the runs: whether they hold still in the states of 1, 2... states, on held-out runs; null as above. */
  bends?: (Bends | null)[]
  /** Why the first of the failed fits failed. */
  problem: string | null
}

type Settings = Pick<AnalysisOptions, 'covariance' | 'minCovar' | 'transitions' | 'zscore'>

/**
 * The splits and surrogate sets of an analysis; a set of surrogates is split as the runs are.
 * @param rows of every run.
 * @param kinds what is measured; states of changes need all three.
 */
export function planEvidence(
  options: Pick<AnalysisOptions, 'folds' | 'seed' | 'statesMax' | 'surrogates'>,
  rows: readonly number[],
  kinds: readonly EvidenceSource[] = ['runs', 'surrogates']
): EvidenceTask[] {
  const { folds, seed, statesMax, surrogates } = options
  const used = evenShare(rows)
  const order = Rng.forPurpose(seed, 'evidence').shuffle([...used])
  const parts = Math.max(2, Math.min(folds, order.length))
  const splits =
    order.length < FEWEST_TO_HOLD_OUT
      ? [{ trainRuns: order, testRuns: order }]
      : Array.from({ length: parts }, (_, part) => ({
          trainRuns: order.filter((_, i) => i % parts !== part),
          testRuns: order.filter((_, i) => i % parts === part)
        }))
  const task = (of: EvidenceTask['of'], index: number): EvidenceTask => {
    const own = Rng.forPurpose(seed, `evidence ${of} ${index}`).uint32()
    return { of, index, ...splits[index % splits.length], statesMax, seed: own }
  }
  return kinds.flatMap((of) =>
    Array.from({ length: of === 'runs' ? splits.length : surrogates }, (_, index) => task(of, index))
  )
}

/** Runs, evenly over the list, that hold at most so many rows together; some of them in any case. */
function evenShare(rows: readonly number[]): number[] {
  const all = rows.map((_, r) => r)
  const total = rows.reduce((sum, n) => sum + n, 0)
  if (total <= MOST_ROWS) return all
  const count = Math.min(rows.length, Math.max(FEWEST_RUNS, Math.floor((MOST_ROWS / total) * rows.length)))
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows.length) / count))
}

/**
 * @param sequences of all runs of the analysis, scaled as its options say.
 * @param weighed what the states are; by default levels.
 */
export function measureGains(
  task: EvidenceTask,
  sequences: readonly Sequence[],
  settings: Settings,
  weighed: WeighedStates = { of: 'levels' }
): EvidenceResult {
  const rates = weighed.of === 'rates' ? weighed : null
  const rule = weighed.of === 'rules' ? weighed.autoregression : undefined
  const rng = Rng.forPurpose(task.seed, 'surrogates')
  const used = [...new Set([...task.trainRuns, ...task.testRuns])].sort((a, b) => a - b)
  const runs = new Map<number, Sequence>()
  for (const r of used) {
    const bent = task.of === 'bends' && !rates
    const drawn = task.of === 'surrogates' || bent ? drawnFrom(sequences[r], rng, bent) : sequences[r]
    if (!rates) runs.set(r, drawn)
    else {
      const own = ratesOf(drawn, rates.steps[r], rates.window)
      runs.set(r, task.of === 'bends' ? smoothSurrogate(smoothRates(own), rng) : own)
    }
  }
  const before = task.of === 'runs' && rates ? new Map([...runs].map(([r, run]) => [r, copyOf(run)])) : null
  // A z-score holds for the data that are fitted.
  if (rates) scaleInPlace([...runs.values()], scalingOfRates(settings.zscore))
  else if (task.of !== 'runs') scaleInPlace([...runs.values()], settings.zscore, task.stretched)
  const pick = (indices: readonly number[]): Sequence[] => indices.map((r) => runs.get(r)!)
  const [train, test] = [pick(task.trainRuns), pick(task.testRuns)]
  const rows = likelihoodRows(test, rule)
  const scores: (number | null)[] = []
  const bends: (Bends | null)[] = []
  const slices: (number | null)[] = []
  let problem: string | null = null
  for (let states = task.statesMin ?? 1; states <= task.statesMax; states++) {
    try {
      const fit = bestFit(states, train, task.seed, settings, rule)
      const score = scoreSequences(fit, test) / rows
      scores.push(Number.isFinite(score) ? score : null)
      if (task.of === 'runs' && weighed.of === 'levels') {
        const all = [...runs.values()]
        slices.push(states === 1 ? 0 : slicesOf(all, decodeViterbi(fit, all), states))
      }
      if (!before || !rates) continue
      const paths = decodeViterbi(fit, test)
      const own = task.testRuns.map((r, i) =>
        bendsOf(before.get(r)!, paths[i], noiseOfRates(sequences[r], rates.steps[r], rates.window))
      )
      bends.push(own.reduce(addBends, noBends))
    } catch (error) {
      // Fewer points than states, or a covariance that cannot be inverted: this number of states says nothing.
      scores.push(null)
      if (before) bends.push(null)
      else if (weighed.of === 'levels') slices.push(null)
      problem ??= (error as Error).message
    }
  }
  const { of, index } = task
  return {
    of,
    index,
    runs: used.length,
    heldOut: test.length,
    scores,
    problem,
    ...(before ? { bends } : task.of === 'runs' && weighed.of === 'levels' ? { slices } : {})
  }
}

/** A run too short to show a regime stands for itself. */
function drawnFrom(run: Sequence, rng: Rng, bent: boolean): Sequence {
  if (run.rows < 3) return copyOf(run)
  return bent ? surrogateOfBent(bentRun(run), rng) : surrogateOf(linearRegime(run), rng)
}

function copyOf(run: Sequence): Sequence {
  return { ...run, data: run.data.slice() }
}

/** From stretches of time and from k-means++, whichever explains the runs that it was fitted to better. */
function bestFit(
  states: number,
  train: readonly Sequence[],
  seed: number,
  settings: Settings,
  autoregression: Autoregression['kind'] | undefined
): FitResult {
  const rows = likelihoodRows(train, autoregression)
  const { covariance, minCovar, transitions, zscore } = settings
  const fitFrom = (start: 'segments' | 'kmeans'): FitResult => {
    const limits = { maxIterations: MOST_ITERATIONS, tolerance: TOLERANCE * rows }
    // Clusters begin as wide as they are: else near ones are one at first, beside one that is far away, and EM stops there.
    const startCovars = start === 'kmeans' && !autoregression ? ('within' as const) : ('data' as const)
    const options = { states, seed, start, startCovars, covariance, autoregression, minCovar, transitions, ...limits }
    return fitScaled(train, options, zscore)
  }
  const first = fitFrom('segments')
  if (states === 1) return first
  const second = fitFrom('kmeans')
  const last = ({ logLikelihoodHistory: history }: FitResult): number => history[history.length - 1] ?? -Infinity
  return last(second) > last(first) ? second : first
}
