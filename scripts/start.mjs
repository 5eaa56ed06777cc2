/**
 * `npm start [-- PATH...]`: opens Phasescope in a window, on a project or on logs to import. Without Electron or a display
 * it says why in one line and serves the same application to a browser.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { root } from './lib/electron-runtime.mjs'
import { handOver, saidSandboxFlags, usableElectron } from './lib/window.mjs'

const paths = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith('-'))
  .map((path) => resolve(path))

try {
  await build({ log: (line) => console.log(line) })
} catch (error) {
  console.error(`Phasescope could not be built: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

const electron = usableElectron()
if (electron.path) {
  handOver(electron.path, [...saidSandboxFlags(), root, ...paths])
} else {
  console.log(`No window, because ${electron.reason}: serving Phasescope to the browser instead.`)
  const command = fileURLToPath(new URL('../bin/phasescope.js', import.meta.url))
  handOver(process.execPath, [command, 'serve', ...paths])
}
