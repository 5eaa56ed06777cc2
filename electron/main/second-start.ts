/** What a second start of the application wants is done by the first. */
import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import { resolve } from 'node:path'
import type { Engine } from '../../src/engine/engine'

/** The folder of `--project=FOLDER`, seen from where this process was started; null without one. */
export function givenProject(): string | null {
  const folder = app.commandLine.getSwitchValue('project')
  return folder ? resolve(folder) : null
}

/** What the second process hands over, as Electron passes it on: anything at all. */
export function handedProject(data: unknown): string | null {
  const folder = (data as { project?: unknown } | null)?.project
  return typeof folder === 'string' && folder !== '' ? folder : null
}

/** Opens a project that another start has named, and says so when it cannot be. What trains in the present one goes on. */
export async function openHanded(engine: Engine, window: BrowserWindow, folder: string): Promise<void> {
  try {
    await engine.openFolder(folder)
  } catch (error) {
    await dialog.showMessageBox(window, {
      type: 'error',
      message: 'The project could not be opened',
      detail: (error as Error).message
    })
  }
}
