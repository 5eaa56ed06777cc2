/** Whether the metric that a run is judged by still gets better. */
import { percent, value } from '../words'
import { rule, shareOf } from '../rule'

export const plateau = rule({
  id: 'plateau',
  formula:
    'While a run trains: steps since its watched metric (Watched metric in Design, the validation loss by default) was last better by more than Smallest gain (minChange), or by more than a thousandth of the way that it has come, over the planned steps. A note where the run has learned.',
  source:
    'As ReduceLROnPlateau and early stopping of Keras and PyTorch, over a share of the run instead of a number of points; the thresholds are ours.',
  advice:
    'A schedule that lowers the rate, or the end of the run. Where generalisation is known to come late (grokking), nothing: the validation metric may stand still for most of the run.',
  thresholds: {
    share: shareOf('Share of the planned steps without a better value', 0.25),
    points: { about: 'Recorded points without a better value, at least', usual: 8, min: 2, max: 1e6 }
  },
  judge(run, { share, points }, { kind }) {
    const { watched } = run
    // What has gone wrong altogether is said by others; what is over has its own readings.
    if (run.ended || !watched || run.totalSteps <= 0 || (kind !== 'partly' && kind !== 'learned')) return []
    const { tag, better, course } = watched
    const sign = better === 'lower' ? -1 : 1
    const { steps, values } = course
    let [best, at] = [-Infinity, -1]
    let first = Number.NaN
    for (let i = 0; i < values.length; i++) {
      const now = sign * values[i]
      if (!Number.isFinite(now)) continue
      if (at < 0) first = now
      if (at < 0 || now > best + Math.max(watched.minChange, (best - first) / 1000)) [best, at] = [now, i]
    }
    if (at < 0) return []
    const last = values.length - 1
    const waited = steps[last] - steps[at]
    if (last - at < points || waited < share * run.totalSteps) return []
    return [
      {
        severity: kind === 'learned' ? 'note' : 'warning',
        hooks: [],
        since: steps[at],
        text: `${tag} was best at step ${steps[at]} (${value(sign * best)}) and has not been better for ${waited} steps, ${percent(waited / run.totalSteps)} of the run; it is ${value(values[last])}.`,
        remedy: 'Lower the learning rate by a schedule, or end the run here, unless it is one that generalises late.',
        change: null,
        evidence: [{ tag, limit: sign * best }]
      }
    ]
  }
})
