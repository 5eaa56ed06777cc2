/** What activations at hook points say: units that are off, at their limits, or seen through too narrow a window. */
import { tagOf } from '../../domain/tags'
import { largest, smallest } from '../../numeric/statistics'
import { endOf, firstWhere, holdsSince, medianOf, pointsOf } from '../courses'
import type { Course, ObservedRun } from '../observed'
import { atLeast, severityBy } from '../outcome'
import { rule, shareOf, type Found } from '../rule'
import { tryRate } from '../try-rate'
import { listed, percent, value } from '../words'

interface AtHook {
  hook: string
  tag: string
  course: Course
  /** Newest value. */
  now: number
  since: number
}

/** Hook points where a statistic lies beyond a limit at the end of what is recorded. */
function beyond(run: ObservedRun, statistic: string, limit: number, skip: (type: string | null) => boolean): AtHook[] {
  return run.hooks.flatMap(({ path: hook, type }): AtHook[] => {
    const tag = tagOf.activations(hook, statistic)
    const course = skip(type) ? null : run.series(tag)
    if (!course || pointsOf(course) === 0) return []
    const since = holdsSince(course, (value) => value >= limit)
    return since === null ? [] : [{ hook, tag, course, now: course.values[course.values.length - 1], since }]
  })
}

/** The earliest of several hook points, and what the worst of them has come to. */
function together(
  found: readonly AtHook[],
  limit: number
): Pick<Found, 'hooks' | 'since' | 'evidence'> & { worst: AtHook; since: number; fromStart: boolean } {
  const worst = found.reduce((most, one) => (one.now > most.now ? one : most))
  return {
    worst,
    hooks: found.map(({ hook }) => hook),
    since: smallest(found.map(({ since }) => since)),
    // The first point of a run of others, or of a fork, is not at step 0.
    fromStart: found.some(({ since, course }) => since === course.steps[0]),
    evidence: found.slice(0, 4).map(({ tag }) => ({ tag, limit }))
  }
}

export const deadUnits = rule({
  id: 'dead-units',
  formula:
    'Share of the units of a hook point that are exactly 0 for every evaluated validation example, at the last points (at least two).',
  source: 'Lu et al. 2019, Dying ReLU and Initialization; the thresholds are ours.',
  advice:
    'Lower the learning rate, begin with He initialisation and biases of 0, or take a leaky activation; scale the inputs.',
  thresholds: {
    share: shareOf('Share of dead units from which the rule speaks', 0.5),
    nearlyAll: shareOf('Share from which hardly anything passes the layer', 0.9)
  },
  explains: ['stuck', 'vanishing-gradients', 'near-zero', 'update-ratio', 'layer-imbalance', 'rate-too-low'],
  judge(run, { share, nearlyAll }, outcome) {
    const found = beyond(run, 'dead', share, () => false)
    if (found.length === 0) return []
    const { worst, fromStart, ...about } = together(found, share)
    const begin = fromStart ? 'from the start' : `from step ${about.since} on`
    const one = worst.now === 1 ? 'All units' : `${percent(worst.now)} of the units`
    const others =
      found.length > 1
        ? `; so are at least ${percent(share)} of those of ${listed(found.filter(({ hook }) => hook !== worst.hook).map(({ hook }) => hook))}`
        : ''
    const text = `${one} of ${worst.hook} are 0 for every validation example ${begin}${others}: they pass nothing on, and no gradient reaches their weights.`
    const remedy = fromStart
      ? 'They were dead before the first update: use He initialisation with biases of 0, and inputs around 0.'
      : 'They died in training: lower the learning rate, warm it up, or take a leaky activation.'
    const all = worst.now >= nearlyAll
    const change = fromStart ? null : tryRate(run, 0.1).change
    const severity = all ? atLeast('warning', severityBy(outcome)) : severityBy(outcome)
    return [{ ...about, severity, text, remedy, change }]
  }
})

export const saturated = rule({
  id: 'saturated',
  formula:
    'Share of the outputs of a sigmoid outside of 0.01 to 0.99, of a tanh outside of -0.99 to 0.99, over the evaluated validation examples.',
  source:
    'Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Networks; the thresholds are ours.',
  advice:
    'Begin with smaller weights (Xavier initialisation), scale the inputs, lower the learning rate, or take a ReLU.',
  thresholds: { share: shareOf('Share of saturated outputs from which the rule speaks', 0.5) },
  explains: ['stuck', 'vanishing-gradients', 'rate-too-low', 'layer-imbalance'],
  judge(run, { share }, outcome) {
    // At the end of training a softmax is meant to be sure.
    const found = beyond(run, 'saturated', share, (type) => type === 'softmax')
    if (found.length === 0) return []
    const { worst, fromStart, ...about } = together(found, share)
    const begin = fromStart ? 'from the start' : `from step ${about.since} on`
    const where =
      found.length > 1
        ? `${worst.hook} (and more than ${percent(share)} of ${listed(found.filter(({ hook }) => hook !== worst.hook).map(({ hook }) => hook))})`
        : worst.hook
    const text = `${percent(worst.now)} of the outputs of ${where} lie at their limits ${begin}: hardly any gradient passes there.`
    const remedy = fromStart
      ? 'The initial weights or the inputs are too large: use Xavier initialisation with a scale of 1, and inputs around 0.'
      : 'Lower the learning rate, add weight decay, or take a ReLU.'
    const change =
      fromStart && typeof run.params?.initScale === 'number' && run.params.initScale > 1 ? { initScale: 1 } : null
    return [{ ...about, severity: atLeast('note', severityBy(outcome)), text, remedy, change }]
  }
})

export const nearZero = rule({
  id: 'near-zero',
  formula:
    "Share of the activations nearer to 0 than 0.05 or, where the histograms' range is given, than 0.5% of its width, at a hook point whose units are not dead.",
  source: "fastai's ActivationStats; the threshold is ours.",
  advice:
    'Where the run learns, nothing. Where it does not: larger initial weights, or a normalisation before the layer.',
  thresholds: {
    share: shareOf('Share near zero from which the rule speaks', 0.95),
    dead: shareOf('Share of dead units from which it is told as that', 0.5)
  },
  judge(run, { share, dead }, outcome) {
    const found = beyond(run, 'near_zero', share, () => false).filter(({ hook }) => {
      const units = run.series(tagOf.activations(hook, 'dead'))
      return !units || !(units.values[units.values.length - 1] >= dead)
    })
    if (found.length === 0) return []
    const { worst, fromStart: _, ...about } = together(found, share)
    const text = `${percent(worst.now)} of the activations of ${listed(about.hooks)} lie near zero, as the histogram counts it.`
    const remedy = 'The layer says little: try larger initial weights, or a normalisation before it.'
    return [{ ...about, severity: outcome.kind === 'stuck' ? 'warning' : 'note', text, remedy, change: null }]
  }
})

export const beganLate = rule({
  id: 'began-late',
  formula:
    'A hook point begins where mean and deviation of its activations have gone 10% of the way to where they were farthest from the start. Late: after the given share of the run, and after several times the median beginning of all hook points.',
  source: 'A question of the users of the activation heatmap; the thresholds are ours.',
  advice:
    'Often nothing: the layer waits for what comes before it. Where it waits too long: a larger rate, or a skip connection past it.',
  thresholds: {
    share: shareOf('Share of the recorded steps after which a beginning is late', 0.2),
    times: { about: 'Multiple of the median beginning of all hook points', usual: 4, min: 1, max: 1000 }
  },
  judge(run, { share, times }) {
    const began = run.hooks.flatMap(({ path: hook }) => {
      const at = beginningOf(run, hook)
      return at === null ? [] : [{ hook, at: at.step, last: at.last }]
    })
    if (began.length < 3) return []
    const usual = medianOf({ steps: [], values: began.map(({ at }) => at) })
    const late = began.filter(({ at, last }) => at > share * last && at > times * Math.max(1, usual))
    if (late.length === 0) return []
    const first = Math.min(...late.map(({ at }) => at))
    const text = `${listed(late.map(({ hook }) => hook))} began to change at step ${first}; half of the hook points had begun by step ${usual}.`
    return [
      {
        severity: 'note',
        hooks: late.map(({ hook }) => hook),
        since: first,
        text,
        remedy: 'Look at what changes before it on the heatmaps; nothing has to be done where the run learns.',
        change: null,
        evidence: late.slice(0, 4).map(({ hook }) => ({ tag: tagOf.activations(hook, 'std'), limit: null }))
      }
    ]
  }
})

/** Where the activations of a hook point have gone a tenth of their way. Null: they never do. */
function beginningOf(run: ObservedRun, hook: string): { step: number; last: number } | null {
  const means = run.series(tagOf.activations(hook, 'mean'))
  const stds = run.series(tagOf.activations(hook, 'std'))
  if (!means || !stds || means.values.length < 8 || stds.values.length !== means.values.length) return null
  const { steps } = means
  const way = Array.from(
    steps,
    (_, i) => Math.abs(means.values[i] - means.values[0]) + Math.abs(stds.values[i] - stds.values[0])
  )
  const farthest = largest(way.filter(Number.isFinite))
  // Less than a hundredth of its own size is noise.
  if (!(farthest > 0.01 * (Math.abs(means.values[0]) + stds.values[0]))) return null
  const at = way.findIndex((gone) => gone >= 0.1 * farthest)
  return { step: steps[at], last: steps[steps.length - 1] }
}

export const range = rule({
  id: 'range',
  formula: 'Share of the activations below or above the range of the histogram, median of the last points.',
  source:
    'A question of the users of the activation heatmap. Out of range is no explosion: it says how the range was chosen.',
  advice:
    'Let the range be found, or choose a wider one, for the next run. The mean and the deviation are right all the same: they are not taken from the bins.',
  thresholds: { share: shareOf('Share outside of the range from which the rule speaks', 0.02) },
  judge(run, { share }) {
    const found = run.hooks.flatMap(({ path: hook }) => {
      const course = run.outside?.(hook)
      if (!course || pointsOf(course) === 0) return []
      const now = endOf(course)
      return now >= share ? [{ hook, now, since: firstWhere(course, (one) => one >= share) }] : []
    })
    if (found.length === 0) return []
    const worst = found.reduce((most, one) => (one.now > most.now ? one : most))
    const text = `${percent(worst.now)} of the activations of ${worst.hook} lie outside of the histogram's range${found.length > 1 ? `, and more than ${percent(share)} of those of ${listed(found.filter((one) => one !== worst).map(({ hook }) => hook))}` : ''}.`
    return [
      {
        severity: 'note',
        hooks: found.map(({ hook }) => hook),
        since: worst.since,
        text,
        remedy:
          'Let the range of histograms be found, or choose a wider one, for the next run; means and deviations are right all the same.',
        change: null,
        evidence: found.slice(0, 4).map(({ hook }) => ({ tag: tagOf.activations(hook, 'std'), limit: null }))
      }
    ]
  }
})

export const validationShift = rule({
  id: 'validation-shift',
  formula:
    'Total variation between the histograms of training batches (last quarter of an epoch) and of the validation examples: half of the sum of the differences of their shares in each bin, 0 to 1; the newest epoch.',
  source: 'Twin Peaks (The colorful dimension, fast.ai forums 2019); the threshold is ours.',
  advice:
    'Prepare validation examples exactly as training examples: same scaling, same order of channels, same source. With dropout or batch norm some difference is usual.',
  thresholds: { distance: shareOf('Distance at the first hook point from which the rule speaks', 0.25) },
  explains: ['overfitting', 'memorised'],
  judge(run, { distance }, outcome) {
    const found = run.hooks.flatMap(({ path: hook }) => {
      const course = run.apart?.(hook)
      return course && pointsOf(course) > 0
        ? [{ hook, now: course.values[pointsOf(course) - 1], since: holdsSince(course, (one) => one >= distance) }]
        : []
    })
    // Later layers differ where the network has learned the training examples by heart; the first sees the inputs.
    const first = found[0]
    if (!first || first.now < distance) return []
    const text = `At ${first.hook} the activations of validation examples lie ${value(first.now)} apart from those of training batches (0: the same, 1: nothing in common).`
    const { kind } = outcome
    const badly = kind === 'learned' && fallsBehind(run)
    return [
      {
        severity: badly ? 'problem' : kind === 'open' ? 'note' : 'warning',
        hooks: found.filter(({ now }) => now >= distance).map(({ hook }) => hook),
        since: first.since,
        text,
        remedy: 'Check that validation examples are prepared exactly as training examples: scaling, channels, source.',
        change: null,
        evidence: [{ tag: tagOf.activations(first.hook, 'mean'), limit: null }]
      }
    ]
  }
})

/** What is learned on training examples does not hold for the others. */
function fallsBehind({ outcomes }: ObservedRun): boolean {
  const { trainAccuracy, valAccuracy, trainLoss, valLoss } = outcomes
  if (trainAccuracy && valAccuracy) return endOf(valAccuracy.course) < 0.8 * endOf(trainAccuracy.course)
  return trainLoss && valLoss ? endOf(valLoss.course) > 2 * endOf(trainLoss.course) : false
}
