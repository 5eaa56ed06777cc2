/**
 * `npm test`: unit tests, then end-to-end specs, then one summary with everything that was skipped and why.
 * PHASESCOPE_NO_SKIPS=1 (CI) makes every skip a failure but those that need a GPU or native TensorFlow.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/electron-runtime.mjs'
import { runEndToEnd } from './test-e2e.mjs'

const allowedSkip = /GPU|WebGPU|native TensorFlow/
const cache = join(root, '.cache')
const unitFile = join(cache, 'unit.json')
mkdirSync(cache, { recursive: true })
rmSync(unitFile, { force: true })

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const unit = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitFile}`],
  { cwd: root, stdio: 'inherit' }
)
const endToEndStatus = await runEndToEnd()

const counts = { passed: 0, failed: 0, skipped: 0 }
const skips = []
if (existsSync(unitFile)) {
  const report = JSON.parse(readFileSync(unitFile, 'utf8'))
  counts.passed += report.numPassedTests
  counts.failed += report.numFailedTests
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'skipped' || test.status === 'pending' || test.status === 'todo') skips.push(test.fullName)
    }
  }
}
if (existsSync(join(cache, 'e2e.json'))) {
  const { stats } = JSON.parse(readFileSync(join(cache, 'e2e.json'), 'utf8'))
  counts.passed += stats.expected
  counts.failed += stats.unexpected + stats.flaky
  if (stats.skipped > 0) skips.push(`${stats.skipped} end-to-end specs`)
}
for (const { host, reason } of JSON.parse(readFileSync(join(cache, 'e2e-skipped.json'), 'utf8'))) {
  skips.push(`end-to-end specs in ${host}: ${reason}`)
}
counts.skipped = skips.length

console.log('')
for (const skip of skips) console.log(`SKIPPED ${skip}`)
const refused = process.env.PHASESCOPE_NO_SKIPS ? skips.filter((skip) => !allowedSkip.test(skip)) : []
if (refused.length > 0) console.log(`${refused.length} of these may not be skipped here.`)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(unit.status === 0 && endToEndStatus === 0 && counts.failed === 0 && refused.length === 0 ? 0 : 1)
