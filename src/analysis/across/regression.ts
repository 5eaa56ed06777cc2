/** Regression of convergence on the time spent in each state. */
import { leastSquares } from '../../numeric/least-squares'
import type { Finding } from '../../domain/finding'
import type { Regression } from '../../domain/across-runs'

/**
 * Convergence time (epochs or steps) as a linear function of the time spent in each state (the paper's regression on state counts, in
 * true time). The times of all states of a run add up to its length, so for runs of one length one state must be left
 * out: the one most runs end in. Its share is what the coefficients are measured against.
 *
 * @param occupancy [runs][K], time; convergence [runs], of runs that converged.
 * @param last the state to leave out first.
 * @param labels of the states, for the estimates.
 */
export function regressConvergence(
  occupancy: readonly (readonly number[])[],
  convergence: readonly number[],
  last: number,
  labels: readonly string[],
  findings: Finding[]
): { regression: Regression; fitted: number[] } | null {
  const states = labels.length
  const order = [...Array.from({ length: states }, (_, k) => k).filter((k) => k !== last), last]
  if (convergence.length < 3) {
    findings.push({ severity: 'warning', text: 'A regression needs at least three runs that converged.' })
    return null
  }
  const result = leastSquares(
    occupancy.map((row) => order.map((k) => row[k])),
    convergence
  )
  if (!result) {
    const text = convergence.every((value) => value === convergence[0])
      ? 'All runs converged at the same point, so there is nothing to explain.'
      : `${convergence.length} converged runs are too few for the times in ${states} states. Look at fewer states, or use more runs.`
    findings.push({ severity: 'warning', text })
    return null
  }
  const used = result.columns.filter((j) => j >= 0).map((j) => order[j])
  if (used.length === 0) {
    findings.push({ severity: 'warning', text: 'The time spent in the states is the same in every run.' })
    return null
  }
  if (result.degreesOfFreedom < 2 * used.length) {
    const text =
      `${convergence.length} runs for ${used.length} coefficients: R² would be high for chance alone. ` +
      'Look at the adjusted R², or use more runs or fewer states.'
    findings.push({ severity: 'warning', text })
  }
  return {
    regression: {
      estimates: result.columns.map((j, i) => ({
        name: j < 0 ? 'intercept' : labels[order[j]],
        state: j < 0 ? null : order[j],
        coefficient: result.coefficients[i],
        standardError: result.standardErrors[i],
        t: Number.isFinite(result.t[i]) ? result.t[i] : null,
        p: Number.isFinite(result.t[i]) ? result.p[i] : null
      })),
      reference: order.filter((k) => !used.includes(k)),
      rows: convergence.length,
      degreesOfFreedom: result.degreesOfFreedom,
      r2: result.r2,
      adjustedR2: result.adjustedR2
    },
    fitted: result.fitted
  }
}
