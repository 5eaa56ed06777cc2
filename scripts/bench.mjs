/** `npm run bench`: builds the benchmarks and runs them in a process of their own. Arguments: see bench/index.ts. */
import { spawnSync } from 'node:child_process'
import { build as buildParts } from './build.mjs'
import { bundle } from './lib/bundle.mjs'
import { root } from './lib/electron-runtime.mjs'

// The thread for weight metrics is the application's own.
await buildParts({ only: ['main'], quiet: true })
const { index } = await bundle('bench', { index: 'bench/index.ts' })
const program = ['--expose-gc', index, '--root', root, ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, program, { stdio: 'inherit' })
process.exit(status ?? 1)
