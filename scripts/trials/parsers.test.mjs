/** The trials themselves, short: `node scripts/trials/parsers.mjs --long` runs 100,000 cases of each reader. */
import { expect, it } from 'vitest'
import { run } from './parsers.mjs'

it('damaged files of every kind end in a value or a sentence', async () => {
  const seed = Date.now() % 100_000
  const { passed, failed, lines } = await run({ cases: 60, seed })
  expect(failed, lines.join('\n')).toBe(0)
  expect(passed).toBeGreaterThanOrEqual(29)
})
