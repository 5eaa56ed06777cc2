/**
 * When windows close and the application ends. Closing a window while its runs train asks once; what trains in other windows is
 * no matter of it. Closing the last one, and quitting, stops each run at a checkpoint and waits for it. Nothing ends before its
 * engine has: the event that asks to quit may come several times.
 */
import { app, dialog, Menu, nativeImage, Notification, powerMonitor, Tray } from 'electron'
import type { ProjectWindow } from './project-window'
import type { ProjectWindows } from './project-windows'

export interface Surroundings {
  /** Null as long as there are none. */
  windows(): ProjectWindows | null
  /** What else is to be written. */
  finish(): Promise<void>
}

/** In the order of the buttons. */
const answers = ['background', 'stop', 'cancel'] as const

export class Life {
  /** Windows that somebody has sent there, while their runs train. */
  private readonly background = new Set<ProjectWindow>()
  private readonly asking = new Set<ProjectWindow>()
  private tray: Tray | null = null
  private closing: Promise<void> | null = null
  private over = false

  constructor(private readonly around: Surroundings) {}

  /** Before the application is ready. */
  begin(): void {
    app.on('window-all-closed', () => app.quit())
    app.on('before-quit', (event) => {
      if (this.over || !this.around.windows()) return
      // Also the second and the third time: only the end of the engines lets the application go.
      event.preventDefault()
      this.closing ??= this.end()
    })
    app.on('activate', () => this.around.windows()?.showAll())
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
    void app.whenReady().then(() => powerMonitor.on('shutdown', () => app.quit()))
  }

  /** Whether the application is on its way out: no window is opened or shown any more. */
  get ending(): boolean {
    return this.closing !== null
  }

  /** For each window that is opened. */
  watch(made: ProjectWindow): void {
    const { window, engine } = made
    window.on('close', (event) => {
      // One that ends already has been asked about.
      if (this.over || this.ending || made.isEnding || !engine.busy) return
      event.preventDefault()
      void this.ask(made)
    })
    window.once('closed', () => {
      this.leaveBackground(made)
      // A hidden window with a GPU must not keep the application alive; one of somebody's runs does.
      if (this.openBut(made) === 0) app.quit()
    })
    window.on('show', () => this.leaveBackground(made))
    engine.on('training.activity', () => this.endWhenIdle(made))
  }

  private async ask(made: ProjectWindow): Promise<void> {
    if (this.asking.has(made)) return
    this.asking.add(made)
    try {
      const last = this.openBut(made) === 0
      const { response } = await dialog.showMessageBox(made.window, {
        type: 'question',
        title: 'Phasescope',
        message: whatTrains(made),
        detail:
          'In the background they go on; a click on the icon in the tray or dock, or starting Phasescope again, brings the ' +
          'window back. Stopped runs write a checkpoint each and can be continued to the same result.' +
          (last ? '' : ' What trains in other windows goes on in any case.'),
        buttons: [
          'Keep training in the background',
          last ? 'Stop at a checkpoint and quit' : 'Stop at a checkpoint and close',
          'Cancel'
        ],
        defaultId: 0,
        cancelId: 2,
        noLink: true
      })
      const answer = answers[response] ?? 'cancel'
      if (answer === 'background') this.toBackground(made)
      else if (answer === 'stop') await this.stop(made)
    } finally {
      this.asking.delete(made)
    }
  }

  /** Its page shows how many runs have stopped, and offers to wait no longer. */
  private async stop(made: ProjectWindow): Promise<void> {
    // The others may have been closed while somebody thought about it.
    if (this.openBut(made) === 0) return app.quit()
    await made.end()
    if (made.isOpen) made.window.destroy()
  }

  private openBut(made: ProjectWindow): number {
    return this.around.windows()?.open.filter((one) => one !== made).length ?? 0
  }

  private toBackground(made: ProjectWindow): void {
    if (!made.isOpen) return
    this.background.add(made)
    made.window.hide()
    try {
      this.tray ??= this.makeTray()
    } catch {
      // Some desktops have no tray; a second start brings the window back there, too.
    }
    this.endWhenIdle(made)
  }

  /** Nobody is left to do anything for, and a window that nobody sees should not stay. */
  private endWhenIdle(made: ProjectWindow): void {
    if (!this.background.has(made) || this.ending || made.engine.busy) return
    const { name } = made
    if (Notification.isSupported()) {
      const body = `Training in ${name} is done. Open Phasescope to see the runs.`
      new Notification({ title: 'Phasescope', body }).show()
    }
    this.leaveBackground(made)
    if (this.openBut(made) === 0) app.quit()
    else made.window.destroy()
  }

  private leaveBackground(made: ProjectWindow): void {
    this.background.delete(made)
    if (this.background.size > 0) return
    this.tray?.destroy()
    this.tray = null
  }

  private makeTray(): Tray {
    const tray = new Tray(nativeImage.createFromBitmap(disc(iconPixels), { width: iconPixels, height: iconPixels }))
    tray.setToolTip('Phasescope is training')
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Open Phasescope', click: () => this.around.windows()?.showAll() },
        { label: 'Stop at a checkpoint and quit', click: () => app.quit() }
      ])
    )
    tray.on('click', () => this.around.windows()?.showAll())
    return tray
  }

  /** Each window shows how many of its runs have stopped, and offers to wait no longer. */
  private async end(): Promise<void> {
    const windows = this.around.windows()?.all ?? []
    for (const { isOpen, window, engine, wasShown } of windows) {
      if (isOpen && wasShown && engine.busy && !window.isVisible()) window.show()
    }
    await Promise.all(windows.map((made) => made.end()))
    await this.around.finish()
    this.over = true
    app.quit()
  }
}

function whatTrains({ engine }: ProjectWindow): string {
  const activity = engine.activity()
  const count = (key: 'running' | 'waiting'): number => activity.reduce((sum, project) => sum + project[key], 0)
  const [running, waiting] = [count('running'), count('waiting')]
  const runs = running === 1 ? '1 run is in training' : `${running} runs are in training`
  return waiting > 0 ? `${runs}, and ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a turn.` : `${runs}.`
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
