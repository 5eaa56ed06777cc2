/** A thread of scripts/trials/parsers.mjs: damages files of one reader after the other, and tells what it must not do. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { Rng } from '../numeric/rng'
import { damaged, parsersOf } from './parsers'

interface TrialTask {
  root: string
  /** null: tells the names of all readers. */
  parser: string | null
  seed: number
  from: number
  cases: number
  /** [case that runs, milliseconds since the program began at which it began]. */
  clock: SharedArrayBuffer
}

/** What a reader may throw: sentences for people. */
const sentences = new Set(['FormatError', 'PhasescopeError', 'ProtoError'])
/** Words of the machine in a sentence for people. */
const internal =
  /is not a function|cannot read propert|undefined|is not iterable|invalid (typed )?array|out of (range|bounds)|call stack|\[object |NaN bytes|is not defined|convert a BigInt|Failed to execute/i

const task = workerData as TrialTask
const clock = new Float64Array(task.clock)
const port = parentPort!
const scratch = mkdtempSync(join(tmpdir(), 'phasescope-trials-'))

async function main(): Promise<void> {
  const parsers = await parsersOf(task.root, scratch)
  if (task.parser === null) return port.postMessage({ names: parsers.map(({ name }) => name) })
  const parser = parsers.find(({ name }) => name === task.parser)!
  // What is sound is read without a word, else every case would be refused and none would be tried.
  for (const [i, seed] of parser.seeds.entries()) {
    try {
      await parser.read(seed)
    } catch (error) {
      if (parser.name !== 'torch-legacy') fail(-1 - i, `a sound file is refused: ${(error as Error).message}`)
    }
  }
  let refused = 0
  for (let n = task.from; n < task.cases; n++) {
    // Each case has a generator of its own, so that one alone can be made again.
    const rng = new Rng(task.seed * 1_000_003 + n)
    const bytes = parser.mutate?.(rng) ?? damaged(parser.seeds, rng)
    clock[1] = performance.timeOrigin + performance.now()
    clock[0] = n
    try {
      await parser.read(bytes)
    } catch (error) {
      refused += 1
      const problem = problemOf(error)
      if (problem !== null) fail(n, problem)
    }
  }
  clock[0] = -1
  port.postMessage({ done: true, refused })
}

function problemOf(error: unknown): string | null {
  if (!(error instanceof Error)) return `throws ${String(error)}`
  // Readers of IDX files say in a plain Error what is wrong, and their callers add the file.
  const isSentence = sentences.has(error.name) || (error.constructor === Error && error.message.endsWith('.'))
  if (!isSentence)
    return `throws a raw ${error.name}: ${error.message}\n${(error.stack ?? '').split('\n').slice(1, 4).join('\n')}`
  // A name in the file may say anything.
  if (internal.test(error.message.replace(/"[^"]*"/g, '""'))) return `speaks of its machine: ${error.message}`
  if (error.message.length > 5000) return `says a sentence of ${error.message.length} characters`
  return null
}

function fail(n: number, problem: string): void {
  port.postMessage({ case: n, problem })
}

main()
  .catch((error: Error) =>
    port.postMessage({ case: -100, problem: `the trial itself failed: ${error.stack ?? error}` })
  )
  .finally(() => rmSync(scratch, { recursive: true, force: true }))
