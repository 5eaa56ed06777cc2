/** What the user chose for the whole application; kept in this browser profile, and the same in all windows. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { refreshChartTheme } from '../ui/theme'

export type ThemeChoice = 'dark' | 'light' | 'system'

const storageKey = 'phasescope-theme'

export const usePreferences = defineStore('preferences', () => {
  const theme = ref<ThemeChoice>(readChoice())
  const media = window.matchMedia('(prefers-color-scheme: light)')
  const systemLight = ref(media.matches)
  media.addEventListener('change', (event) => (systemLight.value = event.matches))
  const effectiveTheme = computed(() =>
    theme.value === 'system' ? (systemLight.value ? 'light' : 'dark') : theme.value
  )

  watch(
    effectiveTheme,
    (name) => {
      document.documentElement.dataset.theme = name
      refreshChartTheme()
    },
    { immediate: true, flush: 'sync' }
  )
  watch(theme, (choice) => localStorage.setItem(storageKey, choice))
  // Told of what other windows write, and not of one's own.
  window.addEventListener('storage', ({ key }) => {
    if (key === storageKey) theme.value = readChoice()
  })

  return { theme, effectiveTheme }
})

function readChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'system' ? stored : 'dark'
}
