/** Expectation maximisation (Baum-Welch) of a Gaussian HMM. */
import { Rng } from '../numeric/rng'
import { moveOrigin, stayRule } from './autoregression'
import { maximiseRules } from './change-rules'
import { collapsedStates } from './collapse'
import { checkAgainstMask, transitionMask } from './constraints'
import { prepareEmissions } from './emissions'
import type { EmissionTable } from './emissions'
import { Expectation } from './expectation'
import {
  initialCovars,
  kMeansCentres,
  modelFromParameters,
  orderedInTime,
  segmentMeans,
  narrow,
  sharesWithin,
  uniformModel
} from './initialise'
import { maximise } from './mstep'
import type { MStepOptions } from './mstep'
import { reseedStates } from './reseed'
import { sumsOfSquares } from './rows'
import type { RowBlocks } from './rows'
import type { FitOptions, FitResult, GaussianHmm, Sequence } from './types'

/** A fall of the log-likelihood up to this much, absolute and relative, is rounding. */
const ROUNDING = 1.5e-8
const RELATIVE_ROUNDING = 1e-11

/**
 * Fits a Gaussian HMM by EM (Rabiner 1989, eq. 40 and 52-54), with hmmlearn's priors, defaults and stopping rule.
 *
 * Differences from hmmlearn, all deliberate: a log-likelihood that falls ends the fit with a `problem` and is not
 * convergence; reaching maxIterations is not convergence; a state that loses its rows is restarted instead of dividing
 * by zero; the start without `init` has uniform probabilities; transitions can be constrained.
 *
 * @param sequences rows of one run each, [T, D]; finite numbers, and NaN for missing cells where a sequence says so.
 * @throws on wrong shapes, non-finite input, fewer rows than states, or a start that the constraint forbids.
 */
export function fitGaussianHmm(sequences: readonly Sequence[], options: FitOptions): FitResult {
  const { states, covariance, maxIterations = 10, tolerance = 1e-2, minCovar = 1e-3, seed = 0 } = options
  if (!Number.isInteger(states) || states < 1) throw new Error('The number of states must be a whole number above 0.')
  const { autoregression } = options
  const expectation = new Expectation(sequences, states, covariance, { clusters: !options.init, autoregression })
  const { blocks, sums } = expectation
  const { rows, features } = blocks
  if (rows < states) throw new Error(`${rows} rows are too few for ${states} states.`)
  const mask = transitionMask(options.transitions ?? 'free', states)
  const shift = expectation.centre()
  const rng = Rng.forPurpose(seed, 'hmm')
  const freshCovars = (): Float64Array => initialCovars(expectation, states, covariance, minCovar)
  const uniform = (): GaussianHmm => {
    const means = startMeans(expectation, options, rng)
    const covars = freshCovars()
    if (options.startCovars === 'within') narrow(covars, covariance, sharesWithin(expectation, means, states))
    return uniformModel(states, features, covariance, means, covars, mask)
  }
  const model = options.init
    ? modelFromParameters(options.init, states, features, covariance, autoregression)
    : uniform()
  checkAgainstMask(model, mask)
  if (options.init) moveOrigin(model, shift, 1)
  else if (autoregression) {
    // The means so far are those of changes: rules that add them.
    const weights = new Float64Array(states * features * (autoregression === 'full' ? features : 1))
    model.autoregression = { kind: autoregression, weights }
    stayRule(model.autoregression, features, states)
    for (let p = 0; p < model.means.length; p++) model.means[p] += expectation.blockMeans[p % features]
  }
  const mstep: MStepOptions = {
    updates: options.updates ?? 'stmc',
    startProbPrior: options.startProbPrior ?? 1,
    transMatPrior: options.transMatPrior ?? 1,
    meansPrior: shift.map((offset) => (options.meansPrior ?? 0) - offset),
    meansWeight: options.meansWeight ?? 0,
    covarsPrior: options.covarsPrior ?? 1e-2,
    covarsWeight: options.covarsWeight ?? 1
  }

  // The posteriors of a row sum to 1, so the tied scatter around the origin does not depend on them.
  if (covariance === 'tied' && !expectation.scatterMoves) sums.second.set(expectation.scatter())
  const history: number[] = []
  const problems: string[] = []
  let converged = false
  let repairs = 0
  let restarted = false
  let penaltyBefore = 0
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let table: EmissionTable
    try {
      table = prepareEmissions(model)
    } catch (error) {
      problems.push(`Stopped at iteration ${iteration + 1}: ${(error as Error).message}`)
      break
    }
    if (table.ridge > 1e-7) problems.push(`A covariance at iteration ${iteration + 1} was close to singular.`)
    expectation.load(model, table)
    const logLikelihood = expectation.run()
    if (!Number.isFinite(logLikelihood)) {
      problems.push(`The log-likelihood stopped being a finite number at iteration ${iteration + 1}.`)
      break
    }
    const before = history[history.length - 1]
    history.push(logLikelihood)
    const penalty = priorPenalty(table, mstep.covarsPrior)

    const empty = expectation.changes
      ? maximise(model, sums, { ...mstep, updates: mstep.updates.replace(/[mc]/g, '') })
      : maximise(model, sums, mstep)
    if (expectation.changes) maximiseRules(expectation.changes, model, table, mstep.updates, mstep.covarsPrior)
    const gain = logLikelihood - before
    // After a restart the log-likelihood may fall, and that says nothing about convergence.
    if (iteration > 0 && !restarted && gain < tolerance) {
      const fell = gain < -ROUNDING - RELATIVE_ROUNDING * Math.abs(logLikelihood)
      if (fell) problems.push(fallSentence(-gain, iteration + 1, gain - (penalty - penaltyBefore) > -ROUNDING))
      else converged = true
      break
    }
    penaltyBefore = penalty
    restarted = false
    if (empty.length > 0) {
      const names = empty.map((k) => `S${k + 1}`).join(', ')
      if (repairs + empty.length <= 2 * states && iteration + 1 < maxIterations) {
        reseedStates(model, empty, blocks, bestDensities(expectation, states), freshCovars(), mstep.updates, mask, rng)
        if (autoregression)
          for (const k of empty)
            for (let d = 0; d < features; d++) model.means[k * features + d] += expectation.blockMeans[d]
        repairs += empty.length
        restarted = true
        problems.push(`${names} lost all rows at iteration ${iteration + 1} and was restarted.`)
      } else {
        problems.push(`${names} had no rows left at iteration ${iteration + 1}.`)
        break
      }
    }
  }
  const collapsed =
    history.length > 0 && mstep.updates.includes('c')
      ? collapsedStates(model, sums.post, columnVariances(blocks, shift), mstep.covarsPrior)
      : []
  for (const { state, reason } of collapsed) problems.push(`S${state + 1} ${reason}.`)
  moveOrigin(model, shift, -1)
  return {
    ...model,
    logLikelihoodHistory: history,
    iterations: history.length,
    converged,
    problem: problems.length > 0 ? [...new Set(problems)].join(' ') : null,
    repairs,
    collapsed: collapsed.map(({ state }) => state)
  }
}

function startMeans(expectation: Expectation, options: FitOptions, rng: Rng): Float64Array {
  if (options.start === 'segments') return segmentMeans(expectation.blocks, options.states, rng)
  const centres = kMeansCentres(expectation, options.states, rng)
  return options.transitions === 'left-to-right' ? orderedInTime(expectation, centres) : centres
}

/** The largest log density of every row under the model as it was loaded, whatever EM has made of it since, [rows]. */
function bestDensities(expectation: Expectation, states: number): Float64Array {
  const { offsets, rows: all } = expectation.blocks
  const best = new Float64Array(all).fill(-Infinity)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const rows = offsets[s + 1] - offsets[s]
    const logB = expectation.densities(s)
    for (let t = 0, p = 0; t < rows; t++)
      for (let k = 0; k < states; k++, p++) if (logB[p] > best[offsets[s] + t]) best[offsets[s] + t] = logB[p]
  }
  return best
}

/** Population variances of centred columns, [D]; 0 where a column only carries the rounding of its mean. */
function columnVariances(blocks: RowBlocks, shift: Float64Array): Float64Array {
  return sumsOfSquares(blocks)
    .map((sum) => sum / blocks.rows)
    .map((variance, d) => (variance > (1e-12 * shift[d]) ** 2 ? variance : 0))
}

/**
 * What the covariance prior subtracts from the log-likelihood in the function that EM really climbs (covarsWeight 1,
 * meansWeight 0): half of covarsPrior times the sum of all elements of the inverse covariances.
 */
function priorPenalty(table: EmissionTable, covarsPrior: number): number {
  const { kind, weights, features } = table
  let sum = 0
  if (kind === 'diag') for (let p = 0; p < weights.length; p++) sum += weights[p]
  else
    for (let p = 0; p < weights.length;)
      for (let i = 0; i < features; i++) {
        // 1^T S^-1 1 = |L^-1 1|^2
        let rowSum = 0
        for (let j = 0; j <= i; j++) rowSum += weights[p++]
        sum += rowSum * rowSum
      }
  return 0.5 * covarsPrior * sum
}

function fallSentence(fall: number, iteration: number, prior: boolean): string {
  const why = prior ? ' because the covariance prior outweighs the data there' : ''
  return `The log-likelihood fell by ${fall.toPrecision(3)} at iteration ${iteration}${why}; the fit stopped there.`
}

/** The model alone, without the record of the fit. */
export function modelOfFit(fit: FitResult): GaussianHmm {
  const { states, features, covariance, startProb, transMat, means, covars, autoregression } = fit
  const model = { states, features, covariance, startProb, transMat, means, covars }
  return autoregression ? { ...model, autoregression } : model
}
