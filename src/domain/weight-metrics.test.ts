import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { weightMetrics } from './weight-metrics'

it('are what docs/metrics.md says', () => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
  expect(rows.map(([, name, formula]) => [name, formula])).toEqual(
    weightMetrics.map(({ name, formula }) => [`\`${name}\``, formula])
  )
})

it('have names and aliases that nobody else has', () => {
  const all = weightMetrics.flatMap(({ name, aliases }) => [name, ...aliases])
  expect(new Set(all).size).toBe(all.length)
})
