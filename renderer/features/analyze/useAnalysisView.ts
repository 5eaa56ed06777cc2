/** What the panels of the analysis share: the time axis, the chosen run, its path and segments. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { AnalysisInputRun, FittedStates } from '../../../src/analysis/types'
import { nearestIndex, segmentsOf } from '../../charts/time-axis'
import type { StateSegment, TimeDomain } from '../../charts/time-axis'
import { useAnalyses } from '../../stores/analyses'
import { useRuns } from '../../stores/runs'
import { useSelection } from '../../stores/selection'

export interface AnalysisView {
  domain: ComputedRef<TimeDomain>
  fit: ComputedRef<FittedStates | null>
  colors: ComputedRef<number[]>
  run: ComputedRef<AnalysisInputRun | null>
  /** `seed 3` where the run has a seed, else its name. */
  runLabel: ComputedRef<string>
  path: ComputedRef<number[]>
  segments: ComputedRef<StateSegment[]>
  /** Runs of the analysis that are still in the project: the others have states but no curves. */
  recordedRunIds: ComputedRef<string[]>
  /** Follows the selection; a new function whenever the selection changes, so that charts redraw. */
  highlighted: ComputedRef<(state: number) => boolean>
  /** Moves the cursor of all views to the recorded point of the chosen run that is nearest. */
  hover(epoch: number | null): void
}

export function useAnalysisView(): AnalysisView {
  const analyses = useAnalyses()
  const selection = useSelection()
  const runs = useRuns()
  const fit = computed(() => analyses.fit)
  const domain = computed(() => {
    const runs = analyses.current?.inputs.runs ?? []
    const ends = runs.map((run) => run.epochs.at(-1) ?? 0)
    const starts = runs.map((run) => run.epochs[0] ?? 0)
    return { min: Math.min(0, ...starts), max: Math.max(1e-9, ...ends) }
  })
  const colors = computed(() => fit.value?.stateSummaries.map((state) => state.color) ?? [])
  const index = computed(() => (selection.runId ? (analyses.runIndex.get(selection.runId) ?? -1) : -1))
  const run = computed(() => analyses.current?.inputs.runs[index.value] ?? null)
  const runLabel = computed(() => {
    if (!run.value) return ''
    return run.value.seed === null ? run.value.label : `seed ${run.value.seed}`
  })
  const path = computed(() => fit.value?.paths[index.value] ?? [])
  const segments = computed(() => (run.value ? segmentsOf(path.value, run.value.epochs, colors.value) : []))
  const highlighted = computed(() => {
    void selection.state
    void selection.transition
    return (state: number): boolean => selection.isHighlighted(state)
  })
  const recordedRunIds = computed(
    () => analyses.current?.inputs.runs.map((item) => item.runId).filter((id) => runs.byId.has(id)) ?? []
  )
  function hover(epoch: number | null): void {
    const at = epoch === null || !run.value ? -1 : nearestIndex(run.value.epochs, epoch)
    selection.hoveredEpoch = at < 0 ? epoch : run.value!.epochs[at]
  }
  return { domain, fit, colors, run, runLabel, path, segments, recordedRunIds, highlighted, hover }
}
