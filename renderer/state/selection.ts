/** The one truth for all linked views. Any view writes it, every view shows it. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useProject } from './project'

export interface TransitionKey {
  from: number
  to: number
}

/** What is shown below validation accuracy until somebody chooses. */
const usualMetric = 'weights/l2'

export const useSelection = defineStore('selection', () => {
  const app = useProject()
  /** The run drawn in ink; the others are quiet. */
  const runId = ref<string | null>(null)
  /** Position of the cursor on the time axis, in what the page counts time in; null when the pointer is elsewhere. */
  const hoveredEpoch = ref<number | null>(null)
  const state = ref<number | null>(null)
  const transition = ref<TransitionKey | null>(null)
  const hookPoint = ref<string | null>(null)
  const metric = ref<string>(usualMetric)

  function selectState(index: number | null): void {
    state.value = state.value === index ? null : index
    transition.value = null
  }

  function selectTransition(key: TransitionKey | null): void {
    const same = key && transition.value && key.from === transition.value.from && key.to === transition.value.to
    transition.value = same ? null : key
    state.value = null
  }

  /** Whether points of a state stand out (no selection: all do). */
  function isHighlighted(index: number): boolean {
    if (state.value !== null) return state.value === index
    if (transition.value !== null) return transition.value.from === index || transition.value.to === index
    return true
  }

  function clear(): void {
    state.value = null
    transition.value = null
  }

  watch(
    () => app.project?.id,
    () => {
      clear()
      runId.value = null
      hoveredEpoch.value = null
      hookPoint.value = null
      metric.value = usualMetric
    }
  )

  return {
    runId,
    hoveredEpoch,
    state,
    transition,
    hookPoint,
    metric,
    selectState,
    selectTransition,
    isHighlighted,
    clear
  }
})
