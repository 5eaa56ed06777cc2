/** What the distance between training and validation says. */
import { largest } from '../../numeric/statistics'
import { endOf, extremeOf, firstWhere, holdsSince, pointsOf, valueAt } from '../courses'
import type { Course, ObservedRun } from '../observed'
import { rule, shareOf } from '../rule'
import { percent, value } from '../words'

export const memorised = rule({
  id: 'memorised',
  formula:
    'Training accuracy at least a share of 1, while validation accuracy has come at most a share of the way from the most common answer to 1, and stays so to the end for a share of the run.',
  source:
    'Zhang et al. 2017, Understanding Deep Learning Requires Rethinking Generalization; Power et al. 2022, Grokking; the thresholds are ours.',
  advice:
    'More data or augmentation; check the labels; weight decay and patience: where networks grok, this is a phase and not the end.',
  thresholds: {
    train: shareOf('Training accuracy from which the examples are known by heart', 0.98),
    way: shareOf('Share of the way from chance to 1 that validation has come at most', 0.5),
    lasting: shareOf('Share of the recorded steps for which it lasts', 0.2)
  },
  judge(run, { train, way, lasting }) {
    const { trainAccuracy, valAccuracy } = run.outcomes
    if (!trainAccuracy || !valAccuracy || pointsOf(trainAccuracy.course) < 4) return []
    const chance = run.facts?.baselineAccuracy ?? 0
    const limit = chance + way * (1 - chance)
    // Where one answer is nearly always right, that is nothing to know by heart.
    const byHeart = Math.max(train, chance + 0.9 * (1 - chance))
    const known = holdsSince(trainAccuracy.course, (one) => one >= byHeart)
    const behind = holdsSince(valAccuracy.course, (one) => one <= limit)
    if (known === null || behind === null) return []
    const since = Math.max(known, behind)
    const { steps } = trainAccuracy.course
    const last = steps[steps.length - 1]
    if (last - since < lasting * last) return []
    const text = `From step ${since} on ${percent(endOf(trainAccuracy.course))} of the training examples are right, and of the validation examples ${percent(endOf(valAccuracy.course))}${chance > 0 ? ` (the most common answer: ${percent(chance)})` : ''}.`
    return [
      {
        severity: run.ended ? 'warning' : 'note',
        hooks: [],
        since,
        text,
        remedy: run.ended
          ? 'Check the labels; train on more examples, with more weight decay, or longer if you wait for grokking.'
          : 'Wait: where networks grok, generalising follows later.',
        change: null,
        evidence: [
          { tag: trainAccuracy.tag, limit: null },
          { tag: valAccuracy.tag, limit }
        ]
      }
    ]
  }
})

export const overfitting = rule({
  id: 'overfitting',
  formula:
    'The validation loss ends above its best by a factor, at least three points after it, while the training loss goes on falling. It costs something where the validation accuracy has fallen from its best, too (or there is none).',
  source: 'Prechelt 1998, Early Stopping - But When?; the thresholds are ours.',
  advice:
    'Stop at the best point (Early stopping, Keep the best checkpoint); more data, weight decay, dropout, a smaller network.',
  thresholds: {
    times: { about: 'Validation loss at the end over its best', usual: 1.2, min: 1, max: 100 },
    accuracy: shareOf('Fall of the validation accuracy from its best', 0.02)
  },
  judge(run, { times, accuracy }) {
    const { trainLoss, valLoss, valAccuracy } = run.outcomes
    if (!trainLoss || !valLoss || pointsOf(valLoss.course) < 6) return []
    const { course } = valLoss
    const best = extremeOf(course, 'min')
    if (best < 0 || course.values.length - 1 - best < 3) return []
    const [least, end] = [course.values[best], endOf(course)]
    const at = course.steps[best]
    if (!(end > times * least) || !(endOf(trainLoss.course) < valueAt(trainLoss.course, at))) return []
    const fall = valAccuracy ? fallOf(valAccuracy.course) : null
    const costs = run.ended && (fall === null ? end > 1.5 * least : fall >= accuracy)
    const accuracies =
      fall === null
        ? ''
        : fall >= accuracy
          ? `; the validation accuracy has fallen by ${value(100 * fall)} points from its best`
          : '; the validation accuracy has not fallen: the network is only surer of its mistakes'
    return [
      {
        severity: costs ? 'warning' : 'note',
        hooks: [],
        since: at,
        text: `The validation loss was best at step ${at} (${value(least)}) and is ${value(end)}, while the training loss goes on falling${accuracies}.`,
        remedy:
          'Stop at the best point (Early stopping, with Keep the best checkpoint), or use more data or weight decay.',
        change: null,
        evidence: [
          { tag: valLoss.tag, limit: least },
          { tag: trainLoss.tag, limit: null }
        ]
      }
    ]
  }
})

/** From the best value to the best of the last fifth: a series that still rises has not fallen. */
function fallOf({ values }: Course): number {
  const all = Array.from(values).filter(Number.isFinite)
  return largest(all) - largest(all.slice(Math.floor(all.length * 0.8)))
}

export const underfitting = rule({
  id: 'underfitting',
  formula:
    'The run is over, the training loss is still a large share of that of the best constant answer, has hardly moved in the last third, and the validation loss is about as large.',
  source: 'Goodfellow, Bengio & Courville 2016, Deep Learning, section 5.2; the thresholds are ours.',
  advice: 'A larger network, less regularisation (dropout, weight decay), better features, a rate that goes down.',
  thresholds: {
    loss: shareOf('Training loss at the end, as a share of that of a constant answer', 0.4),
    flat: shareOf('Share of the way down that is made in the last third, at most', 0.15),
    gap: { about: 'Validation loss over training loss, at most', usual: 1.5, min: 1, max: 100 }
  },
  judge(run, { loss: share, flat, gap }, outcome) {
    const { loss, kind, start, end, baseline } = outcome
    if (!loss || !run.ended || kind !== 'partly' || run.facts?.baselineLoss == null || end < share * baseline) return []
    const { course, tag } = loss
    const points = pointsOf(course)
    if (points < 6) return []
    const lastThird = course.values[Math.floor((points * 2) / 3)] - end
    const { valLoss } = run.outcomes
    if (lastThird > flat * (start - end) || (valLoss && endOf(valLoss.course) > gap * end)) return []
    const settled = firstWhere(course, (one) => one <= end + flat * (start - end))
    return [
      {
        severity: 'warning',
        hooks: [],
        since: settled,
        text: `The training loss has settled at ${value(end)}, ${percent(end / baseline)} of that of the same answer for every example (${value(baseline)})${valLoss ? `; validation ${value(endOf(valLoss.course))}` : ''}: the network cannot tell more.`,
        remedy: remedyOf(run),
        change: null,
        evidence: [{ tag, limit: baseline }]
      }
    ]
  }
})

function remedyOf({ params }: ObservedRun): string {
  const dropout = params?.dropout
  if (typeof dropout === 'number' && dropout > 0)
    return `Lower the dropout (${value(dropout)}), or use a larger network.`
  return 'Use a larger network, less regularisation, or a schedule that lowers the rate.'
}
