/** `npm run bench [-- logs|overhead|steps|memory|epochs|hmm|evidence|selection|large|many ...] [--rounds N] [--only EXPERIMENT,...] [--brief]`: built and started by scripts/bench.mjs. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchEvidence } from './evidence'
import { benchHmm } from './hmm'
import { benchLarge } from './large'
import { benchMany } from './many'
import { benchLogs, plainChild, readChild } from './logs'
import { benchMemory } from './memory'
import { benchOverhead } from './overhead'
import { benchSelection } from './selection'
import { benchSteps } from './steps'
import { printTable } from './timing'
import { benchTraining } from './training'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    brief: { type: 'boolean', default: false },
    read: { type: 'string' },
    plain: { type: 'string' }
  }
})
// A child of the logs benchmark.
if (values.read !== undefined || values.plain !== undefined) {
  if (values.read !== undefined) await readChild(values.read)
  else await plainChild(values.plain!)
  process.exit(0)
}

const root = values.root ?? '.'
const resources = join(root, 'resources')
const rounds = Number(values.rounds)

const sections: Record<string, () => Promise<void>> = {
  overhead: () => benchOverhead(root, values.brief, values.only?.split(',')),
  memory: () => benchMemory(resources),
  epochs: () => benchEpochs(),
  steps: () => benchSteps(root, Math.min(rounds, 5)),
  hmm: () => benchHmm(root, Math.min(rounds, 3)),
  evidence: () => benchEvidence(root, Math.min(rounds, 3)),
  selection: () => benchSelection(root, Math.min(rounds, 3)),
  large: () => benchLarge(root),
  many: () => benchMany(root),
  logs: () => benchLogs(root, Math.min(rounds, 5))
}

const unknown = positionals.find((name) => !Object.hasOwn(sections, name))
if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    unknown === undefined
      ? `--rounds is "${values.rounds}"; it must be a whole number from 1 up.`
      : `There is no benchmark "${unknown}". Known are: ${Object.keys(sections).join(', ')}.`
  )
  process.exit(2)
}

console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`
)
for (const name of positionals.length > 0 ? positionals : Object.keys(sections)) await sections[name]()

/** The bare update, without evaluation, recording or files. */
async function benchEpochs(): Promise<void> {
  const timings = await benchTraining({ read: (name) => new Uint8Array(readFileSync(join(resources, name))) })
  printTable(
    'Updates alone, one thread, ms',
    ['model', 'epoch, median', 'least', 'all weight metrics'],
    timings.map(({ name, epochMedian, epochLeast, metricsMedian }) => [
      name,
      epochMedian.toFixed(0),
      epochLeast.toFixed(0),
      metricsMedian.toFixed(1)
    ])
  )
}
