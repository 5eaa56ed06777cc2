/** Whether somebody has asked to be shown around. The window shows the tour; the start page and the palette ask for it. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useTour = defineStore('tour', () => {
  /** Asked for; the tour begins when the sample project is there. */
  const wanted = ref(false)
  const running = ref(false)
  return { wanted, running }
})
