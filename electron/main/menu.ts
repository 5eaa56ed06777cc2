/** The application menu, drawn anew whenever the page can do something else; and the projects that the system lists. */
import { app, BrowserWindow, clipboard, dialog, Menu } from 'electron'
import type { OfferedAction } from '../../src/contract/app'
import type { Engine } from '../../src/engine/engine'
import { developerTools } from './development'
import { menuTemplate } from './menu-template'

export class ApplicationMenu {
  private offered: readonly OfferedAction[] = []
  private drawing = 0

  /** @param run does an action of the page */
  constructor(
    private readonly engine: Engine,
    private readonly version: string,
    private readonly run: (id: string) => void
  ) {
    engine.on('project.changed', (project) => {
      if (project && !project.sample) app.addRecentDocument(project.folder)
    })
  }

  /** @param actions nothing, as long as there is no page */
  async show(actions: readonly OfferedAction[]): Promise<void> {
    this.offered = actions
    const drawing = ++this.drawing
    const recents = await this.engine.call('project.recent', {}).catch(() => [])
    if (drawing !== this.drawing) return
    if (recents.length === 0) app.clearRecentDocuments()
    const template = menuTemplate({
      platform: process.platform,
      developer: developerTools(),
      offered: this.offered,
      recents,
      run: (id) => {
        this.run(id)
        // The system has marked what was clicked; what is chosen, the page knows.
        void this.show(this.offered)
      },
      about: () => void this.about()
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
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
    const window = BrowserWindow.getFocusedWindow()
    const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
    if (response === 1) void clipboard.writeText(`Phasescope\n${detail}`)
  }
}
