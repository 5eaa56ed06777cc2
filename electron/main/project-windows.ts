/** All windows: which one was used last, which one takes what is given by path, and how another one opens. */
import type { BrowserWindow } from 'electron'
import { meaningOf } from '../../src/engine/project/given-path'
import { placeOf } from '../../src/engine/project/project-session'
import type { KeptWindow } from './kept-window'
import { ProjectWindow, type WindowHost } from './project-window'
import { checkRoom, windowFor } from './window-choice'

export interface WindowsOptions extends Omit<WindowHost, 'openWindow' | 'front'> {
  kept: KeptWindow
  /** A window that has just been made. */
  opened(window: ProjectWindow): void
  /** May windows be shown and opened? Not while the application ends. */
  ending(): boolean
}

export class ProjectWindows {
  /** The one that was used last comes first. Closed ones are here until their engines have ended. */
  private windows: ProjectWindow[] = []
  /** What is asked for is done one after the other: each is to find the windows as the one before has left them. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: WindowsOptions) {}

  /** Those that can be seen or brought back; the one that was used last comes first. */
  get open(): readonly ProjectWindow[] {
    return this.windows.filter(({ isOpen }) => isOpen)
  }

  /** The same, and those whose engines have not ended yet. */
  get all(): readonly ProjectWindow[] {
    return this.windows
  }

  get last(): ProjectWindow | null {
    return this.open[0] ?? null
  }

  /** Opens a window on the start page. */
  add(): ProjectWindow {
    const { kept, opened, changed } = this.options
    const last = this.last?.window ?? null
    const place = kept.toOpen(last && !last.isMinimized() ? last : null)
    const made = new ProjectWindow(
      { ...this.options, openWindow: (folder) => this.openAnother(folder), front: (window) => this.front(window) },
      place
    )
    const { window } = made
    this.windows = [made, ...this.windows]
    window.once('ready-to-show', () => {
      if (window.isDestroyed()) return
      if (place.maximized) window.maximize()
      window.show()
      made.wasShown = true
      kept.watch(window)
    })
    window.on('focus', () => this.used(made))
    window.once('closed', () => {
      void made.end().then(() => (this.windows = this.windows.filter((one) => one !== made)))
      changed(made)
    })
    opened(made)
    changed(made)
    return made
  }

  /** Brings a window to the front, also from the background. */
  front(made: ProjectWindow): void {
    if (!made.isOpen || this.options.ending()) return
    // One that is just being opened comes to the front by itself, once there is something to see.
    if (made.wasShown) bringUp(made.window)
    this.used(made)
  }

  /** What was in the background comes back, and the window that was used last to the front. */
  showAll(): void {
    if (this.options.ending()) return
    const { last } = this
    if (!last) return void this.add()
    for (const { window, wasShown } of this.open) if (wasShown && !window.isVisible()) window.show()
    this.front(last)
  }

  /** Paths that somebody has given: projects each to a window, all else to the one that was used last. */
  give(paths: readonly string[]): Promise<void> {
    return this.inTurn(() => this.giveNow(paths)).catch((error: Error) => console.error(error.message))
  }

  /** @throws PhasescopeError 'busy' when there are too many */
  private openAnother(folder: string | null): Promise<void> {
    return this.inTurn(async () => {
      const place = folder === null ? null : await placeOf(folder)
      if (this.options.ending()) return
      const has = ({ engine }: ProjectWindow): boolean =>
        place !== null && (engine.showsPlace(place) || engine.given.expected === place)
      const there = this.open.find(has)
      if (there) return this.front(there)
      checkRoom(this.open.length)
      const made = this.add()
      if (place !== null) await made.engine.given.add([place])
    })
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.turn.then(work)
    this.turn = turn.catch(() => undefined)
    return turn
  }

  private async giveNow(paths: readonly string[]): Promise<void> {
    const projects = new Set<string>()
    const others: string[] = []
    for (const path of paths) {
      const meaning = await meaningOf(path).catch(() => null)
      if (meaning?.kind === 'project') projects.add(await placeOf(meaning.folder))
      // What is wrong with a path, the engine says to the page that it is given to.
      else others.push(path)
    }
    for (const project of projects) await this.giveTo(project, [project])
    if (others.length > 0) await this.giveTo(null, others)
  }

  private async giveTo(project: string | null, paths: string[]): Promise<void> {
    const windows = this.open
      .filter(({ isEnding }) => !isEnding)
      .map((window) => ({ window, shows: window.engine.showing, given: window.engine.given.expected }))
    const choice = windowFor(project, windows)
    if (this.options.ending()) return
    try {
      if (choice.kind === 'new') checkRoom(this.open.length)
    } catch (error) {
      this.last?.engine.given.tell(`${project ?? paths[0]} was not opened: ${(error as Error).message}`)
      return
    }
    const taker = choice.kind === 'new' ? this.add() : choice.window
    this.front(taker)
    // What trains in its present project goes on.
    if (choice.kind !== 'front') await taker.engine.given.add(paths)
  }

  private used(made: ProjectWindow): void {
    if (this.windows[0] === made) return
    this.windows = [made, ...this.windows.filter((one) => one !== made)]
    this.options.changed(made)
  }
}

function bringUp(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
