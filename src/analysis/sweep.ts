/**
 * A learning-rate sweep in plain words: the same run at several rates, judged by its loss and by the gradient of its last
 * layer. Every threshold is here, and every sentence gives the numbers that decided.
 */
import { largest, smallest } from '../numeric/statistics'

export interface SweptSeries {
  /** [n] each, ascending steps. */
  steps: ArrayLike<number>
  values: ArrayLike<number>
}

export interface SweptRun {
  rate: number
  loss: SweptSeries
  /** L2 norm of the gradient of the last layer; null where it was not recorded. */
  gradient: SweptSeries | null
}

export type Conclusion = 'too-high' | 'unstable' | 'too-low' | 'good' | 'best' | 'open'

export interface SweepVerdict {
  conclusion: Conclusion
  sentence: string
}

/** Fewer recorded points say nothing yet. */
const fewestPoints = 4
/** The end of a series is the median of this share of its last points, and of at least three. */
const endShare = 0.2
/** A loss that ends at this multiple of its start, or above, has diverged. */
const divergedAt = 1.5
/** A loss that has fallen by less than this share of its start is where it was at the start. */
const stuckBelow = 0.05
/** A run that has come less than this share of the way of the best one has come too little of it. */
const littleBelow = 2 / 3
/** A gradient below this share of its first value is gone. */
const goneBelow = 0.05
/** A loss that jumps, in the second half, by this share of the way down that it had made, is unstable... */
const bounceShare = 0.3
/** ...when it also jumps to this multiple of its best, so that noise around a small loss is none. */
const bounceRatio = 2

interface Course {
  rate: number
  points: number
  lastStep: number
  /** The recorded loss, for what it was at an earlier step. */
  loss: SweptSeries
  start: number
  end: number
  best: number
  /** Height of the largest jump in the second half: from `from` up to `to`. */
  bounce: { from: number; to: number; step: number } | null
  /** First step at which the loss is not a finite number. */
  brokenAt: number | null
  gradient: { start: number; end: number; share: number; brokenAt: number | null } | null
}

/** One verdict for each run, in their order. Runs of equal rates (several seeds) are compared like any others. */
export function judgeSweep(runs: readonly SweptRun[]): SweepVerdict[] {
  const courses = runs.map(courseOf)
  const sound = courses.filter(isSound)
  // A run that is still behind the others may not be called the best of them.
  const farthest = largest(sound.map(({ lastStep }) => lastStep))
  const best = sound
    .filter(({ lastStep }) => lastStep === farthest)
    .reduce<Course | null>((found, course) => (!found || course.end < found.end ? course : found), null)
  // Where even the best is where it began, there is nothing to compare with.
  const measure = best && best.end < best.start * (1 - stuckBelow) ? best : null
  const waiting = courses.some(({ points, brokenAt }) => points < fewestPoints && brokenAt === null)
  return courses.map((course) => judge(course, measure, waiting))
}

function judge(course: Course, best: Course | null, waiting: boolean): SweepVerdict {
  const { points, brokenAt, start, end, gradient, rate, bounce } = course
  if (brokenAt === null && points < fewestPoints) {
    return {
      conclusion: 'open',
      sentence: `Too early to say: ${points} of at least ${fewestPoints} points are recorded.`
    }
  }
  const after = `After ${steps(course.lastStep)}`
  const tooHigh = (text: string): SweepVerdict => ({
    conclusion: 'too-high',
    sentence: `${text}: the rate is too high.`
  })
  const tooLow = (text: string): SweepVerdict => ({ conclusion: 'too-low', sentence: `${text}: the rate is too low.` })
  if (brokenAt !== null) {
    const before = Number.isFinite(course.best) ? `, after ${value(course.best)} at best` : ''
    return tooHigh(`The loss is not a finite number from step ${brokenAt} on${before}`)
  }
  if (gradient?.brokenAt != null) {
    return tooHigh(
      `The last layer's gradient is not finite from step ${gradient.brokenAt} on; the loss is ${value(end)}`
    )
  }
  if (end >= start * divergedAt) {
    return tooHigh(`${after} the loss is ${value(end)}, ${value(end / start)} times what it was at the start`)
  }
  if (isBouncing(course)) {
    const { from, to, step } = bounce!
    return {
      conclusion: 'unstable',
      sentence:
        `The loss had come down to ${value(from)} and is back at ${value(to)} at step ${step}; ` +
        `it ends at ${value(end)}: the rate is unstable, try a lower one.`
    }
  }
  const said = gradient ? gradientInWords(gradient) : 'no gradient of the last layer was recorded'
  const gone = gradient !== null && gradient.share < goneBelow
  if (!best && waiting && !gone) {
    const so = `${after} the loss is ${value(end)}, ${asAtStart(course)}; the other rates are not as far`
    return { conclusion: 'open', sentence: `${so}.` }
  }
  if (!best) {
    const where = `${after} the loss is ${value(end)}, ${asAtStart(course)}, and at no rate is it better; ${said}`
    return gone ? tooHigh(where) : tooLow(where)
  }
  if (course === best) {
    return {
      conclusion: 'best',
      sentence: `${after} the loss is ${value(end)}, from ${value(start)}: the best of these rates.`
    }
  }
  // Compared at the step that both have reached.
  const reached = endUntil(best.loss, course.lastStep)
  const made = best.start - reached
  const way = made > 0 ? (start - end) / made : 1
  if (way >= littleBelow) {
    return {
      conclusion: 'good',
      sentence: `${after} the loss is ${value(end)}, ${percent(Math.min(1, way))} of the way that ${rateText(best)} has come: the rate is good.`
    }
  }
  const little =
    (start - end) / Math.abs(start) < stuckBelow
      ? `${after} the loss is ${value(end)}, ${asAtStart(course)}`
      : `${after} the loss is ${value(end)}, only ${percent(way)} of the way that ${rateText(best)} has come`
  // With little of the way made it is the gradient that tells why, and where it cannot, the side of the best rate.
  if (gone && rate >= best.rate) return tooHigh(`${little}; ${said}`)
  if (rate > best.rate)
    return tooHigh(`${little}; at the lower rate ${best.rate} it was ${value(reached)} by then; ${said}`)
  return tooLow(`${little}: it crawls; ${said}`)
}

function courseOf({ rate, loss, gradient }: SweptRun): Course {
  const points = loss.steps.length
  const values = Array.from(loss.values)
  const brokenAt = firstBroken(loss)
  const finite = values.filter(Number.isFinite)
  let from = Infinity
  let bounce: Course['bounce'] = null
  for (let i = 0; i < points; i++) {
    if (i >= points / 2 && values[i] - from > (bounce ? bounce.to - bounce.from : 0)) {
      bounce = { from, to: values[i], step: loss.steps[i] }
    }
    if (values[i] < from) from = values[i]
  }
  return {
    rate,
    points,
    brokenAt,
    bounce,
    loss,
    lastStep: points > 0 ? loss.steps[points - 1] : 0,
    start: finite[0] ?? Number.NaN,
    end: endOf(values),
    best: smallest(finite),
    gradient: gradient && gradient.steps.length >= 2 ? gradientCourse(gradient) : null
  }
}

function gradientCourse(series: SweptSeries): Course['gradient'] {
  const values = Array.from(series.values)
  const start = values.find(Number.isFinite) ?? Number.NaN
  const end = endOf(values)
  return { start, end, share: start > 0 ? end / start : 0, brokenAt: firstBroken(series) }
}

function firstBroken({ steps: at, values }: SweptSeries): number | null {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return at[i]
  return null
}

function endUntil({ steps: at, values }: SweptSeries, step: number): number {
  return endOf(Array.from(values).filter((_, i) => at[i] <= step))
}

function endOf(values: number[]): number {
  const count = Math.min(values.length, Math.max(3, Math.ceil(values.length * endShare)))
  const last = values.slice(values.length - count).sort((a, b) => a - b)
  return last.length > 0 ? last[Math.floor((last.length - 1) / 2)] : Number.NaN
}

function isSound(course: Course): boolean {
  return course.points >= fewestPoints && course.brokenAt === null && !isBouncing(course) && course.end < course.start
}

function isBouncing({ bounce, start }: Course): boolean {
  if (!bounce) return false
  const { from, to } = bounce
  return to - from > bounceShare * (start - from) && to > bounceRatio * from
}

function asAtStart({ start, end }: Course): string {
  const change = (start - end) / Math.abs(start)
  if (change >= stuckBelow) return `from ${value(start)} at the start`
  return Math.abs(change) < 0.005 ? 'as at the start' : `still near the ${value(start)} of the start`
}

function gradientInWords({ start, share }: NonNullable<Course['gradient']>): string {
  if (share === 0) return `the last layer's gradient, ${value(start)} at first, is gone`
  if (share >= 10) return `the last layer's gradient is ${value(share)} times its first value`
  return `the last layer's gradient is at ${percent(share)} of its first value`
}

function rateText({ rate }: Course): string {
  return `the rate ${String(rate)}`
}

function steps(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`
}

function value(x: number): string {
  if (x === 0) return '0'
  const size = Math.abs(x)
  return size < 1e-3 || size >= 1e6 ? x.toExponential(1).replace('e+', 'e') : String(Number(x.toPrecision(3)))
}

function percent(share: number): string {
  const shown = share * 100
  const digits = Math.abs(shown) >= 10 ? 0 : 1
  return Math.abs(shown) < 0.1 && shown !== 0 ? 'less than 0.1%' : `${Number(shown.toFixed(digits))}%`
}
