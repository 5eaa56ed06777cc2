/** What runs that came to something did at the same step. */
import { rule } from '../rule'

export const unlikeHealthy = rule({
  id: 'unlike-healthy',
  formula:
    'Of each series: distance from the median of the runs of the same recipe that have learned, at the same step, over their spread (1.4826 times the median distance, at least half of the usual one). The rule speaks where four points in a row lie farther than 1.5 times the farthest that any of those runs lies from the others.',
  source:
    'Leave one out, as in conformal prediction (Vovk et al. 2005); the margin is ours. It needs five runs that have learned.',
  advice: 'Compare the run with one of those on the Runs page: what differs in settings or data?',
  thresholds: {},
  judge(run, _, outcome) {
    const found = run.unlikeHealthy?.() ?? null
    return found
      ? [{ ...found, severity: outcome.kind === 'learned' || outcome.kind === 'open' ? 'note' : 'warning' }]
      : []
  }
})
