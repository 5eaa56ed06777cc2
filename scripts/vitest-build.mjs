/** Before the unit tests: some of them start the built workers, command line, library and browser host. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './lib/electron-runtime.mjs'

/**
 * In a process of its own: here NODE_ENV is "test" and Vue's compiler is loaded for it. Templates would keep their
 * comments, components with one in front of their root would be fragments, and attributes given to them would be lost:
 * other pages than those that are shipped.
 */
function build(parts) {
  const { NODE_ENV: _test, VITEST: _vitest, ...env } = process.env
  return spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--only', parts], { env, stdio: 'inherit' })
    .status
}

export default function setup() {
  if (build('main,lib') !== 0) throw new Error('The build failed; what is wrong stands above.')
  // Pages in the middle of a change must not keep the core from being tested; the test that serves them will fail.
  if (build('renderer') !== 0) console.error('The pages could not be built.')
}
