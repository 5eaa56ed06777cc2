/** What the time of an analysis is counted in: epochs, or steps where epochs would put several points in one place. */
import type { Analysis } from '../domain/analysis'
import type { TimeAxis } from '../domain/time'

/** Points may share an epoch here and there, as a summary at the end of a training does. */
const COARSE_SHARE = 0.05

interface Times {
  steps: ArrayLike<number>
  epochs: ArrayLike<number>
}

/**
 * The axis that tells the points of these runs apart. Steps: where more than one gap in twenty between neighbouring points,
 * over all runs, is no epoch wide (Lightning writes whole epochs beside every 50th step); where epochs go back (a training in
 * two parts counts them anew); where some runs have recorded epochs and others have not, as these are placed by their steps;
 * where none have. Else epochs.
 *
 * @param roles of the series, which tell whether epochs were recorded at all; analyses from before there were roles do not say
 */
export function axisOf(runs: readonly Times[], roles?: Analysis['roles']): TimeAxis {
  let [gaps, still, without] = [0, 0, 0]
  for (const { steps, epochs } of runs) {
    let same = true
    for (let t = 0; t < steps.length; t++) {
      if (steps[t] !== epochs[t]) same = false
      if (t === 0) continue
      const ahead = epochs[t] - epochs[t - 1]
      const smallest = 1e-9 * (1 + Math.abs(epochs[t]))
      if (ahead < -smallest) return 'step'
      if (!(steps[t] > steps[t - 1])) continue
      gaps += 1
      if (!(ahead > smallest)) still += 1
    }
    if (same) without += 1
  }
  if (without > 0 && without < runs.length) return 'step'
  if (without === runs.length) return roles && roles.epoch === undefined ? 'step' : 'epoch'
  return still > COARSE_SHARE * gaps ? 'step' : 'epoch'
}

/** Where the points of a run stand on an axis. */
export function timesOn<T>(run: { steps: T; epochs: T }, axis: TimeAxis): T {
  return axis === 'step' ? run.steps : run.epochs
}
