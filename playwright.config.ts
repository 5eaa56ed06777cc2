import { defineConfig } from '@playwright/test'

/** The same specs in two hosts. scripts/test-e2e.mjs finds the programs and chooses the projects that can run. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: '.cache/e2e-results',
  // The machine's cores belong to the runs that the specs train.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list'], ['json', { outputFile: '.cache/e2e.json' }]],
  projects: [{ name: 'electron' }, { name: 'browser', testIgnore: 'electron.spec.ts' }]
})
