/** The one gate for IPC: checks the sender, hands on to the engine, and holds pushes back until the page listens. */
import { ipcMain } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import type { Engine } from '../../src/engine/engine'
import type { Reply } from '../../src/contract/wire'
import { appOrigin } from './app-protocol'

export function openGate(engine: Engine, developmentOrigin: string | null): void {
  const ready = new Set<WebContents>()

  const trusted = (event: IpcMainInvokeEvent | IpcMainEvent): boolean => {
    const frame = event.senderFrame
    if (!frame || frame !== event.sender.mainFrame) return false
    const { origin, protocol } = new URL(frame.url)
    return (
      `${protocol}//${new URL(frame.url).host}` === appOrigin ||
      (developmentOrigin !== null && origin === developmentOrigin)
    )
  }

  ipcMain.handle('phasescope:request', async (event, name: unknown, params: unknown): Promise<Reply> => {
    if (!trusted(event)) {
      return { ok: false, error: { code: 'bad-request', message: 'This page may not use Phasescope.' } }
    }
    return engine.handle(name, params)
  })

  ipcMain.on('phasescope:ready', (event) => {
    if (!trusted(event)) return
    ready.add(event.sender)
    event.sender.once('destroyed', () => ready.delete(event.sender))
  })

  engine.listen((name, payload) => {
    for (const contents of ready) if (!contents.isDestroyed()) contents.send('phasescope:event', name, payload)
  })
}
