/** Where things are on this machine, for hosts that run from a build: Electron, the browser host, the command line. */
import { homedir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Places } from '../engine/ports'

/** @param buildFolder the folder of the running bundle, `out/main`. */
export function placesFor(buildFolder: string, userData = defaultUserData()): Places {
  const packageFolder = join(buildFolder, '..', '..')
  const wasmPackage = createRequire(join(buildFolder, 'index.js')).resolve('@tensorflow/tfjs-backend-wasm/package.json')
  return {
    resources: join(packageFolder, 'resources'),
    wasm: join(dirname(wasmPackage), 'wasm-out') + sep,
    userData,
    projects: process.env.PHASESCOPE_PROJECTS ?? join(homedir(), 'Phasescope')
  }
}

export function packageVersion(buildFolder: string): string {
  const manifest = JSON.parse(readFileSync(join(buildFolder, '..', '..', 'package.json'), 'utf8')) as {
    version: string
  }
  return manifest.version
}

/** For hosts without Electron's own notion of it. */
function defaultUserData(): string {
  if (process.env.PHASESCOPE_USER_DATA) return process.env.PHASESCOPE_USER_DATA
  if (process.platform === 'win32') return join(process.env.APPDATA ?? homedir(), 'Phasescope')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Phasescope')
  return join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'phasescope')
}
