/** What the loss says: whether it comes down, how fast, and whether it stays there. */
import { tagOf } from '../../domain/tags'
import { endOf, extremeOf, firstWhere, largestJump, pointsOf, startOf, valueAt } from '../courses'
import { fewestPoints, severityBy, type Outcome } from '../outcome'
import { rule, shareOf } from '../rule'
import { tryRate } from '../try-rate'
import { percent, value } from '../words'

export const diverged = rule({
  id: 'diverged',
  formula:
    'The training loss is not a finite number from some point to the end, or ends at 1.5 times what it was at the start, or what a constant answer has, whichever is larger. Where nobody knows what a constant answer has, growing is a warning only: some losses are meant to.',
  source: 'Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.2.4; 1.5 is ours.',
  advice:
    'A lower learning rate first (a tenth); then clipping of gradients, a warm-up, smaller initial weights, scaled inputs.',
  thresholds: {},
  explains: ['vanishing-gradients', 'layer-imbalance', 'update-ratio', 'gradient-spikes'],
  judge(run, _, outcome) {
    if (outcome.kind !== 'diverged' || !outcome.loss) return []
    const { loss, brokenAt, start, end, baseline, guessed } = outcome
    const { course, tag } = loss
    const norm = run.series(tagOf.gradientNorm)
    const highest = extremeOf(course, 'max')
    const limit = Math.max(start, baseline)
    const since = firstWhere(course, (one) => one > 1.5 * limit) ?? brokenAt
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
        severity: guessed && brokenAt === null ? 'warning' : 'problem',
        hooks: [],
        since,
        text: `The loss ${[upTo, ended].filter((part) => part !== null).join(' and ')}${said}.`,
        ...tryRate(run, 0.1),
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
    'The training loss is not 5% below that of the best answer that is the same for all examples (entropy of the classes; variance of the targets), after a fifth of the run. Where nobody knows that loss, a note says that the run has ended where it began.',
  source: 'The baseline is arithmetic (see "Baseline"); 5% and a fifth are ours.',
  advice:
    'Check the data first: do labels belong to inputs? Then the rate, up and down by tens; then the network on ten examples, which it must learn by heart.',
  thresholds: {},
  judge(run, _, outcome) {
    const { end, start, baseline, loss, guessed, kind } = outcome
    if (!loss) return []
    if (guessed) {
      const flat =
        kind === 'open' && run.ended && pointsOf(loss.course) >= fewestPoints && start > 0 && end > 0.95 * start
      const text = `The loss is ${value(end)}, and began at ${value(start)}: it has not come down.`
      const remedy = 'Nothing has to be done where the run began with a network that had learned already.'
      const about = { severity: 'note' as const, hooks: [], since: loss.course.steps[0], change: null }
      return flat ? [{ ...about, text, remedy, evidence: [{ tag: loss.tag, limit: null }] }] : []
    }
    if (kind !== 'stuck') return []
    const chance = run.facts?.baselineAccuracy
    const accuracy = run.outcomes.trainAccuracy
    const right =
      accuracy && chance != null
        ? ` ${percent(endOf(accuracy.course))} of the training examples are right; the most common answer alone has ${percent(chance)}.`
        : ''
    return [
      {
        severity: 'problem',
        hooks: [],
        since: loss.course.steps[0],
        text: `The loss is ${value(end)}; that of the same answer for every example is ${value(baseline)}: nothing has been learned.${right}`,
        remedy: 'Check that labels belong to their inputs; then try rates ten times higher and lower.',
        change: null,
        evidence: [{ tag: loss.tag, limit: baseline }]
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
    'plateau',
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
