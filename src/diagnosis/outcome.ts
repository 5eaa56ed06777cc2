/** What has come of a run, told from its losses: the severity of a reading is that of its consequence. */
import type { Severity } from '../domain/reading'
import { tagOf } from '../domain/tags'
import { endOf, pointsOf, startOf, valueAt } from './courses'
import type { Course, ObservedRun } from './observed'

/** Fewer recorded points of the loss say nothing yet. */
export const fewestPoints = 4
/** A loss that ends at this multiple of where it began, or of the loss of a constant answer, has diverged. */
const divergedAt = 1.5
/** A loss less than this share below that of a constant answer has learned nothing. */
const stuckBelow = 0.05
/** So early in a run nobody can say that nothing will come of it. */
const earlyBelow = 0.2
/** A loss at most this share of that of a constant answer, or an accuracy at least this share of the way to 1, is learned. */
const learnedLoss = 0.3
const learnedAccuracy = 0.7

export interface Outcome {
  /** `open`: too early to say, or there is no loss. */
  kind: 'open' | 'diverged' | 'stuck' | 'partly' | 'learned'
  /** Training loss, without what penalties add; null where none is recorded. */
  loss: { tag: string; course: Course } | null
  start: number
  end: number
  /** Loss of the best answer that is the same for all examples; where nobody knows it, the first loss. */
  baseline: number
  /** Nobody knows it: the run may have begun with a network that had learned already. */
  guessed: boolean
  /** Step from which the loss is not a finite number, to the end. */
  brokenAt: number | null
  /** Share of the planned steps that are recorded. */
  done: number
}

export function outcomeOf(run: ObservedRun): Outcome {
  const told = run.outcomes.trainLoss ?? run.outcomes.valLoss
  const loss = told ? { tag: told.tag, course: withoutPenalty(told.course, run.series(tagOf.penalty)) } : null
  const none = { loss: null, start: NaN, end: NaN, baseline: NaN, guessed: true, brokenAt: null, done: 0 }
  if (!loss) return { kind: 'open', ...none }
  const { course } = loss
  const points = pointsOf(course)
  const start = startOf(course)
  const end = endOf(course)
  const brokenAt = brokenSince(course)
  const chance = baselineOf(run)
  const [baseline, guessed] = [chance ?? start, chance === null]
  const last = points > 0 ? course.steps[points - 1] : 0
  const done = run.ended ? 1 : run.totalSteps > 0 ? last / run.totalSteps : 0
  const known = { loss, start, end, baseline, guessed, brokenAt, done }
  if (brokenAt !== null) return { kind: 'diverged', ...known }
  // A loss that may be negative, such as a log-likelihood, has no shares and no multiples.
  if (points < fewestPoints || (guessed && !(start > 0))) return { kind: 'open', ...known }
  if (end >= divergedAt * Math.max(start, baseline) && end > 0) return { kind: 'diverged', ...known }
  if (hasLearned(run, end, baseline)) return { kind: 'learned', ...known }
  if (end > (1 - stuckBelow) * baseline) return { kind: guessed || done < earlyBelow ? 'open' : 'stuck', ...known }
  return { kind: 'partly', ...known }
}

/** A single one on the way, as mixed precision has them, is none. */
function brokenSince({ steps, values }: Course): number | null {
  let since = values.length
  while (since > 0 && !Number.isFinite(values[since - 1])) since--
  return since < values.length ? steps[since] : null
}

function hasLearned(run: ObservedRun, end: number, baseline: number): boolean {
  if (end <= learnedLoss * baseline) return true
  const accuracy = run.outcomes.trainAccuracy
  const chance = run.facts?.baselineAccuracy
  if (!accuracy || chance == null) return false
  return endOf(accuracy.course) >= chance + learnedAccuracy * (1 - chance)
}

function baselineOf({ facts }: ObservedRun): number | null {
  // Whose answers are all the same has nothing to learn.
  return facts?.baselineLoss != null && facts.baselineLoss > 0 ? facts.baselineLoss : null
}

/** What regularizers add says nothing about the answers. */
function withoutPenalty(course: Course, penalty: Course | null): Course {
  if (!penalty) return course
  const values = Float64Array.from({ length: course.values.length }, (_, i) => {
    const added = valueAt(penalty, course.steps[i])
    return course.values[i] - (Number.isFinite(added) ? added : 0)
  })
  return { steps: course.steps, values }
}

/** Of a fault: it matters as much as what has come of the run. */
export function severityBy({ kind }: Outcome): Severity {
  if (kind === 'diverged' || kind === 'stuck') return 'problem'
  return kind === 'partly' ? 'warning' : 'note'
}

/** The same, at least as severe as `least`. */
export function atLeast(least: Severity, found: Severity): Severity {
  const order: Severity[] = ['note', 'warning', 'problem']
  return order[Math.max(order.indexOf(least), order.indexOf(found))]
}
