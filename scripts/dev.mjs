/**
 * `npm run dev`: the application in a window, with hot reload of the renderer, in the same Electron that `npm start` uses.
 * Without Electron or a display it says why, and what does work.
 */
import { join } from 'node:path'
import { forgetBuilt } from './lib/build-parts.mjs'
import { root } from './lib/electron-runtime.mjs'
import { handOver, saidSandboxFlags, usableElectron } from './lib/window.mjs'

const { path, reason } = usableElectron()
if (!path) {
  console.error(`npm run dev needs a window, and there is none: ${reason}. npm start serves Phasescope to the browser.`)
  process.exit(1)
}
const flags = saidSandboxFlags().length > 0 ? ['--noSandbox'] : []
// It builds into the same folder, but for development: npm start must not take that for its own.
forgetBuilt('main')
const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
handOver(process.execPath, [electronVite, 'dev', ...flags, ...process.argv.slice(2)], {
  cwd: root,
  // electron-vite has its own idea of where Electron is; this is the answer it takes from others.
  env: { ...process.env, ELECTRON_EXEC_PATH: path }
})
