/**
 * Random requests to one engine with several projects, in which every answer of a thread and every file operation is let go in
 * an order that a seed decides: src/engine/project/interleave.test.ts, with other seeds and more of them.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../lib/electron-runtime.mjs'

export const summary = 'Requests in the middle of others: open, close, start, cancel, remove, refit, rename.'

/** @param {{ long: boolean, seed: number, log: (line: string) => void }} options */
export async function run({ long, seed, log }) {
  const count = long ? 500 : 60
  const text = await tested(seed, count)
  const told = /interleave: (.*)/.exec(text)
  if (told) log(told[1])
  const fell = [...text.matchAll(/"(seed \d+: [^"]*)"/g)].map(([, sentence]) => sentence)
  if (!told) fell.push(`the suite did not come to its end: ${text.slice(-2000)}`)
  const seeds = new Set(fell.map((sentence) => /^seed \d+/.exec(sentence)?.[0] ?? sentence))
  return {
    rows: [{ name: 'scripts', count, failures: fell }],
    conclusion: `${count} scripts (seeds ${seed} to ${seed + count - 1}): ${seeds.size} fell.`
  }
}

function tested(seed, count) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const env = {
    ...process.env,
    NO_COLOR: '1',
    PHASESCOPE_INTERLEAVE_SEED: String(seed),
    PHASESCOPE_INTERLEAVE_COUNT: String(count)
  }
  const child = spawn(process.execPath, [vitest, 'run', 'src/engine/project/interleave.test.ts'], { cwd: root, env })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  return new Promise((resolve) => child.once('close', () => resolve(text)))
}
