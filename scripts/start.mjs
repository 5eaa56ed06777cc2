/**
 * `npm start [-- PROJECT]`: opens Phasescope in a window. Without Electron or a display it says why in one line and
 * serves the same application to a browser.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { root } from './lib/electron-runtime.mjs'
import { handOver, saidSandboxFlags, usableElectron } from './lib/window.mjs'

const projects = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
if (projects.length > 1) {
  console.error('npm start takes one project folder at most: npm start -- PROJECT')
  process.exit(2)
}
const project = projects.length === 1 ? resolve(projects[0]) : null

try {
  await build({ log: (line) => console.log(line) })
} catch (error) {
  console.error(`Phasescope could not be built: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

const electron = usableElectron()
if (electron.path) {
  const argument = project ? [`--project=${project}`] : []
  handOver(electron.path, [...saidSandboxFlags(), root, ...argument])
} else {
  console.log(`No window, because ${electron.reason}: serving Phasescope to the browser instead.`)
  const command = fileURLToPath(new URL('../bin/phasescope.js', import.meta.url))
  handOver(process.execPath, [command, 'serve', ...(project ? ['--project', project] : [])])
}
