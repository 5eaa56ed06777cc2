/** Electron's composition root: one engine, one window. */
import { app, BrowserWindow, dialog } from 'electron'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Engine } from '../../src/engine/engine'
import { gpuPolicy, pagePolicy } from '../../src/host/content-policy'
import { standGuard } from '../../src/host/last-resort'
import { packageVersion, placesFor } from '../../src/host/paths'
import { createWorkerLauncher } from '../../src/host/worker-launcher'
import { appOrigin, declareAppScheme, servePages } from './app-protocol'
import { developerTools, developmentUrl } from './development'
import { watchDropped } from './dropped-paths'
import { openExternalLinks } from './external-links'
import { givenPaths, handedPaths } from './given-arguments'
import { openGpuWindow } from './gpu-window'
import { openGate } from './ipc-gate'
import { KeptWindow } from './kept-window'
import { Life } from './life'
import { measureLoopDelay } from './loop-delay'
import { ApplicationMenu } from './menu'
import { guardAllContents, keepAtHome } from './web-contents-guards'
import { smallest } from './window-place'
import { recoverWindow } from './window-recovery'

const buildFolder = dirname(fileURLToPath(import.meta.url))
const home = developmentUrl() ?? `${appOrigin}/`
let engine: Engine | null = null
let window: BrowserWindow | null = null
let menu: ApplicationMenu | null = null
let takeDropped = (): string[] => []
let kept: KeptWindow | null = null
const life = new Life({ engine: () => engine, reopen: openWindow, finish: async () => kept?.finish() })

// A user data folder of its own, so that tests never meet the developer's projects.
if (process.env.PHASESCOPE_USER_DATA) app.setPath('userData', process.env.PHASESCOPE_USER_DATA)
declareAppScheme()
// On Linux, Chromium keeps WebGPU behind a switch. It is one for all pages, and there are two: the hidden one that trains and
// the application's own. Both run only what was built with them (src/host/content-policy.ts), so neither runs foreign shaders.
if (process.platform === 'linux') app.commandLine.appendSwitch('enable-unsafe-webgpu')

const ownPaths = givenPaths(process.argv, !app.isPackaged, process.cwd())
if (!app.requestSingleInstanceLock({ paths: ownPaths })) app.quit()
else {
  const started = app.whenReady().then(start)
  started.catch(fail)
  /** The page takes them when it is there; what trains in the present project goes on. */
  const give = (paths: readonly string[]): void =>
    void started.then(
      () => engine?.given.add(paths),
      () => undefined
    )
  give(ownPaths)
  app.on('second-instance', (_event, _arguments, _folder, data) => {
    life.show()
    give(handedPaths(data))
  })
  // How a Mac gives files, also before the application is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    void started.then(() => life.show()).catch(() => undefined)
    give([path])
  })
  life.begin()
}

async function start(): Promise<void> {
  if (process.env.PHASESCOPE_MEASURE) measureLoopDelay()
  kept = new KeptWindow(app.getPath('userData'))
  await kept.load()
  const version = packageVersion(buildFolder)
  engine = new Engine({
    launcher: { ...createWorkerLauncher(buildFolder), launchGpu: () => openGpuWindow(buildFolder) },
    places: placesFor(buildFolder, app.getPath('userData')),
    host: 'electron',
    version,
    cores: availableParallelism(),
    follow: true,
    takeDropped: () => takeDropped(),
    offered: (actions) => void menu?.show(actions),
    pickFolder: async (purpose) => {
      const result = await dialog.showOpenDialog(window!, {
        title: purpose === 'open-project' ? 'Open project' : 'Choose where to put the project',
        buttonLabel: purpose === 'open-project' ? 'Open' : 'Choose',
        properties: ['openDirectory', 'createDirectory']
      })
      return result.canceled ? null : result.filePaths[0]
    },
    pickImport: async (kind) => {
      const result = await dialog.showOpenDialog(window!, {
        title: kind === 'folder' ? 'Choose a folder to import' : 'Choose files to import',
        buttonLabel: 'Import',
        properties: kind === 'folder' ? ['openDirectory', 'multiSelections'] : ['openFile', 'multiSelections'],
        filters:
          kind === 'folder'
            ? undefined
            : [
                { name: 'CSV, JSON lines', extensions: ['csv', 'tsv', 'txt', 'jsonl', 'ndjson', 'json'] },
                { name: 'All files', extensions: ['*'] }
              ]
      })
      return result.canceled ? null : result.filePaths
    }
  })
  standGuard({
    engine,
    tell: tellOnce,
    report: (text) => console.error(text),
    exit: (code) => app.exit(code)
  })
  servePages({
    '/': { folder: join(buildFolder, '..', 'renderer'), policy: pagePolicy() },
    '/gpu/': { folder: join(buildFolder, '..', 'gpu'), policy: gpuPolicy }
  })
  guardAllContents(home, engine.log)
  const { trusted, push } = openGate(engine, developmentUrl() ? new URL(home).origin : null, dirname(buildFolder))
  takeDropped = watchDropped(trusted)
  openExternalLinks({ window: () => window, trusted })
  menu = new ApplicationMenu(engine, version, (id) => {
    life.show()
    if (window) push(window.webContents, 'actions.run', { id })
  })
  await menu.show([])
  openWindow()
}

function openWindow(): void {
  const { bounds, maximized } = kept!.toOpen()
  window = new BrowserWindow({
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    backgroundColor: '#0f1113',
    title: 'Phasescope',
    webPreferences: {
      preload: join(buildFolder, '..', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      devTools: developerTools()
    }
  })
  recoverWindow(window, engine!.log)
  keepAtHome(window.webContents, home, engine!.log)
  window.once('ready-to-show', () => {
    if (maximized) window?.maximize()
    window?.show()
    if (window) kept!.watch(window)
  })
  life.watch(window)
  // What the next page can do, it says itself.
  window.webContents.on('render-process-gone', () => void menu?.show([]))
  window.on('closed', () => (window = null))
  void window.loadURL(home).catch(() => undefined)
}

let told = false
/** A dialog for the first mistake that nothing has caught; all of them are in the logs, which the page shows. */
function tellOnce(sentence: string): void {
  console.error(sentence)
  if (told) return
  told = true
  const options = { type: 'error' as const, message: 'Something unexpected went wrong', detail: sentence }
  void (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options)).catch(() => undefined)
}

function fail(error: unknown): void {
  dialog.showErrorBox('Phasescope could not start', error instanceof Error ? error.message : String(error))
  app.exit(1)
}
