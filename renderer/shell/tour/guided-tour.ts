/** Shows newcomers around the sample project, one place after the other. Escape ends it at any point. */
import { driver } from 'driver.js'
import type { Driver } from 'driver.js'
import 'driver.js/dist/driver.css'
import { nextTick, onBeforeUnmount, watch } from 'vue'
import { useAnalyses } from '../../state/analyses'
import { useProject } from '../../state/project'
import { useSelection } from '../../state/selection'
import { useTour } from '../../state/tour'
import { tourSteps } from './steps'
import './tour.css'

/** Longest wait for a page to show what is pointed at; without it the words are shown alone. */
const patienceMs = 3000

export function useGuidedTour(): void {
  const tour = useTour()
  const app = useProject()
  const analyses = useAnalyses()
  const selection = useSelection()
  let shown: Driver | null = null

  /** Goes to where a step happens, before anything there is pointed at. */
  async function prepare(index: number): Promise<void> {
    const step = tourSteps[index]
    app.page = step.page
    if (step.page === 'analyze') analyses.view = 'phases'
    selection.clear()
    const first = step.select && analyses.fit?.transitions.find(({ from, to }) => from !== to)
    if (first) selection.selectTransition({ from: first.from, to: first.to })
    await nextTick()
  }

  async function go(index: number): Promise<void> {
    if (!shown) return
    if (index >= tourSteps.length) return shown.destroy()
    await prepare(index)
    shown?.moveTo(index)
  }

  async function begin(): Promise<void> {
    tour.wanted = false
    if (shown) return
    const focused = document.activeElement
    shown = driver({
      steps: tourSteps.map(({ place, title, text }) => ({
        ...(place ? { element: place } : {}),
        popover: { title, description: text }
      })),
      waitForElement: patienceMs,
      animate: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      overlayOpacity: 0.55,
      stagePadding: 2,
      stageRadius: 6,
      disableActiveInteraction: true,
      overlayClickBehavior: () => undefined,
      popoverClass: 'tour',
      showProgress: true,
      progressText: '{{current}} of {{total}}',
      nextBtnText: 'Next',
      prevBtnText: 'Back',
      doneBtnText: 'Done',
      onNextClick: (_element, _step, { index }) => void go((index ?? 0) + 1),
      onPrevClick: (_element, _step, { index }) => void go(Math.max(0, (index ?? 0) - 1)),
      onDestroyed: () => {
        shown = null
        tour.running = false
        selection.clear()
        if (focused instanceof HTMLElement) focused.focus()
      }
    })
    tour.running = true
    await prepare(0)
    shown?.drive(0)
  }

  // Asked for from the start page, it begins when the sample has been opened and its analysis is there.
  watch(
    () => tour.wanted && app.project?.sample === true && analyses.fit !== null,
    (ready) => {
      if (ready) void begin()
    },
    { immediate: true }
  )
  // Another project has nothing of what is told.
  watch(
    () => app.project?.sample,
    (sample) => {
      if (!sample) shown?.destroy()
    }
  )
  onBeforeUnmount(() => shown?.destroy())
}
