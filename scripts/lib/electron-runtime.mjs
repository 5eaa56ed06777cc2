/**
 * The one place that answers "which Electron runtime?", in this order: ELECTRON_EXEC_PATH, the prepared folder
 * (scripts/prepare-electron.mjs), node_modules/electron, and, when asked to, electron's own installer.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Outside the repository's tracked files, and shared by several clones. */
export const preparedFolder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'phasescope',
  'electron-33.2.1-linux-x64'
)

/**
 * @param {{ install?: boolean, prepared?: boolean }} options install: let electron's installer download;
 *   prepared: also accept the prepared test runtime.
 * @returns {{ path: string, source: string } | { path: null, reason: string }}
 */
export function resolveElectron({ install = false, prepared = true } = {}) {
  const fromEnvironment = process.env.ELECTRON_EXEC_PATH
  if (fromEnvironment) {
    if (existsSync(fromEnvironment)) return { path: fromEnvironment, source: 'ELECTRON_EXEC_PATH' }
    return { path: null, reason: `ELECTRON_EXEC_PATH names a file that does not exist (${fromEnvironment})` }
  }
  const preparedBinary = join(preparedFolder, 'electron')
  if (prepared && existsSync(join(preparedFolder, 'ready'))) return { path: preparedBinary, source: 'prepared folder' }
  const installed = installedElectron()
  if (installed) return { path: installed, source: 'node_modules/electron' }
  if (!install) return { path: null, reason: 'no Electron runtime is installed (npx install-electron fetches it)' }
  console.log('Fetching the Electron runtime (once)...')
  spawnSync(process.execPath, [join(root, 'node_modules', 'electron', 'install.js')], {
    cwd: root,
    stdio: 'ignore',
    timeout: 240_000
  })
  const fetched = installedElectron()
  if (fetched) return { path: fetched, source: 'node_modules/electron' }
  return { path: null, reason: 'the Electron runtime could not be downloaded here' }
}

function installedElectron() {
  const folder = join(root, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

/** Why no window can be opened here, or null when one can. */
export function missingDisplay() {
  if (process.platform !== 'linux') return null
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? null : 'there is no display (DISPLAY is not set)'
}

/** Chromium refuses to start its sandbox as root. */
export function sandboxFlags() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/**
 * Whether a runtime starts here. As plain Node it needs every shared library that the window needs, and no display.
 * @returns {string | null} why it does not
 */
export function electronRefusal(path) {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  const { status, stderr, error } = spawnSync(path, ['-e', ''], { env, encoding: 'utf8', timeout: 30_000 })
  if (status === 0) return null
  const said = error?.message ?? (stderr.trim().split('\n')[0] || `it ended with code ${status}`)
  return `Electron does not start here (${said})`
}
