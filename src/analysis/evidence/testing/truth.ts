/** One simulated set through the fit of the application: what the evidence says of it, and what BIC would have said. */
import { decodeViterbi, modelOfFit, scoreSequences, bic, parameterCount, fitGaussianHmm } from '../../../hmm'
import type { GaussianHmm, Sequence } from '../../../hmm/types'
import { adjustedRandIndex } from '../../../numeric/rand-index'
import { Rng } from '../../../numeric/rng'
import { scaleInPlace } from '../../scaling'
import type { Scale, Scaling } from '../../scaling'
import type { BuiltSequences } from '../../sequences'
import type { AnalysisOptions, Emission } from '../../../domain/analysis-options'
import { measureGains } from '../gains'
import { judgeEvidence } from '../judge'
import { weighPhases } from '../weigh'
import { drawSize, families } from './families'

export interface Judgement {
  /** Planted; 1: none. */
  phases: number
  runs: number
  noise: number
  /** Said by the evidence, and by BIC over 1 to 8 states. */
  states: number
  bic: number
  effect: number
  /** What the phases were told by. */
  by: 'levels' | 'rates' | 'autoregressive'
  /** Adjusted Rand index of the decoded states against the planted ones; null where the number is not right, or 1. */
  agreement: number | null
}

const statesMax = 8

export async function judge(
  family: string,
  set: number,
  zscore: Scaling = 'shared',
  count?: number,
  emission: Emission = 'auto'
): Promise<Judgement> {
  const { draw } = families.find(({ name }) => name === family)!
  const rng = Rng.forPurpose(set, `truth ${family}`)
  const drawn = drawSize(rng)
  const size = count === undefined ? drawn : { ...drawn, runs: count }
  const { runs: raw, phases, paths } = draw(rng, size)
  const runs = raw.map((run) => ({ ...run, data: run.data.slice(), missing: run.data.some(Number.isNaN) }))
  const scaling = scaleInPlace(runs, zscore)
  const options: AnalysisOptions = {
    folds: 5,
    seed: set,
    statesMin: 1,
    statesMax,
    surrogates: 20,
    zscore,
    covariance: 'diag',
    minCovar: 1e-3,
    transitions: 'free',
    emission,
    runIds: [],
    features: [],
    restarts: 4,
    criterion: 'evidence',
    maxIterations: 100,
    tolerance: 1e-2
  }
  const weighed = await weighPhases(builtOf(runs, scaling), options, (tasks, states) =>
    Promise.resolve(tasks.map((task) => measureGains(task, runs, options, states)))
  )
  const { states, effect, emission: by = 'levels' } = judgeEvidence(weighed, size.features)!
  const fits = Array.from({ length: statesMax }, (_, k) => bestFit(runs, k + 1))
  const rows = runs.reduce((sum, run) => sum + run.rows, 0)
  const scores = fits.map((model) => bic(scoreSequences(model, runs), parameterCount(model), rows))
  const pathsBy = {
    levels: () => decodeViterbi(fits[states - 1], runs),
    rates: () => pathsOfRates(weighed.built, runs, states),
    autoregressive: () => decodeViterbi(bestFit(runs, states, 'diag'), runs)
  }
  return {
    phases,
    runs: size.runs,
    noise: size.noise,
    states,
    effect,
    by,
    bic: 1 + scores.indexOf(Math.min(...scores)),
    agreement: paths && states === phases ? adjustedRandIndex(joined(pathsBy[by]()), joined(paths)) : null
  }
}

/** As a fit builds them, of sequences that are scaled already. */
export function builtOf(sequences: Sequence[], scaling: Scale[][]): BuiltSequences {
  const features = Array.from({ length: sequences[0].columns }, (_, d) => `f${d}`)
  const steps = (rows: number): number[] => Array.from({ length: rows }, (_, t) => t)
  return {
    sequences,
    findings: [],
    inputs: {
      features,
      runs: sequences.map(({ rows }, r) => ({
        runId: `r${r}`,
        label: `r${r}`,
        seed: r,
        steps: steps(rows),
        epochs: steps(rows)
      })),
      rows: sequences.reduce((sum, { rows }) => sum + rows, 0),
      scaling
    }
  }
}

/** The state of every point: that of the nearest rate. */
function pathsOfRates({ inputs, sequences }: BuiltSequences, runs: readonly Sequence[], states: number): Int32Array[] {
  return decodeViterbi(bestFit(sequences, states), sequences).map((path, r) => {
    const at = inputs.runs[r].steps
    let i = 0
    return Int32Array.from({ length: runs[r].rows }, (_, t) => {
      while (i + 1 < at.length && Math.abs(at[i + 1] - t) < Math.abs(at[i] - t)) i++
      return path[i]
    })
  })
}

function bestFit(runs: readonly Sequence[], states: number, autoregression?: 'diag'): GaussianHmm {
  const fits = [0, 1, 2, 3].map((seed) =>
    fitGaussianHmm(runs, {
      states,
      seed,
      covariance: 'diag',
      autoregression,
      maxIterations: 100,
      tolerance: 1e-2,
      start: seed % 2 === 0 ? 'segments' : 'kmeans'
    })
  )
  const last = (fit: (typeof fits)[number]): number => fit.logLikelihoodHistory[fit.logLikelihoodHistory.length - 1]
  return modelOfFit(fits.reduce((best, fit) => (last(fit) > last(best) ? fit : best)))
}

/** The points of all runs, one after the other. */
function joined(paths: readonly ArrayLike<number>[]): number[] {
  return paths.flatMap((path) => Array.from(path))
}
