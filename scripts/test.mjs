/**
 * `npm test`: the unit tests, then the end-to-end tests. Ends with what was skipped and why, and one line of counts.
 * With PHASESCOPE_NO_SKIPS=1, as in CI, every skip but the unavoidable ones (lib/test-report.mjs) is a failure.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/electron-runtime.mjs'
import { verdict } from './lib/test-report.mjs'
import { runE2e } from './test-e2e.mjs'

const report = join(root, '.cache', 'unit.json')

const unit = runUnit()
const e2e = await runE2e().catch((error) => {
  console.error(error instanceof Error ? error.message : error)
  return { passed: 0, failed: 1, skipped: [] }
})
process.exit(verdict([unit, e2e]))

/** @returns {import('./lib/test-report.mjs').Outcome} */
function runUnit() {
  console.log('Unit tests')
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      cwd: root,
      stdio: 'inherit'
    }
  )
  let results = { numPassedTests: 0, numFailedTests: 0, testResults: [] }
  try {
    results = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    // The run ended before its report; its exit code tells.
  }
  const skipped = results.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status: said }) => said !== 'passed' && said !== 'failed')
      .map(({ fullName }) => fullName.trim())
  )
  // A file that does not load, or an error outside any test, fails the run without a failed test.
  return { passed: results.numPassedTests, failed: status === 0 ? 0 : Math.max(1, results.numFailedTests), skipped }
}
