/** What end-to-end tests need of this machine, and what to say when it is not there. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { electronRefusal, missingDisplay, resolveElectron } from './electron-runtime.mjs'

/** @returns {{ env: Record<string, string>, wrap: string[] } | { reason: string }} wrap: the display to run under */
export function electronForTests() {
  const found = resolveElectron()
  if (!found.path) return { reason: `${found.reason}; node scripts/prepare-electron.mjs fetches one for tests` }
  const wrap = displayForTests()
  if (!wrap) return { reason: 'there is no display and no xvfb-run (apt-get install xvfb)' }
  const refusal = electronRefusal(found.path)
  return refusal ? { reason: refusal } : { env: { ELECTRON_EXEC_PATH: found.path }, wrap }
}

/** @returns {{ env: Record<string, string>, wrap: string[] } | { reason: string }} */
export function chromiumForTests() {
  const path = chromiumPath()
  return path
    ? { env: { CHROMIUM_PATH: path }, wrap: [] }
    : { reason: 'there is no Chromium (apt-get install chromium, or name one with CHROMIUM_PATH)' }
}

function chromiumPath() {
  if (process.env.CHROMIUM_PATH) return existsSync(process.env.CHROMIUM_PATH) ? process.env.CHROMIUM_PATH : null
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    const path = onPath(name)
    if (path) return path
  }
  const installed = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
  ].find((path) => existsSync(path))
  if (installed) return installed
  // The one that `npx playwright install chromium` fetches.
  const { chromium } = createRequire(import.meta.url)('@playwright/test')
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : null
}

/** The command to run under, empty when there is a display already; null when there is no way to have one. */
function displayForTests() {
  if (!missingDisplay()) return []
  return onPath('xvfb-run') ? ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24'] : null
}

function onPath(name) {
  const folder = (process.env.PATH ?? '').split(delimiter).find((candidate) => existsSync(join(candidate, name)))
  return folder === undefined ? null : join(folder, name)
}
