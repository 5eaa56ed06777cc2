/** Stays of the analysed runs in their states. */
import type { Analysis, AnalysisInputRun, FittedStates } from '../../../src/domain/analysis'
import { segmentsOf } from '../../charts/time-axis'
import { seedLabel } from '../../ui/format'

export interface Visit {
  runId: string
  label: string
  state: number
  /** When it begins, and how long it is, on the axis of time. */
  epoch: number
  length: number
  /** The run ended in it, so that it may have lasted longer. */
  open: boolean
}

/** In the order of runs and time. Boundaries lie halfway between two points, as everywhere in the views. */
export function visitsOf(
  analysis: Pick<Analysis, 'inputs'>,
  fit: Pick<FittedStates, 'paths'>,
  timesOf: (run: AnalysisInputRun) => number[]
): Visit[] {
  return analysis.inputs.runs.flatMap((run, r) => {
    const segments = segmentsOf(fit.paths[r], timesOf(run), [])
    return segments.map(({ state, start, end }, i) => ({
      runId: run.runId,
      label: seedLabel(run.seed, run.label),
      state,
      epoch: start,
      length: end - start,
      open: i === segments.length - 1
    }))
  })
}
