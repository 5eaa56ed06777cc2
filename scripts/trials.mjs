/**
 * `npm run trials -- NAME [--long] [--seed N]`: bounded attacks on what was built, each with a check afterwards. A trial is
 * scripts/trials/NAME.mjs and exports `summary` and `run({ long, seed, log })`, which answers
 * `{ rows: [{ name, count, failures }], conclusion }`; failures are sentences, and none means that it held.
 * Exit codes: 0 all held, 1 something fell, 2 wrong usage.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'

const folder = new URL('./trials/', import.meta.url)
const names = readdirSync(fileURLToPath(folder))
  .filter((name) => /^[a-z][a-z-]*\.mjs$/.test(name))
  .map((name) => name.slice(0, -4))
  .sort()

process.exitCode = await main()

async function main() {
  let parsed
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { long: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } }
    })
  } catch (error) {
    return usage(error.message)
  }
  const { values, positionals } = parsed
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed) || seed < 0) return usage(`--seed is "${values.seed}"; it must be a whole number.`)
  if (positionals.length !== 1) return usage('Say which trial.')
  const [name] = positionals
  if (!names.includes(name)) return usage(`There is no trial "${name}".`)

  await build({ quiet: true, log: console.error })
  const trial = await import(new URL(`${name}.mjs`, folder).href)
  console.log(`${trial.summary} Seed ${seed}${values.long ? ', the long form' : ''}.`)
  const began = Date.now()
  const { rows, conclusion } = await trial.run({ long: values.long, seed, log: (line) => console.log(line) })
  console.log('')
  for (const line of table(rows)) console.log(line)
  for (const { name: row, failures } of rows) for (const failure of failures) console.log(`FELL: ${row}: ${failure}`)
  console.log(`${conclusion} (${((Date.now() - began) / 1000).toFixed(0)} s)`)
  return rows.some(({ failures }) => failures.length > 0) ? 1 : 0
}

function usage(sentence) {
  console.error(`${sentence}\nnpm run trials -- NAME [--long] [--seed N], where NAME is one of: ${names.join(', ')}`)
  return 2
}

function table(rows) {
  const cells = [
    ['kind', 'count', 'held'],
    ...rows.map(({ name, count, failures }) => [name, count, count - failures.length])
  ]
  const width = (column) => Math.max(...cells.map((row) => String(row[column]).length))
  const widths = [width(0), width(1), width(2)]
  return cells.map((row) =>
    row.map((cell, c) => (c === 0 ? String(cell).padEnd(widths[c]) : String(cell).padStart(widths[c]))).join('  ')
  )
}
