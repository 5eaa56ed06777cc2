/** `npm run bench`: builds the benchmarks and runs them in a process of their own. Arguments: see bench/index.ts. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'vite'
import { build as buildParts } from './build.mjs'
import { root } from './lib/electron-runtime.mjs'

// The thread for weight metrics is the application's own.
await buildParts({ only: ['main'], quiet: true })
const outDir = join(root, 'out', 'bench')
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: { ssr: join(root, 'bench', 'index.ts'), target: 'node20', outDir, emptyOutDir: true },
  ssr: { external: true }
})
const program = ['--expose-gc', join(outDir, 'index.js'), '--root', root, ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, program, { stdio: 'inherit' })
process.exit(status ?? 1)
