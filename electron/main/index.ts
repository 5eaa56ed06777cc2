/** Electron's composition root: one engine, one window. */
import { app, BrowserWindow, dialog, Menu, session, shell } from 'electron'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Engine } from '../../src/engine/engine'
import { packageVersion, placesFor } from '../../src/host/paths'
import { createWorkerLauncher } from '../../src/host/worker-launcher'
import { appOrigin, declareAppScheme, servePages } from './app-protocol'
import { openGpuWindow } from './gpu-window'
import { openGate } from './ipc-gate'
import { Life } from './life'
import { measureLoopDelay } from './loop-delay'
import { applicationMenu } from './menu'

const buildFolder = dirname(fileURLToPath(import.meta.url))
const developmentUrl = process.env.ELECTRON_RENDERER_URL ?? null
let engine: Engine | null = null
let window: BrowserWindow | null = null
const life = new Life(() => engine, openWindow)

// A user data folder of its own, so that tests never meet the developer's projects.
if (process.env.PHASESCOPE_USER_DATA) app.setPath('userData', process.env.PHASESCOPE_USER_DATA)
declareAppScheme()
// On Linux, Chromium keeps WebGPU behind a switch; the pages that could use it are all our own.
if (process.platform === 'linux') app.commandLine.appendSwitch('enable-unsafe-webgpu')

if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', () => life.show())
  app.whenReady().then(start, fail)
  life.begin()
}

async function start(): Promise<void> {
  if (process.env.PHASESCOPE_MEASURE) measureLoopDelay()
  engine = new Engine({
    launcher: { ...createWorkerLauncher(buildFolder), launchGpu: () => openGpuWindow(buildFolder) },
    places: placesFor(buildFolder, app.getPath('userData')),
    host: 'electron',
    version: packageVersion(buildFolder),
    cores: availableParallelism(),
    follow: true,
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
  servePages({ '/': join(buildFolder, '..', 'renderer'), '/gpu/': join(buildFolder, '..', 'gpu') })
  openGate(engine, developmentUrl ? new URL(developmentUrl).origin : null)
  denyPermissions()
  Menu.setApplicationMenu(applicationMenu())
  const refusal = await openGivenProject(engine)
  openWindow()
  if (refusal)
    void dialog.showMessageBox(window!, { type: 'error', message: 'The project could not be opened', detail: refusal })
}

/** The project named by `--project=FOLDER`, if any. Returns why it could not be opened. */
async function openGivenProject(engine: Engine): Promise<string | null> {
  const folder = app.commandLine.getSwitchValue('project')
  if (!folder) return null
  try {
    await engine.openFolder(folder)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function openWindow(): void {
  window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 720,
    minHeight: 480,
    show: false,
    backgroundColor: '#0f1113',
    title: 'Phasescope',
    webPreferences: {
      preload: join(buildFolder, '..', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false
    }
  })
  window.once('ready-to-show', () => window?.show())
  life.watch(window)
  window.on('closed', () => (window = null))
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url)
    return { action: 'deny' }
  })
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  void window.loadURL(developmentUrl ?? `${appOrigin}/`)
}

function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(permission === 'clipboard-sanitized-write')
  )
}

function fail(error: unknown): void {
  dialog.showErrorBox('Phasescope could not start', error instanceof Error ? error.message : String(error))
  app.exit(1)
}
