/** What the loss says: whether it comes down, how fast, and whether it stays there. */
import { tagOf } from '../../domain/tags'
import { endOf, extremeOf, firstWhere, largestJump, medianOf, pointsOf, startOf, valueAt } from '../courses'
import type { ObservedRun } from '../observed'
import { severityBy, type Outcome } from '../outcome'
import { rule, shareOf } from '../rule'
import { percent, roundRate, value } from '../words'

function rateOf({ params }: ObservedRun): number | null {
  const rate = params?.learningRate
  return typeof rate === 'number' && rate > 0 ? rate : null
}

/** "lower the learning rate; try 1e-3", where the rate is known. */
function withRate(run: ObservedRun, factor: number): { remedy: string; change: { learningRate: number } | null } {
  const rate = rateOf(run)
  const what = factor < 1 ? 'Lower the learning rate' : 'Raise the learning rate'
  if (rate === null) return { remedy: `${what}.`, change: null }
  const next = roundRate(rate * factor)
  return { remedy: `${what} from ${value(rate)}; try ${value(next)}.`, change: { learningRate: next } }
}

export const diverged = rule({
  id: 'diverged',
  formula:
    'The training loss is not a finite number at some point, or ends at 1.5 times what it was at the start, or what a constant answer has, whichever is larger.',
  source: 'Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.2.4; 1.5 is ours.',
  advice:
    'A lower learning rate first (a tenth); then clipping of gradients, a warm-up, smaller initial weights, scaled inputs.',
  thresholds: {},
  explains: ['vanishing-gradients', 'layer-imbalance', 'update-ratio', 'gradient-spikes'],
  judge(run, _, outcome) {
    if (outcome.kind !== 'diverged' || !outcome.loss) return []
    const { loss, brokenAt, start, end, baseline } = outcome
    const { course, tag } = loss
    const norm = run.series(tagOf.gradientNorm)
    const highest = extremeOf(course, 'max')
    const limit = Math.max(start, baseline)
    // The last step at which it was still where it belongs.
    const since = firstWhere(course, (one) => !(one <= 1.5 * limit)) ?? brokenAt
    const upTo =
      highest >= 0 && course.values[highest] > 1.5 * limit
        ? `reached ${value(course.values[highest])} at step ${course.steps[highest]}`
        : null
    const ended =
      brokenAt === null
        ? `is at ${value(end)}, from ${value(start)} at the start`
        : `is ${brokenWord(valueAt(course, brokenAt))} from step ${brokenAt} on`
    const gradients = norm && pointsOf(norm) > 0 ? norm.values[Math.max(0, extremeOf(norm, 'max'))] : Number.NaN
    const said = Number.isFinite(gradients) ? `; gradient norm up to ${value(gradients)}` : ''
    return [
      {
        severity: 'problem',
        hooks: [],
        since,
        text: `The loss ${[upTo, ended].filter((part) => part !== null).join(' and ')}${said}.`,
        ...withRate(run, 0.1),
        evidence: [{ tag, limit: null }, ...(norm ? [{ tag: tagOf.gradientNorm, limit: null }] : [])]
      }
    ]
  }
})

function brokenWord(value: number): string {
  return Number.isNaN(value) ? 'NaN' : 'infinite'
}

export const stuck = rule({
  id: 'stuck',
  formula:
    'The training loss is not 5% below that of the best answer that is the same for all examples (entropy of the classes; variance of the targets), after a fifth of the run.',
  source: 'The baseline is arithmetic (see "Baseline"); 5% and a fifth are ours.',
  advice:
    'Check the data first: do labels belong to inputs? Then the rate, up and down by tens; then the network on ten examples, which it must learn by heart.',
  thresholds: {},
  judge(run, _, outcome) {
    if (outcome.kind !== 'stuck' || !outcome.loss) return []
    const { end, start, baseline, loss } = outcome
    const known = run.facts?.baselineLoss != null
    const chance = run.facts?.baselineAccuracy
    const accuracy = run.outcomes.trainAccuracy
    const right =
      accuracy && chance != null
        ? ` ${percent(endOf(accuracy.course))} of the training examples are right; the most common answer alone has ${percent(chance)}.`
        : ''
    const beside = known
      ? `that of the same answer for every example is ${value(baseline)}`
      : `it began at ${value(start)}`
    return [
      {
        severity: 'problem',
        hooks: [],
        since: loss.course.steps[0],
        text: `The loss is ${value(end)}; ${beside}: nothing has been learned.${right}`,
        remedy: 'Check that labels belong to their inputs; then try rates ten times higher and lower.',
        change: null,
        evidence: [{ tag: loss.tag, limit: known ? baseline : null }]
      }
    ]
  }
})

export const rateTooHigh = rule({
  id: 'rate-too-high',
  formula:
    'In the second half of the points the loss jumps up by a share of the way that it had come down, to a multiple of its best, and does not come back to within that multiple. Or: it is stuck while one update changes the parameters by a large share of their size.',
  source:
    "The tutorial's reading of the gradient of the last layer against the loss (docs/training.md); Smith 2018, A Disciplined Approach; the thresholds are ours.",
  advice: 'A rate lower by 3 to 10 times, a warm-up, or a schedule that lowers it towards the end.',
  thresholds: {
    way: shareOf('Height of the jump, as a share of the way down that the loss had made', 0.3),
    times: { about: 'Height that the jump reaches, as a multiple of the best loss', usual: 2, min: 1, max: 1000 },
    ratio: {
      about: 'Median update ratio above which a loss that is stuck is stuck because of the rate',
      usual: 0.03,
      min: 0,
      max: 10
    }
  },
  explains: ['stuck', 'update-ratio'],
  judge(run, { way, times, ratio }, outcome) {
    const { loss, kind, start } = outcome
    // Where the rate has driven it away for good, that is the reading.
    if (!loss || kind === 'open' || kind === 'diverged') return []
    const { course, tag } = loss
    const points = pointsOf(course)
    const jump = points >= 8 ? largestJump(course, Math.ceil(points / 2)) : null
    const best = course.values[extremeOf(course, 'min')]
    const isHigh = jump !== null && jump.to - jump.from > way * (start - jump.from) && jump.to > times * jump.from
    const stays = isHigh && endOf(course) > times * best
    const pace = medianPace(run)
    const evidence = [
      { tag, limit: null },
      ...(run.series(tagOf.gradientNorm) ? [{ tag: tagOf.gradientNorm, limit: null }] : [])
    ]
    if (isHigh && (stays || kind !== 'learned')) {
      const text = `The loss had come down to ${value(jump.from)} and is back at ${value(jump.to)} at step ${jump.step}; it ends at ${value(endOf(course))}.`
      return [{ severity: 'warning', hooks: [], since: jump.step, text, ...withRate(run, 0.3), evidence }]
    }
    if (kind === 'stuck' && pace > ratio) {
      const text = `The loss stays at ${value(endOf(course))} while one update changes the parameters by ${percent(pace)} of their size: it jumps over what it looks for.`
      return [{ severity: 'problem', hooks: [], since: course.steps[0], text, ...withRate(run, 0.1), evidence }]
    }
    return []
  }
})

/** Median over hook points of the median update ratio; NaN where none was recorded. */
function medianPace(run: ObservedRun): number {
  const paces = run.hooks.flatMap(({ path, frozen }) => {
    const course = frozen ? null : run.series(tagOf.updateRatio(path))
    return course && pointsOf(course) >= 4 ? [medianOf(course)] : []
  })
  return medianOf({ steps: [], values: paces })
}

export const rateTooLow = rule({
  id: 'rate-too-low',
  formula:
    'Half of the run is over, the loss has not come far (see "Outcome"), and one update changes the parameters by less than a given share of their size. Where updates are not recorded: the loss goes down nearly all the time, and in the last third by a share of the way that it has made.',
  source: "The tutorial's reading (docs/training.md): a loss that crawls; Smith 2018; the thresholds are ours.",
  advice: 'A rate higher by 3 to 10 times, or more epochs.',
  thresholds: {
    falling: shareOf('Share of the way down that is made in the last third', 0.15),
    ratio: {
      about: 'Median update ratio below which updates are too small to get anywhere',
      usual: 1e-4,
      min: 0,
      max: 1
    }
  },
  explains: ['stuck', 'update-ratio', 'ended-early'],
  judge(run, { falling, ratio }, outcome) {
    const { loss, kind, start, end, done } = outcome
    if (!loss || (kind !== 'partly' && kind !== 'stuck') || done < 0.5) return []
    const { course, tag } = loss
    const points = pointsOf(course)
    if (points < 6) return []
    const way = start - end
    const lastThird = course.values[Math.floor((points * 2) / 3)] - end
    const pace = medianPace(run)
    const crawls = way > 0 && isFalling(course.values) && lastThird > falling * way
    if (Number.isFinite(pace) ? pace >= ratio : !crawls) return []
    const updates = Number.isFinite(pace) ? `; one update changes the parameters by ${value(pace)} of their size` : ''
    const still = crawls ? ' and still falling' : ''
    return [
      {
        severity: severityBy(outcome),
        hooks: [],
        since: course.steps[0],
        text: `After ${course.steps[points - 1]} steps the loss is ${value(end)}, from ${value(start)}${still}${updates}: it crawls.`,
        ...withRate(run, kind === 'stuck' ? 100 : 10),
        evidence: [{ tag, limit: null }]
      }
    ]
  }
})

/** Whether four of five steps from one point to the next go down. */
function isFalling(values: ArrayLike<number>): boolean {
  let down = 0
  for (let i = 1; i < values.length; i++) if (values[i] < values[i - 1]) down++
  return down >= 0.8 * (values.length - 1)
}

export const endedEarly = rule({
  id: 'ended-early',
  formula:
    'The run is over, the loss has come only part of the way (see "Outcome"), and in the last third it has come down by a share of the way that it had made.',
  source: 'Prechelt 1998, Early Stopping - But When?, on training progress; the threshold is ours.',
  advice:
    'More epochs: continue the run, or fork it with a longer schedule. A higher rate where the curve is straight.',
  thresholds: { falling: shareOf('Share of the way down that is made in the last third', 0.15) },
  judge(run, { falling }, outcome) {
    const { loss, kind, start, end } = outcome
    if (!loss || !run.ended || kind !== 'partly' || pointsOf(loss.course) < 6) return []
    const { course, tag } = loss
    const points = pointsOf(course)
    const before = course.values[Math.floor((points * 2) / 3)]
    if (!(before - end > falling * (start - end))) return []
    return [
      {
        severity: 'warning',
        hooks: [],
        since: course.steps[points - 1],
        text: `The loss is ${value(end)}, and was ${value(before)} at step ${course.steps[Math.floor((points * 2) / 3)]}: it was still coming down when the run ended.`,
        remedy: 'Train longer: fork the run from its last checkpoint with more epochs.',
        change: null,
        evidence: [{ tag, limit: null }]
      }
    ]
  }
})

export const lossSpikes = rule({
  id: 'loss-spikes',
  formula:
    'In the second half of the points, the training loss jumps to a multiple of its best and by a share of the way that it had come down, and comes back.',
  source:
    'Chowdhery et al. 2022, PaLM, section 5.1; Thilak et al. 2022, The Slingshot Mechanism; the thresholds are ours.',
  advice:
    'Often nothing: adaptive methods do it late in training. Lower beta 2, clip gradients, or lower the rate towards the end.',
  thresholds: {
    times: { about: 'Multiple of the best loss', usual: 3, min: 1, max: 1e6 },
    way: shareOf('Height, as a share of the way down that the loss had made', 0.1)
  },
  judge(_, { times, way }, outcome) {
    const { loss, kind, start } = outcome
    if (!loss || kind !== 'learned' || pointsOf(loss.course) < 8) return []
    const { course, tag } = loss
    const jump = largestJump(course, Math.ceil(pointsOf(course) / 2))
    if (!jump || jump.to < times * jump.from || jump.to - jump.from < way * (start - jump.from)) return []
    if (endOf(course) > 2 * Math.max(jump.from, 0)) return []
    return [
      {
        severity: 'note',
        hooks: [],
        since: jump.step,
        text: `The loss jumps from ${value(jump.from)} to ${value(jump.to)} at step ${jump.step}, and comes back to ${value(endOf(course))}.`,
        remedy: 'Nothing has to be done; clip the gradients or lower the rate towards the end if it disturbs.',
        change: null,
        evidence: [{ tag, limit: null }]
      }
    ]
  }
})

export const weightDecay = rule({
  id: 'weight-decay',
  formula:
    'Norm of the weights of the hook points at the end over that at the start, where the loss is stuck or has come only part of the way.',
  source: 'Loshchilov & Hutter 2019, Decoupled Weight Decay Regularization; the threshold is ours.',
  advice:
    'A weight decay lower by ten times. Usual are 0.01 to 0.1 with AdamW; more is for grokking, with large initial weights.',
  thresholds: { share: shareOf('Share of the initial norm at or below which the weights have shrunk away', 0.3) },
  explains: [
    'stuck',
    'rate-too-low',
    'rate-too-high',
    'underfitting',
    'dead-units',
    'vanishing-gradients',
    'near-zero',
    'ended-early'
  ],
  judge(run, { share }, outcome) {
    const decay = run.params?.weightDecay
    if (typeof decay !== 'number' || decay === 0 || isGood(outcome)) return []
    const tag = tagOf.meanWeights('l2')
    const norms = run.series(tag)
    if (!norms || pointsOf(norms) < 4) return []
    const [first, last] = [startOf(norms), endOf(norms)]
    if (!(last <= share * first)) return []
    const less = Number((decay / 10).toPrecision(1))
    return [
      {
        severity: severityBy(outcome),
        hooks: [],
        since: firstWhere(norms, (norm) => norm <= share * first),
        text: `The weights have shrunk to ${percent(last / first)} of their initial norm (${value(first)} to ${value(last)}), and the loss is ${value(outcome.end)}.`,
        remedy: `Lower the weight decay from ${value(decay)}; try ${value(less)}.`,
        change: { weightDecay: less },
        evidence: [{ tag, limit: share * first }]
      }
    ]
  }
})

function isGood({ kind }: Outcome): boolean {
  return kind === 'learned' || kind === 'open'
}
