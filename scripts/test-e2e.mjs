/**
 * The end-to-end specs in every host that this machine has: the real Electron (under Xvfb where there is no display) and
 * Chromium against the browser host. Says what it skipped and why. Arguments go to Playwright.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { missingDisplay, resolveElectron, root } from './lib/electron-runtime.mjs'

const skippedFile = join(root, '.cache', 'e2e-skipped.json')
const resultFile = join(root, '.cache', 'e2e.json')

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await runEndToEnd(process.argv.slice(2)))

/** @returns {Promise<number>} exit status; skipped hosts are listed in .cache/e2e-skipped.json */
export async function runEndToEnd(extra = []) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(resultFile, { force: true })
  const skipped = []
  const projects = []
  const environment = { ...process.env }

  const electron = resolveElectron()
  const displayProblem = missingDisplay()
  const xvfb = displayProblem ? commandExists('xvfb-run') : false
  if (!electron.path) skipped.push({ host: 'electron', reason: electron.reason })
  else if (displayProblem && !xvfb)
    skipped.push({ host: 'electron', reason: `${displayProblem} and xvfb-run is not installed` })
  else {
    projects.push('electron')
    environment.ELECTRON_EXEC_PATH = electron.path
    console.log(`End-to-end in Electron: ${electron.source}${xvfb ? ', under Xvfb' : ''}`)
  }
  const chromium = findChromium()
  if (chromium) {
    projects.push('browser')
    environment.CHROMIUM_PATH = chromium
    console.log(`End-to-end in the browser host: ${chromium}`)
  } else skipped.push({ host: 'browser', reason: 'no Chromium or Chrome was found (CHROMIUM_PATH names one)' })

  for (const { host, reason } of skipped) console.log(`SKIPPED end-to-end specs in ${host}: ${reason}`)
  writeFileSync(skippedFile, JSON.stringify(skipped))
  if (projects.length === 0) return 0
  await build({ log: (line) => console.log(line) })
  const playwright = [
    join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
    'test',
    ...projects.flatMap((project) => ['--project', project]),
    ...extra
  ]
  const [program, args] = xvfb ? ['xvfb-run', ['-a', process.execPath, ...playwright]] : [process.execPath, playwright]
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: environment })
  return status ?? 1
}

function findChromium() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
  ]
  return candidates.find((path) => path && existsSync(path)) ?? null
}

function commandExists(name) {
  return spawnSync('which', [name], { stdio: 'ignore' }).status === 0
}
