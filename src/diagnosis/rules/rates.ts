/** What the loss and the updates say of the learning rate, and of when a run ended. */
import { tagOf } from '../../domain/tags'
import { endOf, extremeOf, largestJump, medianOf, pointsOf } from '../courses'
import type { ObservedRun } from '../observed'
import { severityBy } from '../outcome'
import { rule, shareOf } from '../rule'
import { tryRate } from '../try-rate'
import { percent, value } from '../words'

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
      return [{ severity: 'warning', hooks: [], since: jump.step, text, ...tryRate(run, 0.3), evidence }]
    }
    if (kind === 'stuck' && pace > ratio) {
      const text = `The loss stays at ${value(endOf(course))} while one update changes the parameters by ${percent(pace)} of their size: it jumps over what it looks for.`
      return [{ severity: 'problem', hooks: [], since: course.steps[0], text, ...tryRate(run, 0.1), evidence }]
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
        ...tryRate(run, kind === 'stuck' ? 100 : 10),
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
