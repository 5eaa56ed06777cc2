/** Keeps where the window is in the user's own folder; losing the file loses nothing but convenience. */
import { screen } from 'electron'
import type { BrowserWindow } from 'electron'
import { join } from 'node:path'
import { makeFolder, readJson, writeJson } from '../../src/project/files'
import { keptPlace, placeBeside, placeToOpen, type KeptPlace } from './window-place'

/** Moving and sizing by hand tell of every step. */
const pauseMs = 500

export class KeptWindow {
  private place: KeptPlace | null = null
  /** Whose place it is: of several windows, the one that was used last. */
  private window: BrowserWindow | null = null
  private timer: NodeJS.Timeout | null = null
  /** Writes one after the other, so that the last one counts. */
  private written: Promise<void> = Promise.resolve()

  constructor(private readonly folder: string) {}

  /** A file that cannot be read, or says something else than a place, is as good as none. */
  async load(): Promise<void> {
    const saved = keptPlace.safeParse(await readJson(this.file).catch(() => null))
    if (saved.success) this.place = saved.data
  }

  /** @param last the window that was used last, if there is one */
  toOpen(last: BrowserWindow | null): ReturnType<typeof placeToOpen> {
    const primary = screen.getPrimaryDisplay()
    const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id)
    const displays = [primary, ...others].map(({ workArea }) => workArea)
    return last ? placeBeside(last.getNormalBounds(), displays) : placeToOpen(this.place, displays)
  }

  watch(window: BrowserWindow): void {
    this.window = window
    const note = (): void => {
      this.window = window
      this.timer ??= setTimeout(() => this.save(), pauseMs)
    }
    window.on('focus', note)
    window.on('resize', note)
    window.on('move', note)
    window.on('maximize', note)
    window.on('unmaximize', note)
    window.on('close', () => {
      this.window = window
      this.save()
    })
    window.on('closed', () => {
      if (this.window !== window) return
      this.stopTimer()
      this.window = null
    })
  }

  /** The place of this moment is kept: whoever quits closes no window before the end. */
  async finish(): Promise<void> {
    this.save()
    await this.written
  }

  private save(): void {
    this.stopTimer()
    const window = this.window
    // A minimised window is nowhere; it comes back to where it was.
    if (!window || window.isDestroyed() || window.isMinimized()) return
    const place: KeptPlace = { schemaVersion: 1, ...window.getNormalBounds(), maximized: window.isMaximized() }
    if (JSON.stringify(place) === JSON.stringify(this.place)) return
    this.place = place
    this.written = this.written
      .then(() => makeFolder(this.folder))
      .then(() => writeJson(this.file, place))
      .catch(() => undefined)
  }

  private stopTimer(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
  }

  private get file(): string {
    return join(this.folder, 'window.json')
  }
}
