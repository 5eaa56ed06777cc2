/**
 * Damaged files for every reader of bytes from outside: each ends in a value or a sentence, within 5 seconds and 256 MB.
 * Usage: node scripts/trials/parsers.mjs [--long] [--seed N] [--cases N] [--only NAME,NAME]
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { bundle } from '../lib/bundle.mjs'
import { root } from '../lib/electron-runtime.mjs'

export const summary = 'Damaged files for every reader of bytes from outside.'

const longestMs = 5000
const mostBytes = 256 * 1024 * 1024
const pollMs = 20
/** Then a new thread goes on, as the library of these keeps a descriptor of each file that it has failed on. */
const casesPerThread = { hdf5: 400, keras: 400 }
/** Of one reader: more than this are of one kind. */
const mostFailures = 10

/** @param {{ long?: boolean, seed?: number, cases?: number, only?: string[], log?: (line: string) => void }} options */
export async function run({ long = false, seed = 1, cases = long ? 100_000 : 300, only, log = () => {} } = {}) {
  // The readers as the application has them.
  const { program } = await bundle('trials/parsers', { program: 'src/testing/parser-trials.ts' })
  const { names } = await inThread(program, { parser: null, seed, from: 0, cases })
  const lines = []
  const rows = []
  let passed = 0
  let failed = 0
  for (const parser of only ?? names) {
    const began = Date.now()
    const failures = []
    let refused = 0
    let from = 0
    while (from < cases && failures.length < mostFailures) {
      const to = Math.min(cases, from + (casesPerThread[parser] ?? cases))
      const end = await inThread(program, { parser, seed, from, cases: to })
      failures.push(...end.failures)
      refused += end.refused
      // After a hang, a death or too much memory a new thread goes on with the next case.
      from = end.stopped === null ? to : end.stopped + 1
    }
    const seconds = ((Date.now() - began) / 1000).toFixed(1)
    const line = `${failures.length === 0 ? 'held' : 'FELL'}  ${parser.padEnd(22)} ${String(cases).padStart(6)} cases, ${String(refused).padStart(6)} refused, ${seconds} s`
    const told = [line, ...failures.map(({ n, problem }) => `      case ${n}, seed ${seed}: ${problem}`)]
    for (const one of told) log(one)
    lines.push(...told)
    rows.push({ name: parser, count: cases, failures: failures.map(({ n, problem }) => `case ${n}: ${problem}`) })
    if (failures.length === 0) passed += 1
    else failed += 1
  }
  const conclusion = `${rows.length} readers, ${cases} cases each: ${passed} held, ${failed} fell.`
  return { passed, failed, lines, rows, conclusion }
}

/** One thread until it is done, dies, hangs or takes too much. `stopped`: the case that ended it. */
function inThread(program, task) {
  return new Promise((resolve) => {
    const clock = new SharedArrayBuffer(16)
    const shared = new Float64Array(clock)
    shared[0] = -1
    const worker = new Worker(program, {
      workerData: { root, clock, ...task },
      resourceLimits: { maxOldGenerationSizeMb: 1024 }
    })
    const failures = []
    const result = { names: [], failures, refused: 0, stopped: null }
    let before = { n: -1, rss: 0 }
    let ended = false
    const end = (problem) => {
      if (ended) return
      ended = true
      clearInterval(watch)
      if (problem !== null) {
        failures.push({ n: shared[0], problem })
        result.stopped = shared[0]
      }
      void worker.terminate().then(() => resolve(result))
    }
    const watch = setInterval(() => {
      const n = shared[0]
      if (n < 0) return
      const { rss } = process.memoryUsage()
      if (n !== before.n) before = { n, rss }
      else if (rss - before.rss > mostBytes) end(`takes more than ${mostBytes / 2 ** 20} MB`)
      else if (performance.timeOrigin + performance.now() - shared[1] > longestMs)
        end(`takes longer than ${longestMs / 1000} s`)
    }, pollMs)
    worker.on('message', (message) => {
      if (ended) return
      if (message.names) {
        result.names = message.names
        end(null)
      } else if (message.done) {
        result.refused = message.refused
        end(null)
      } else {
        failures.push({ n: message.case, problem: message.problem })
        if (failures.length >= mostFailures || message.case === -100) end(null)
      }
    })
    worker.on('error', (error) => end(`ends the thread: ${error.message}`))
    worker.on('exit', (code) => end(`ends the thread with code ${code}`))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      long: { type: 'boolean' },
      seed: { type: 'string' },
      cases: { type: 'string' },
      only: { type: 'string' }
    }
  })
  const { passed, failed } = await run({
    long: values.long,
    seed: Number(values.seed ?? 1),
    cases: values.cases ? Number(values.cases) : undefined,
    only: values.only?.split(','),
    log: console.log
  })
  console.log(`${passed} readers held, ${failed} fell`)
  process.exit(failed === 0 ? 0 : 1)
}
