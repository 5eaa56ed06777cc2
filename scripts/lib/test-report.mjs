/** The last lines of a test run: what was skipped and why, what needed a second try, and the counts. */

/**
 * @typedef {{ passed: number, failed: number, skipped: string[], retried?: string[] }} Outcome skipped: one reason per
 *   test; retried: the titles of those that failed once and passed when they were run again
 */

/**
 * Skips that no machine of ours can avoid: for want of a GPU, of native TensorFlow, or of files that other people made and
 * that the project may not carry. With PHASESCOPE_NO_SKIPS=1 every other one is a failure.
 */
const unavoidable = /\bGPU\b|native TensorFlow|not part of the project/i

/** About one launch of the window in fifty loses a call of the driver's. */
const mostRetried = 2

/**
 * Prints the report.
 * @param {Outcome[]} outcomes
 * @returns {number} the exit code
 */
export function verdict(outcomes) {
  const skipped = outcomes.flatMap((outcome) => outcome.skipped)
  const counts = new Map()
  for (const reason of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  if (counts.size > 0) console.log('\nSkipped:')
  for (const [reason, count] of counts) console.log(`  ${count > 1 ? `${count} x ` : ''}${reason}`)

  const retried = outcomes.flatMap((outcome) => outcome.retried ?? [])
  if (retried.length > 0) console.log('\nPassed only when run again:')
  for (const title of retried) console.log(`  ${title}`)

  // Where nothing may be skipped, the driver's own losses explain a few of a hundred tests, and no more.
  const flaky = process.env.PHASESCOPE_NO_SKIPS === '1' && retried.length > mostRetried
  if (flaky) console.log(`\n${retried.length} tests needed a second try; more than ${mostRetried} is a failure here.`)

  const refused = process.env.PHASESCOPE_NO_SKIPS === '1' ? skipped.filter((reason) => !unavoidable.test(reason)) : []
  if (refused.length > 0) console.log(`\n${refused.length} of these must not be skipped here (PHASESCOPE_NO_SKIPS=1).`)
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  const failed = sum('failed')
  console.log(`\n${sum('passed')} passed, ${failed} failed, ${skipped.length} skipped`)
  return failed + refused.length > 0 || flaky ? 1 : 0
}
