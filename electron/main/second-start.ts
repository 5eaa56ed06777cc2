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

/** Opens a project that another start has named, and says so when it cannot be. */
export async function openHanded(engine: Engine, window: BrowserWindow, folder: string): Promise<void> {
  if (!(await mayLeave(engine, window, folder))) return
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

/** Opening another project interrupts what trains, so somebody is asked. */
async function mayLeave(engine: Engine, window: BrowserWindow, folder: string): Promise<boolean> {
  const atWork = engine.training.running
  if (atWork === 0 || engine.project.folder === folder) return true
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open another project while this one trains?',
    detail:
      `${folder} was to be opened. ${atWork === 1 ? 'One run trains' : `${atWork} runs train`} in the present project; ` +
      'opening another one interrupts that, and it can be continued later from its last checkpoint.',
    buttons: ['Stay', 'Open the other project'],
    defaultId: 0,
    cancelId: 0,
    noLink: true
  })
  return response === 1
}
