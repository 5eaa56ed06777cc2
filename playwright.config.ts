/** End-to-end tests: the same specs in the real Electron and, over the browser host, in Chromium. Run by test-e2e.mjs. */
import { defineConfig } from '@playwright/test'

/** What only one of the two hosts has. */
const onlyElectron = [
  '**/closing.spec.ts',
  '**/electron.spec.ts',
  '**/webgpu.spec.ts',
  '**/engine.spec.ts',
  '**/hardening.spec.ts',
  '**/menu.spec.ts',
  '**/second-start.spec.ts',
  '**/window-place.spec.ts',
  '**/window-recovery.spec.ts',
  '**/windows.spec.ts'
]
/** What is shown does not depend on the host, and once is enough: Chromium runs what goes through the browser host's own ways. */
const once = [
  ...['access', 'analysis', 'checkpoints', 'custom', 'explore', 'explore-tabs', 'filter', 'foreign-folders'],
  ...[
    'keyboard',
    'long-text',
    'odd-series',
    'own-data',
    'palette',
    'queue',
    'readings',
    'readout',
    'rules',
    'run-table'
  ],
  ...['tour', 'workspace']
].map((name) => `**/${name}.spec.ts`)
/** Measurements and pictures: `npm run test:e2e -- --long`. */
const long =
  process.env.PHASESCOPE_LONG === '1'
    ? []
    : ['explore-speed', 'journeys', 'latency', 'screens'].map((name) => `**/${name}.spec.ts`)
const onlyBrowser = ['**/signing-in.spec.ts']

export default defineConfig({
  testDir: 'e2e',
  outputDir: process.env.PHASESCOPE_E2E_RESULTS ?? '.cache/e2e-results',
  // One application at a time in a call; test-e2e.mjs makes two calls side by side, each on a display of its own.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  // The driver itself loses calls now and then; what needed a second try is named at the end of the run.
  retries: 1,
  forbidOnly: process.env.PHASESCOPE_NO_SKIPS === '1',
  reporter: [['list'], ['json', { outputFile: process.env.PHASESCOPE_E2E_REPORT ?? '.cache/e2e.json' }]],
  projects: [
    { name: 'electron', testIgnore: [...onlyBrowser, ...long] },
    { name: 'browser', testIgnore: [...onlyElectron, ...once, ...long] }
  ]
})
