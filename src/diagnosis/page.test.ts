import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { rulesAsMarkdown } from './testing/page'
import { rules } from './rules'

/** Formatting is Prettier's: tables are padded, underscores may be asterisks. */
const words = (text: string): string => text.replace(/[-|\s]+/g, ' ').trim()

it('docs/diagnosis.md says of every rule what the rule says of itself', () => {
  const page = words(readFileSync('docs/diagnosis.md', 'utf8'))
  const made = rulesAsMarkdown((id) => existsSync(`docs/images/diagnosis/${id}.svg`))
  for (const section of made.split(/^### /m).slice(1)) expect(page).toContain(words(`### ${section}`))
})

it('thresholds lie in their own bounds', () => {
  for (const { thresholds } of rules)
    for (const { usual, min, max } of Object.values(thresholds)) {
      expect(usual).toBeGreaterThanOrEqual(min)
      expect(usual).toBeLessThanOrEqual(max)
    }
})
