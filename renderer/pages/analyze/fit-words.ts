/** What the terms of a fit mean, in a sentence each, for whoever points at them. */
import type { AnalysisOptions } from '../../../src/domain/analysis-options'

export const explained = {
  criterion: {
    evidence:
      'Evidence: the number of states is what unseen runs support beyond a drift, held against simulated runs that drift alike and have no phases.',
    bic: 'BIC: likelihood of the points, less a penalty for each parameter that grows with the number of points.',
    aic: 'AIC: likelihood of the points, less a small penalty for each parameter; it tends to more states than BIC.',
    heldout: 'Held-out: how well a model explains runs that it was not fitted to.'
  } satisfies Record<AnalysisOptions['criterion'], string>,
  covariance: {
    diag: 'Diagonal: in a state each feature has a spread of its own, and features do not go together.',
    full: 'Full: in a state features have spreads and may go together; it needs many points for each state.',
    tied: 'Tied: as full, but all states share one spread.',
    spherical: 'Spherical: in a state all features have the same spread.'
  } satisfies Record<AnalysisOptions['covariance'], string>,
  emission: {
    auto: 'Phases by evidence: states are levels, where the features are; where there are no phases of levels, rates of change, and where there are none of these, rules of change.',
    levels: 'Levels: a state is where the features are.',
    rates: 'Rates of change: a state is how fast the features change, over windows of a few points.',
    autoregressive:
      'Rules of change (autoregressive): a state is how each feature follows from its value at the point before, x[t] = a x[t-1] + b.',
    'autoregressive-full':
      'Rules of change over all features (autoregressive): in a state each feature follows from all of them at the point before; it needs many points for each state.'
  } satisfies Record<NonNullable<AnalysisOptions['emission']>, string>,
  zscore: {
    shared:
      'z-score, shared levels: offset and scale of each run are estimated beside the levels, so that a level is the same in every run, however long a run stays in it.',
    run: 'z-score per run: each feature minus its mean over its standard deviation in the run, so that runs compare by shape and not by level.',
    all: 'z-score over all runs: mean and standard deviation are those of all runs together, so that levels of runs stay different.',
    none: 'No z-score: values as they were recorded; features with large numbers then count most.'
  } satisfies Record<AnalysisOptions['zscore'], string>,
  transitions: {
    free: 'Any transition: a run may change from each state to each other one, also back.',
    'left-to-right': 'Left to right: a run never goes back to an earlier state.'
  } satisfies Record<AnalysisOptions['transitions'], string>,
  restarts: 'Restarts: fits from different starts for each number of states; the best one counts.',
  iterations:
    'Iterations: steps of a fit (expectation maximisation) at most; most fits end earlier, when little is gained.',
  seed: 'Seed of the random starts and splits: the same seed gives the same analysis.'
}
