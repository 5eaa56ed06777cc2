/** The states of the fit on screen, for the runs that Explore draws. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { ColoredPart } from '../../../charts/scalar/model'
import { segmentsOf } from '../../../charts/time-axis'
import type { StateSegment } from '../../../charts/time-axis'
import { useAnalyses } from '../../../state/analyses'
import { useExplore } from '../../../state/explore'
import { chartTheme } from '../../../ui/theme'
import { partsOf } from '../scalars/state-parts'

export const useRunStates = defineStore('explore-run-states', () => {
  const analyses = useAnalyses()
  const explore = useExplore()
  /** Whether curves are coloured by state now. */
  const on = computed(() => explore.view.colorBy === 'states' && analyses.fit !== null)

  /** The visits of a run, in steps; null for one that the fit has not seen. */
  function visitsOf(runId: string): StateSegment[] | null {
    const { current, fit } = analyses
    const at = analyses.runIndex.get(runId)
    if (!on.value || !current || !fit || at === undefined) return null
    const colors = fit.stateSummaries.map((state) => state.color)
    return segmentsOf(fit.paths[at], current.inputs.runs[at].steps, colors)
  }

  /** Where a curve with these steps changes its colour. */
  function partsOfCurve(runId: string, steps: ArrayLike<number>): ColoredPart[] | null {
    const visits = visitsOf(runId)
    const colors = chartTheme.value.states
    return visits ? partsOf(visits, steps, (color) => colors[color - 1]) : null
  }

  /** Where the last run ends: what the strips of a list have in common. */
  const lastStep = computed(() => {
    let last = 1e-9
    for (const { steps } of analyses.current?.inputs.runs ?? []) last = Math.max(last, steps.at(-1) ?? 0)
    return last
  })

  /** What the colours stand for, with the number and name of each state. */
  const legend = computed(() =>
    (analyses.fit?.stateSummaries ?? []).map(({ number, name, color }) => ({
      name: `S${number} ${name}`,
      color: chartTheme.value.states[color - 1]
    }))
  )

  return { on, visitsOf, partsOfCurve, lastStep, legend }
})
