import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './styles/tokens.css'
import './styles/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { usePreferences } from './state/preferences'
import type { ThemeChoice } from './state/preferences'

const pinia = createPinia()
createApp(App).use(pinia).mount('#app')

/** For the end-to-end tests, which photograph every view in both themes. */
Object.assign(window, { phasescopeTheme: (name: ThemeChoice) => (usePreferences(pinia).theme = name) })
