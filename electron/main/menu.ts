/** The application menu, that of the window that was used last: drawn anew whenever its page can do something else. */
import { app, clipboard, dialog, Menu } from 'electron'
import type { EngineGroup } from '../../src/engine/engine-group'
import { developerTools } from './development'
import { menuTemplate, type MenuNow } from './menu-template'
import type { ProjectWindows } from './project-windows'

export class ApplicationMenu {
  private recents: MenuNow['recents'] = []
  private reading = 0
  private drawn = ''

  constructor(
    private readonly group: EngineGroup,
    private readonly version: string,
    private readonly windows: ProjectWindows
  ) {}

  /** The window, or one of the others, is another one, or can do something else. */
  async show(): Promise<void> {
    // At once, with what is known: another window in front has other actions, and the old ones are none of it.
    this.draw()
    const reading = ++this.reading
    const recents = await this.group.recents.list().catch(() => [])
    if (reading !== this.reading) return
    if (recents.length === 0) app.clearRecentDocuments()
    this.recents = recents
    this.draw()
  }

  private draw(): void {
    const { open, last } = this.windows
    const now = {
      platform: process.platform,
      developer: developerTools(),
      offered: last?.offered ?? [],
      recents: this.recents.map(({ id, name, folder, missing }) => ({ id, name, folder, missing })),
      windows: [...open]
        .sort((a, b) => a.window.id - b.window.id)
        .map((one) => ({ id: one.window.id, name: one.name, isLast: one === last }))
    }
    const text = JSON.stringify(now)
    // A menu that is open is closed by a new one.
    if (text === this.drawn) return
    this.drawn = text
    const template = menuTemplate({
      ...now,
      run: (id, window) => {
        const chosen = open.find((one) => one.window.id === window) ?? this.windows.last
        if (chosen) {
          this.windows.front(chosen)
          chosen.run(id)
        }
        this.drawAgain()
      },
      front: (id) => {
        const chosen = this.windows.open.find(({ window }) => window.id === id)
        if (chosen) this.windows.front(chosen)
        this.drawAgain()
      },
      about: () => void this.about()
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  /** The system has marked what was clicked; what is chosen, the page knows. */
  private drawAgain(): void {
    this.drawn = ''
    this.draw()
  }

  private async about(): Promise<void> {
    const { electron, chrome, node } = process.versions
    const detail = [
      `Version ${this.version}`,
      `Electron ${electron}, Chromium ${chrome}, Node ${node}`,
      `${process.platform} ${process.arch}`
    ].join('\n')
    const options = {
      type: 'info' as const,
      title: 'About Phasescope',
      message: 'Phasescope',
      detail,
      buttons: ['Close', 'Copy'],
      defaultId: 0,
      cancelId: 0,
      noLink: true
    }
    const window = this.windows.last?.window
    const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
    if (response === 1) void clipboard.writeText(`Phasescope\n${detail}`)
  }
}
