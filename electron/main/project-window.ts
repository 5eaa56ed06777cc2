/** A window and the engine that is its own: it shows one project, and no message of it reaches another window's. */
import { app, BrowserWindow, dialog } from 'electron'
import type { WebContents } from 'electron'
import { join } from 'node:path'
import type { OfferedAction } from '../../src/contract/app'
import { Engine } from '../../src/engine/engine'
import type { EngineGroup, GroupOptions } from '../../src/engine/engine-group'
import { visible } from '../../src/text/visible'
import { developerTools } from './development'
import type { Gate } from './ipc-gate'
import { keepAtHome } from './web-contents-guards'
import { smallest, type placeToOpen } from './window-place'
import { recoverWindow } from './window-recovery'

export interface WindowHost {
  options: GroupOptions
  group: EngineGroup
  gate: Gate
  /** Where the files lie that were dropped on a page last. */
  takeDropped(contents: WebContents): string[]
  /** The address of the page. */
  home: string
  /** The folder of the running bundle, `out/main`. */
  buildFolder: string
  /** Another window, on the project in a folder or on the start page. */
  openWindow(folder: string | null): Promise<void>
  front(window: ProjectWindow): void
  /** What menus say of the window, or offer in it, is something else now. */
  changed(window: ProjectWindow): void
}

/** Longer names are cut in titles and menus. */
const longestName = 80

export class ProjectWindow {
  readonly engine: Engine
  readonly window: BrowserWindow
  /** What its page can do now. */
  offered: readonly OfferedAction[] = []
  /** Set once its page was there to be seen for the first time. */
  wasShown = false
  private over: Promise<void> | null = null

  constructor(
    private readonly host: WindowHost,
    place: ReturnType<typeof placeToOpen>
  ) {
    const { options, group, gate, home, buildFolder } = host
    this.window = new BrowserWindow({
      ...place.bounds,
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
    const { window } = this
    const { webContents } = window
    this.engine = new Engine(
      {
        ...options,
        takeDropped: () => host.takeDropped(webContents),
        offered: (actions) => this.offer(actions),
        openWindow: (folder) => host.openWindow(folder),
        front: () => host.front(this),
        pickFolder: (purpose) => pickFolder(window, purpose),
        pickImport: (kind) => pickImport(window, kind)
      },
      group
    )
    gate.connect(webContents, this.engine)
    recoverWindow(window, group.log)
    keepAtHome(webContents, home, group.log)
    // What the next page can do, it says itself.
    webContents.on('render-process-gone', () => this.offer([]))
    // The name of a window is said here, and not by its page.
    window.on('page-title-updated', (event) => event.preventDefault())
    this.engine.on('project.changed', (project) => {
      window.setTitle(project ? `${this.name} — Phasescope` : 'Phasescope')
      if (project && !project.sample) app.addRecentDocument(project.folder)
      host.changed(this)
    })
    window.once('closed', () => void this.end())
    void window.loadURL(home).catch(() => undefined)
  }

  get isOpen(): boolean {
    return !this.window.isDestroyed()
  }

  /** Of the project that it shows, as it may stand in a title or a menu: signs that a system obeys are shown. */
  get name(): string {
    const name = visible(this.engine.shown?.name ?? 'Start page')
    return name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name
  }

  /** Does an action of the page, if the page still offers it. */
  run(id: string): void {
    if (this.isOpen) this.host.gate.push(this.window.webContents, 'actions.run', { id })
  }

  /** Whether its engine ends: it opens nothing more then. */
  get isEnding(): boolean {
    return this.over !== null
  }

  /** Ends its engine: runs stop at a checkpoint each, and its page shows how many have. The window stays; resolves in any case. */
  end(): Promise<void> {
    this.over ??= this.engine
      .close()
      .catch((error: Error) => console.error(`A window could not end cleanly: ${error.message}`))
    return this.over
  }

  private offer(actions: readonly OfferedAction[]): void {
    this.offered = actions
    this.host.changed(this)
  }
}

async function pickFolder(
  window: BrowserWindow,
  purpose: 'open-project' | 'new-project-location'
): Promise<string | null> {
  const result = await dialog.showOpenDialog(window, {
    title: purpose === 'open-project' ? 'Open project' : 'Choose where to put the project',
    buttonLabel: purpose === 'open-project' ? 'Open' : 'Choose',
    properties: ['openDirectory', 'createDirectory']
  })
  return result.canceled ? null : result.filePaths[0]
}

async function pickImport(window: BrowserWindow, kind: 'folder' | 'files'): Promise<string[] | null> {
  const result = await dialog.showOpenDialog(window, {
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
