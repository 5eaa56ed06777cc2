/** Electron's composition root: what is there once, and the windows, each with an engine of its own. */
import { app, dialog } from 'electron'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineGroup, type GroupOptions } from '../../src/engine/engine-group'
import { gpuPolicy, pagePolicy } from '../../src/host/content-policy'
import { standGuard } from '../../src/host/last-resort'
import { packageVersion, placesFor } from '../../src/host/paths'
import { createWorkerLauncher } from '../../src/host/worker-launcher'
import { appOrigin, declareAppScheme, servePages } from './app-protocol'
import { developmentUrl } from './development'
import { watchDropped } from './dropped-paths'
import { openExternalLinks } from './external-links'
import { givenPaths, handedPaths } from './given-arguments'
import { openGpuWindow } from './gpu-window'
import { openGate } from './ipc-gate'
import { KeptWindow } from './kept-window'
import { systemSigns } from './system-signs'
import { TrainingSigns } from './training-signs'
import { Life } from './life'
import { measureLoopDelay } from './loop-delay'
import { ApplicationMenu } from './menu'
import { ProjectWindows } from './project-windows'
import { guardAllContents } from './web-contents-guards'

const buildFolder = dirname(fileURLToPath(import.meta.url))
const home = developmentUrl() ?? `${appOrigin}/`
let windows: ProjectWindows | null = null
let kept: KeptWindow | null = null
const signs = new TrainingSigns(systemSigns)
const life = new Life({ windows: () => windows, finish: async () => kept?.finish() })

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
  /** Each goes to a window of its own choice (window-choice.ts); without paths, what was in the background comes back. */
  const give = (paths: readonly string[]): void =>
    void started.then(
      () => (paths.length > 0 ? windows?.give(paths) : windows?.showAll()),
      () => undefined
    )
  if (ownPaths.length > 0) give(ownPaths)
  app.on('second-instance', (_event, _arguments, _folder, data) => give(handedPaths(data)))
  // How a Mac gives files, also before the application is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    give([path])
  })
  life.begin()
}

async function start(): Promise<void> {
  if (process.env.PHASESCOPE_MEASURE) measureLoopDelay()
  kept = new KeptWindow(app.getPath('userData'))
  await kept.load()
  const version = packageVersion(buildFolder)
  const options: GroupOptions = {
    launcher: { ...createWorkerLauncher(buildFolder), launchGpu: () => openGpuWindow(buildFolder) },
    places: placesFor(buildFolder, app.getPath('userData')),
    host: 'electron',
    version,
    cores: availableParallelism(),
    follow: true
  }
  const group = new EngineGroup(options)
  standGuard({
    engine: { log: group.log, close: async () => void (await Promise.all(windows?.all.map((one) => one.end()) ?? [])) },
    tell: tellOnce,
    report: (text) => console.error(text),
    exit: (code) => app.exit(code)
  })
  servePages({
    '/': { folder: join(buildFolder, '..', 'renderer'), policy: pagePolicy() },
    '/gpu/': { folder: join(buildFolder, '..', 'gpu'), policy: gpuPolicy }
  })
  guardAllContents(home, group.log)
  const gate = openGate(developmentUrl() ? new URL(home).origin : null, dirname(buildFolder))
  const takeDropped = watchDropped(gate.trusted)
  openExternalLinks(gate.trusted)
  windows = new ProjectWindows({
    options,
    group,
    gate,
    home,
    buildFolder,
    kept,
    takeDropped,
    opened: (window) => {
      life.watch(window)
      signs.watch(window)
    },
    changed: () => void menu.show(),
    ending: () => life.ending
  })
  const menu = new ApplicationMenu(group, version, windows)
  windows.add()
  await menu.show()
}

let told = false
/** A dialog for the first mistake that nothing has caught; all of them are in the logs, which the page shows. */
function tellOnce(sentence: string): void {
  console.error(sentence)
  if (told) return
  told = true
  const options = { type: 'error' as const, message: 'Something unexpected went wrong', detail: sentence }
  const window = windows?.last?.window
  void (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options)).catch(() => undefined)
}

function fail(error: unknown): void {
  dialog.showErrorBox('Phasescope could not start', error instanceof Error ? error.message : String(error))
  app.exit(1)
}
