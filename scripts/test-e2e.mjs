/**
 * `npm run test:e2e [-- --project electron|browser] [--long] [playwright arguments]`: the end-to-end tests in the real Electron
 * and in Chromium; `--long` with measurements and with the pictures of docs/screens. What this machine cannot run is skipped with the reason.
 * All of them together run in two lanes, where each can have a display of its own: a test waits more than it computes.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { chromiumForTests, electronForTests } from './lib/e2e-runtimes.mjs'
import { root } from './lib/electron-runtime.mjs'
import { verdict } from './lib/test-report.mjs'

const runtimes = { electron: electronForTests, browser: chromiumForTests }
const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js')

/**
 * @param {{ projects?: string[], args?: string[] }} options
 * @returns {Promise<import('./lib/test-report.mjs').Outcome>}
 */
export async function runE2e({ projects = Object.keys(runtimes), args = [] } = {}) {
  const outcome = { passed: 0, failed: 0, skipped: [], retried: [] }
  await build()
  const lanes = [[], []]
  for (const project of projects) {
    const runtime = runtimes[project]()
    if ('reason' in runtime) {
      const reason = `end-to-end tests in ${project}: ${runtime.reason}`
      outcome.skipped.push(...Array.from({ length: countOf(project, args) }, () => reason))
      continue
    }
    console.log(`End-to-end tests in ${project}: ${Object.values(runtime.env).join(' ')}`)
    // Electron's windows on the user's own display would take the focus from each other, and from the user.
    const divides = args.length === 0 && project === 'electron' && runtime.wrap.length > 0
    if (divides) lanes.forEach((lane, i) => lane.push({ project, runtime, args: [`--shard=${i + 1}/${lanes.length}`] }))
    else lanes[0].push({ project, runtime, args })
  }
  const isAlone = lanes.filter((lane) => lane.length > 0).length < 2
  await Promise.all(
    lanes.map(async (lane, i) => {
      for (const part of lane) await runPart(part, isAlone ? '' : `${i + 1} `, outcome)
    })
  )
  return outcome
}

/** One call of Playwright, with a report and results of its own; `mark` stands before what it prints. */
async function runPart({ project, runtime, args }, mark, outcome) {
  const name = `e2e-${project}${mark.trim()}`
  const report = join(root, '.cache', `${name}.json`)
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const [program, ...rest] = [...runtime.wrap, process.execPath, playwright, 'test', `--project=${project}`, ...args]
  const results = join('.cache', `${name}-results`)
  const env = { ...process.env, ...runtime.env, PHASESCOPE_E2E_REPORT: report, PHASESCOPE_E2E_RESULTS: results }
  const status = await new Promise((resolve) => {
    const stdio = mark ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    const child = spawn(program, rest, { cwd: root, env, stdio })
    child.on('error', (error) => (console.error(error.message), resolve(1)))
    child.on('close', resolve)
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => console.log(line === '' ? '' : mark + line))
    }
  })
  const { stats, skipped, flaky } = readReport(report)
  outcome.passed += stats.expected + stats.flaky
  // Playwright may fail without a failed test, for instance when a spec does not load.
  outcome.failed += status === 0 ? 0 : Math.max(1, stats.unexpected)
  outcome.skipped.push(...skipped.map((title) => `${project}: ${title}`))
  outcome.retried.push(...flaky.map((title) => `${project}: ${title}`))
}

function countOf(project, args) {
  const { stdout } = spawnSync(
    process.execPath,
    [playwright, 'test', `--project=${project}`, '--list', '--reporter=json', ...args],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024
    }
  )
  let count = 0
  for (const suite of parsed(stdout).suites ?? []) eachSpec(suite, () => (count += 1))
  return Math.max(1, count)
}

function readReport(report) {
  let text = ''
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    // Playwright did not come as far as writing one; its exit code tells.
  }
  const { stats, suites } = parsed(text)
  const skipped = []
  const flaky = []
  for (const suite of suites ?? []) {
    eachSpec(suite, (spec) => {
      for (const { status, annotations } of spec.tests) {
        if (status === 'flaky') flaky.push(spec.title)
        if (status !== 'skipped') continue
        const why = annotations.find((annotation) => annotation.description)?.description
        skipped.push(why ? `${spec.title}: ${why}` : spec.title)
      }
    })
  }
  return { stats: stats ?? { expected: 0, unexpected: 0, flaky: 0 }, skipped, flaky }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

function eachSpec(suite, visit) {
  for (const spec of suite.specs ?? []) visit(spec)
  for (const child of suite.suites ?? []) eachSpec(child, visit)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const long = args.indexOf('--long')
  if (long >= 0) {
    args.splice(long, 1)
    process.env.PHASESCOPE_LONG = '1'
  }
  const at = args.findIndex((argument) => argument.startsWith('--project'))
  let projects
  if (at >= 0) {
    const [option] = args.splice(at, args[at].includes('=') ? 1 : 2).slice(-1)
    projects = [option.replace('--project=', '')]
  }
  if (projects && !Object.hasOwn(runtimes, projects[0])) {
    console.error(`There is no end-to-end project "${projects[0]}". Known are: ${Object.keys(runtimes).join(', ')}.`)
    process.exit(2)
  }
  process.exit(verdict([await runE2e({ projects, args })]))
}
