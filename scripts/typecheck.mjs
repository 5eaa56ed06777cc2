/** Type checks everything: the core, Electron and the end-to-end specs with tsc, the renderer with vue-tsc. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './lib/electron-runtime.mjs'

const checks = [
  ['node_modules/typescript/bin/tsc', 'tsconfig.node.json'],
  ['node_modules/typescript/bin/tsc', 'tsconfig.e2e.json'],
  ['node_modules/vue-tsc/bin/vue-tsc.js', 'tsconfig.web.json']
]

let failed = false
for (const [compiler, project] of checks) {
  const { status } = spawnSync(process.execPath, [join(root, compiler), '-p', project], { cwd: root, stdio: 'inherit' })
  console.log(`${project}: ${status === 0 ? 'no errors' : 'errors, see above'}`)
  failed ||= status !== 0
}
process.exit(failed ? 1 : 0)
