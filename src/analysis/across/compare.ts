/** The runs of an analysis together: convergence, what goes with it, and which runs take similar paths. */
import { median } from '../../numeric/statistics'
import { timesOn } from '../axis'
import { clusterRuns } from './clusters'
import { convergenceOf, proposeThreshold } from './convergence'
import { testDetours } from './detours'
import { distanceMatrix, editDistance, meanDistances, wasserstein } from './distances'
import { fitWith } from '../model-record'
import { regressConvergence } from './regression'
import type { AcrossRuns, ConvergenceRule } from '../../domain/across-runs'
import type { Analysis } from '../../domain/analysis'
import type { Finding } from '../../domain/finding'
import type { RunSeries } from '../../domain/run-series'
import type { TimeAxis } from '../../domain/time'

/**
 * @param runs recorded series of the analysed runs with the metric and `epoch`, in any order.
 * @param axis what times are counted in: convergence, time in states and what is computed of them.
 * @throws an Error with a plain sentence when there is no such fit, or no run recorded the metric.
 */
export function compareRuns(
  analysis: Pick<Analysis, 'fits' | 'inputs' | 'options' | 'roles'>,
  states: number,
  runs: readonly RunSeries[],
  rule: ConvergenceRule,
  axis: TimeAxis = 'epoch'
): AcrossRuns {
  const fit = fitWith(analysis, states)
  const findings: Finding[] = []
  const inputs = analysis.inputs.runs
  const series = inputs.map((input) => runs.find((run) => run.runId === input.runId))
  const recorded = series.filter((run): run is RunSeries => run !== undefined && run.series[rule.metric] !== undefined)
  if (recorded.length === 0) throw new Error(`No analysed run recorded "${rule.metric}". Choose another metric.`)
  const threshold = rule.threshold ?? proposeThreshold(recorded, rule, analysis.roles)
  const convergence = series.map((run) => (run ? convergenceOf(run, { ...rule, threshold }, axis) : null))
  const never = inputs.filter((_, r) => convergence[r] === null)
  if (never.length > 0) {
    const names = never.slice(0, 3).map((run) => run.label)
    const text =
      `${never.length} of ${inputs.length} runs did not converge and are not in the tests: ` +
      `${names.join(', ')}${never.length > 3 ? '...' : ''}.`
    findings.push({ severity: 'info', text })
  }
  const atOnce = inputs.filter((run, r) => convergence[r] && convergence[r].step <= run.steps[0]).length
  if (atOnce > 0 && atOnce === inputs.length - never.length)
    findings.push({ severity: 'warning', text: 'Every run is beyond the threshold from its first point on.' })

  const occupancy = inputs.map((run, r) => timeInStates(timesOn(run, axis), fit.paths[r], states))
  const converged = inputs.map((_, r) => r).filter((r) => convergence[r] !== null)
  const times = converged.map((r) => convergence[r]!.epoch)
  const final = fit.stateSummaries.findIndex((state) => state.final)
  const labels = fit.stateSummaries.map((state) => `S${state.number} ${state.name}`)
  const regressed = regressConvergence(
    converged.map((r) => occupancy[r]),
    times,
    final,
    labels,
    findings
  )
  const presence = Array.from({ length: states }, (_, k) => converged.map((r) => fit.paths[r].includes(k)))
  const early = presence.map((visits, k) =>
    visits.map((visit, i) => {
      const r = converged[i]
      return visit && inputs[r].steps[fit.paths[r].indexOf(k)] < convergence[r]!.step
    })
  )
  const shares = occupancy.map((spent) => {
    const total = spent.reduce((sum, time) => sum + time, 0)
    return spent.map((time) => (total > 0 ? time / total : 0))
  })
  const cost = meanDistances(fit.model.means)
  const transport = distanceMatrix(shares, (a, b) => wasserstein(a, b, cost))
  const edit = distanceMatrix(fit.paths, editDistance)
  const clusters = clusterRuns(edit.some((row) => row.some((value) => value > 0)) ? edit : transport)
  return {
    axis,
    metric: rule.metric,
    threshold,
    direction: rule.direction,
    runs: inputs.map((run, r) => ({
      runId: run.runId,
      label: run.label,
      step: convergence[r]?.step ?? null,
      epoch: convergence[r]?.epoch ?? null,
      occupancy: occupancy[r],
      fitted: regressed && convergence[r] ? regressed.fitted[converged.indexOf(r)] : null,
      cluster: clusters.groups[r]
    })),
    regression: regressed?.regression ?? null,
    detours: testDetours(presence, times, analysis.options.seed, early, axis),
    distances: {
      order: clusters.order,
      edit,
      wasserstein: transport,
      clusters: clusters.count,
      silhouette: clusters.silhouette
    },
    findings
  }
}

/**
 * Time in every state, [K]. A point stands for the time until the next one, the last for the usual distance, so that
 * runs recorded at different intervals compare.
 */
export function timeInStates(at: readonly number[], path: readonly number[], states: number): number[] {
  const gaps = at.slice(1).map((time, t) => time - at[t])
  const usual = gaps.length > 0 ? median(gaps) : 1
  const spent = Array<number>(states).fill(0)
  path.forEach((state, t) => (spent[state] += gaps[t] ?? usual))
  return spent
}
