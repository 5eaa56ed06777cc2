/**
 * When the window closes and the application ends. Closing the window while runs train asks once; quitting stops each run at
 * a checkpoint and waits for it. Nothing ends before the engine has: the event that asks to quit may come several times.
 */
import { app, dialog, Menu, nativeImage, Notification, powerMonitor, Tray, type BrowserWindow } from 'electron'
import type { Engine } from '../../src/engine/engine'

export interface Surroundings {
  /** Null as long as there is none. */
  engine(): Engine | null
  reopen(): void
  /** What else is to be written. */
  finish(): Promise<void>
}

/** In the order of the buttons. */
const answers = ['background', 'stop', 'cancel'] as const

export class Life {
  private window: BrowserWindow | null = null
  private tray: Tray | null = null
  private asking = false
  private ending: Promise<void> | null = null
  private over = false

  constructor(private readonly around: Surroundings) {}

  /** Before the application is ready. */
  begin(): void {
    app.on('window-all-closed', () => app.quit())
    app.on('before-quit', (event) => {
      if (this.over || !this.around.engine()) return
      // Also the second and the third time: only the end of the engine lets the application go.
      event.preventDefault()
      this.ending ??= this.end()
    })
    app.on('activate', () => this.show())
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
    void app.whenReady().then(() => powerMonitor.on('shutdown', () => app.quit()))
  }

  /** For each window that is opened. */
  watch(window: BrowserWindow): void {
    this.window = window
    window.on('close', (event) => {
      if (this.over || this.ending || !this.around.engine()?.busy) return
      event.preventDefault()
      void this.ask(window)
    })
    window.on('closed', () => {
      this.window = null
      // A hidden window that trains must not keep the application alive.
      app.quit()
    })
    window.on('show', () => this.leaveBackground())
  }

  /** Brings the window to the front, also from the background. */
  show(): void {
    if (this.ending) return
    if (!this.window || this.window.isDestroyed()) return this.around.reopen()
    if (this.window.isMinimized()) this.window.restore()
    this.window.show()
    this.window.focus()
  }

  private async ask(window: BrowserWindow): Promise<void> {
    if (this.asking) return
    this.asking = true
    try {
      const { response } = await dialog.showMessageBox(window, {
        type: 'question',
        title: 'Phasescope',
        message: this.whatTrains(),
        detail:
          'In the background they go on; a click on the icon in the tray or dock, or starting Phasescope again, brings the ' +
          'window back. Stopped runs write a checkpoint each and can be continued to the same result.',
        buttons: ['Keep training in the background', 'Stop at a checkpoint and quit', 'Cancel'],
        defaultId: 0,
        cancelId: 2,
        noLink: true
      })
      const answer = answers[response] ?? 'cancel'
      if (answer === 'background') this.toBackground(window)
      else if (answer === 'stop') app.quit()
    } finally {
      this.asking = false
    }
  }

  private whatTrains(): string {
    const activity = this.around.engine()?.training.activity() ?? []
    const count = (key: 'running' | 'waiting'): number => activity.reduce((sum, project) => sum + project[key], 0)
    const [running, waiting] = [count('running'), count('waiting')]
    const runs = running === 1 ? '1 run is in training' : `${running} runs are in training`
    return waiting > 0 ? `${runs}, and ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a turn.` : `${runs}.`
  }

  private toBackground(window: BrowserWindow): void {
    window.hide()
    try {
      this.tray ??= this.makeTray()
    } catch {
      // Some desktops have no tray; a second start brings the window back there, too.
    }
    this.around.engine()?.on('training.activity', () => {
      if (!this.window || this.window.isVisible() || this.around.engine()?.busy || this.ending) return
      // Nobody is left to do anything for, and a program that nobody sees should not stay.
      if (Notification.isSupported()) {
        new Notification({ title: 'Phasescope', body: 'Training is done. Open Phasescope to see the runs.' }).show()
      }
      app.quit()
    })
  }

  private leaveBackground(): void {
    this.tray?.destroy()
    this.tray = null
  }

  private makeTray(): Tray {
    const tray = new Tray(nativeImage.createFromBitmap(disc(iconPixels), { width: iconPixels, height: iconPixels }))
    tray.setToolTip('Phasescope is training')
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Open Phasescope', click: () => this.show() },
        { label: 'Stop at a checkpoint and quit', click: () => app.quit() }
      ])
    )
    tray.on('click', () => this.show())
    return tray
  }

  /** The page shows how many runs have stopped, and offers to wait no longer. */
  private async end(): Promise<void> {
    if (this.window && this.around.engine()?.busy && !this.window.isVisible()) this.window.show()
    await this.around
      .engine()
      ?.close()
      .catch((error: Error) => console.error(`Phasescope could not end cleanly: ${error.message}`))
    await this.around.finish()
    this.over = true
    app.quit()
  }
}

const iconPixels = 22

/** A filled disc in the application's colour, BGRA as bitmaps are. */
function disc(size: number): Buffer {
  const pixels = Buffer.alloc(size * size * 4)
  const radius = size / 2 - 2
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const away = Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2)
      const cover = Math.min(1, Math.max(0, radius - away + 0.5))
      // Premultiplied, as Electron expects.
      const at = (y * size + x) * 4
      pixels[at] = 0xf2 * cover
      pixels[at + 1] = 0x8f * cover
      pixels[at + 2] = 0x4c * cover
      pixels[at + 3] = 0xff * cover
    }
  }
  return pixels
}
