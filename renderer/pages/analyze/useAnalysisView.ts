/** What the panels of the analysis share: the time axis, the chosen run, its path and segments. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import type { AnalysisInputRun, FittedStates } from '../../../src/domain/analysis'
import { nearestIndex, segmentsOf } from '../../charts/time-axis'
import type { StateSegment, TimeDomain } from '../../charts/time-axis'
import { seedOf } from '../../../src/domain/run'
import { epochLabel, integer, seedLabel } from '../../ui/format'
import { useAnalyses } from '../../state/analyses'
import { useDecoding } from '../../state/decoding'
import { useRuns } from '../../state/runs'
import { useSelection } from '../../state/selection'

export interface AnalysisView {
  domain: ComputedRef<TimeDomain>
  fit: ComputedRef<FittedStates | null>
  colors: ComputedRef<number[]>
  /** The chosen run: one of the analysis, or one that it has not seen, decoded. */
  run: ComputedRef<AnalysisInputRun | null>
  /** `seed 3` where the run has a seed, else its name. */
  runLabel: ComputedRef<string>
  /** Where its points stand on the axis of time. */
  times: ComputedRef<number[]>
  path: ComputedRef<number[]>
  segments: ComputedRef<StateSegment[]>
  /** Runs of the analysis that are still in the project (the others have states but no curves), and the chosen one. */
  recordedRunIds: ComputedRef<string[]>
  /** Follows the selection; a new function whenever the selection changes, so that charts redraw. */
  highlighted: ComputedRef<(state: number) => boolean>
  /** Where the cursor stands, beside the time: "step 240, seed 0, S2 Generalising, chosen". Empty without a cursor. */
  place: ComputedRef<string>
  /** Moves the cursor of all views to the recorded point of the chosen run that is nearest. */
  hover(time: number | null): void
}

export function useAnalysisView(): AnalysisView {
  const analyses = useAnalyses()
  const selection = useSelection()
  const runs = useRuns()
  const decoding = useDecoding()
  const fit = computed(() => analyses.fit)
  const domain = computed(() => {
    const all: ArrayLike<number>[] = (analyses.current?.inputs.runs ?? []).map((run) => analyses.timesOf(run))
    for (const decoded of decoding.unseen.values()) all.push(analyses.timesOf(decoded))
    const used = all.filter((times) => times.length > 0)
    const starts = used.map((times) => times[0])
    const ends = used.map((times) => times[times.length - 1])
    return { min: Math.min(0, ...starts), max: Math.max(1e-9, ...ends) }
  })
  const colors = computed(() => fit.value?.stateSummaries.map((state) => state.color) ?? [])
  const index = computed(() => (selection.runId ? (analyses.runIndex.get(selection.runId) ?? -1) : -1))
  const unseen = computed(() => (selection.runId ? (decoding.unseen.get(selection.runId) ?? null) : null))
  const run = computed<AnalysisInputRun | null>(() => {
    const analysed = analyses.current?.inputs.runs[index.value]
    if (analysed || !unseen.value || !selection.runId) return analysed ?? null
    const info = runs.byId.get(selection.runId)
    const { steps, epochs } = unseen.value
    return {
      runId: selection.runId,
      label: info?.name ?? selection.runId,
      seed: info ? seedOf(info) : null,
      steps: Array.from(steps),
      epochs: Array.from(epochs)
    }
  })
  const runLabel = computed(() => {
    if (!run.value) return ''
    return seedLabel(run.value.seed, run.value.label)
  })
  const path = computed(() => fit.value?.paths[index.value] ?? Array.from(unseen.value?.path ?? []))
  const times = computed(() => (run.value ? analyses.timesOf(run.value) : []))
  const segments = computed(() => segmentsOf(path.value.slice(0, times.value.length), times.value, colors.value))
  const highlighted = computed(() => {
    void selection.state
    void selection.transition
    return (state: number): boolean => selection.isHighlighted(state)
  })
  const place = computed(() => {
    const at = selection.hoveredEpoch === null ? -1 : nearestIndex(times.value, selection.hoveredEpoch)
    if (at < 0 || !run.value) return ''
    const other =
      analyses.axis === 'step' ? `epoch ${epochLabel(run.value.epochs[at])}` : `step ${integer(run.value.steps[at])}`
    const state = fit.value?.stateSummaries[path.value[at]]
    const named = state ? [`S${state.number} ${state.name}`] : []
    return [other, runLabel.value, ...named, ...(state && selection.state === state.index ? ['chosen'] : [])].join(', ')
  })
  const recordedRunIds = computed(() => {
    const ids = analyses.current?.inputs.runs.map((item) => item.runId).filter((id) => runs.byId.has(id)) ?? []
    return unseen.value && selection.runId ? [...ids, selection.runId] : ids
  })
  function hover(time: number | null): void {
    const at = time === null ? -1 : nearestIndex(times.value, time)
    selection.hoveredEpoch = at < 0 ? time : times.value[at]
  }
  return { domain, fit, colors, run, runLabel, times, path, segments, recordedRunIds, highlighted, place, hover }
}
