/** The smoothing that cards ask for: the slider's, once it rests for a moment. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useScalarsView } from '../state/scalars'

const restMs = 120

export const useSmoothing = defineStore('explore-smoothing', () => {
  const scalars = useScalarsView()
  const settled = ref(scalars.view.smoothing)
  let timer = 0
  watch(
    () => scalars.view.smoothing,
    (value) => {
      clearTimeout(timer)
      timer = window.setTimeout(() => (settled.value = value), restMs)
    }
  )
  return { settled }
})
