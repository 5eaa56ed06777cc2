/**
 * The terms of the product, each in plain sentences: what `GlossaryTerm` shows on hover and focus. docs/glossary.md has the
 * same words (`glossary.test.ts`).
 */

export interface GlossaryEntry {
  term: string
  text: string
}

export const glossary = {
  run: {
    term: 'Run',
    text: 'One training of one network from one seed. What it recorded, point by point, is one sequence for the model.'
  },
  seed: {
    term: 'Seed',
    text: 'The number that all random choices follow from: first weights, order of examples, starts of a fit. The same seed and settings give the same result. What holds for many seeds does not hang on chance.'
  },
  epoch: {
    term: 'Epoch and step',
    text: 'A step is one update of the weights, from one batch of examples. An epoch is one pass through all training examples, which is many steps.'
  },
  hook: {
    term: 'Hook point',
    text: 'A named place in a network, such as blocks.0.mlp, at which weights and activations are observed. Observing changes no bit of the training.'
  },
  checkpoint: {
    term: 'Checkpoint',
    text: 'All that a run needs to go on from a point: weights, state of the optimiser, random numbers. Runs can be forked from checkpoints that are kept.'
  },
  feature: {
    term: 'Feature',
    text: 'A recorded metric that states are told by: an input of the model. A metric that is no feature can still be shown.'
  },
  norms: {
    term: 'L1 / L2 ratio',
    text: 'The sum of the absolute weights over the square root of the sum of their squares. It is large while many weights are of one size, and falls when few large ones remain.'
  },
  zscore: {
    term: 'z-score',
    text: 'A value minus a mean, over a standard deviation: how many standard deviations it lies above or below the mean. So features of different sizes can be compared.'
  },
  model: {
    term: 'Hidden Markov model',
    text: 'A model of runs that pass through states nobody has recorded. At each point a run is in one state, which says what the features are like there and how probable it is to be in each state at the next point.'
  },
  state: {
    term: 'State and phase',
    text: 'A state is found by the model: points of the runs at which the features are alike. A phase is a time in training in which a network does one thing; a state may be one, or only a slice of a slope. The evidence says which.'
  },
  k: {
    term: 'K',
    text: 'The number of states of a model. Each K is a model of its own, fitted from the beginning.'
  },
  emission: {
    term: 'Emission',
    text: 'What a state says about the features while a run is in it. With levels, where they are; with rates, how fast they change; with rules, how each point follows from the one before.'
  },
  rate: {
    term: 'Rate of change',
    text: 'How fast a feature changes: the difference of its means over two neighbouring windows of points, over the steps between them. States that are rates tell times of steady change apart.'
  },
  rule: {
    term: 'Rule of change',
    text: 'How a feature follows from its value at the point before: x[t] = a x[t-1] + b. With a between 0 and 1 it makes for b / (1 - a), by the same share of what is left at each point.'
  },
  covariance: {
    term: 'Covariance',
    text: 'How the features of a state are spread around their mean. Diagonal: each has a spread of its own. Full: they may also go together, which takes many points. Tied: full, one for all states. Spherical: one spread for all features.'
  },
  transition: {
    term: 'Transition',
    text: 'A change from one state to another, between two points of a run. The number on an arrow is its share of all changes out of that state.'
  },
  occupancy: {
    term: 'Occupancy',
    text: 'The share of all points, of all runs, that are in a state.'
  },
  dwell: {
    term: 'Dwell time',
    text: 'How long a run stays in a state before it leaves it, visit by visit. A visit that lasts until the run ends is open: it might have gone on.'
  },
  likelihood: {
    term: 'Log-likelihood',
    text: 'The natural logarithm of how probable the recorded points are under a model. Higher is better, for models of the same points only. More states explain the points they were fitted to better, whether there are more phases or not.'
  },
  bic: {
    term: 'BIC',
    text: 'Bayesian information criterion, p ln(points) - 2 ln L for p parameters; lower is better. Each parameter has to pay for itself, more so the more points there are. Where runs drift, it goes on asking for more states.'
  },
  aic: {
    term: 'AIC',
    text: 'Akaike information criterion, 2 p - 2 ln L for p parameters; lower is better. From eight points on a parameter costs less than under BIC, so it tends to more states.'
  },
  heldout: {
    term: 'Held-out likelihood',
    text: 'Log-likelihood per point of runs that the model was not fitted to, over several ways to leave runs out. Higher is better. A model that only knows its own runs by heart does badly here.'
  },
  evidence: {
    term: 'Evidence beyond drift',
    text: 'What states gain on unseen runs, beyond what they gain on surrogates: simulated runs that drift as these do and have no phases. 0% is a drift and nothing else; below 35% it is no evidence for phases.'
  },
  restart: {
    term: 'Restart',
    text: 'One fit from one start. A fit finds the best model near its start only, so there are several for each K, and the one with the highest likelihood counts. Where many find the same states, the states do not hang on luck.'
  },
  ari: {
    term: 'Adjusted Rand index',
    text: 'How far two analyses put the same points into the same states, whatever they call them: 1 where every pair of points that is together in one is together in the other, 0 on average by chance alone.'
  },
  time: {
    term: 'Told by time',
    text: 'The share of points whose state the elapsed part of the run tells by itself. Near 100% all runs change at the same moments, and the states say little that the clock does not.'
  },
  posterior: {
    term: 'Posterior',
    text: 'The probability of each state at a point, given all points of the run. Filtered probabilities know the points so far only, as one does while a network trains.'
  },
  convergence: {
    term: 'Convergence',
    text: 'The first recorded point at which a metric is beyond a threshold. A run that never gets there has not converged, and stays out of the tests.'
  },
  detour: {
    term: 'Detour state',
    text: 'A state that some runs skip, and whose visitors converge later, with q below 0.05. It is a correlation: the state need not be the cause.'
  },
  p: {
    term: 'p value',
    text: 'How often chance alone would give a result at least as large as this one. The permutation test counts it: how often runs whose labels are shuffled give one.'
  },
  q: {
    term: 'q value',
    text: 'A p value that allows for testing several states at once (Benjamini-Hochberg). Of all that is found with q below 0.05, at most one in twenty is false, on average.'
  },
  silhouette: {
    term: 'Silhouette',
    text: 'How much nearer runs are to their own group than to the next one, from -1 to 1. Near 1 the groups are far apart, near 0 they touch. Below 0.25 all runs are one group.'
  }
} as const satisfies Record<string, GlossaryEntry>

export type GlossaryKey = keyof typeof glossary

/** The page of the documentation, made of the same words. */
export function glossaryPage(): string {
  const entries = Object.values(glossary).map(({ term, text }) => `**${term}**: ${text}`)
  return ['# Glossary', 'The words as the window explains them, where they are underlined with dots.', ...entries].join(
    '\n\n'
  )
}
