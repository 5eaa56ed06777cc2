/**
 * The one gate for IPC: checks the sender, hands on to the engine of the sender's own window and to no other, and holds pushes
 * back until the page listens.
 */
import { ipcMain } from 'electron'
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import type { Engine } from '../../src/engine/engine'
import type { EventName, EventPayload } from '../../src/contract/events'
import type { Reply } from '../../src/contract/wire'
import { forClients } from '../../src/host/replies'
import { appOrigin } from './app-protocol'

export interface Gate {
  /** From now on the page asks this engine, and hears of it, until it is gone. */
  connect(contents: WebContents, engine: Engine): void
  /** Whether a message comes from the main frame of a page of ours that has an engine. */
  trusted(event: IpcMainInvokeEvent | IpcMainEvent): boolean
  /** An event for one page, if it listens. */
  push<N extends EventName>(contents: WebContents, name: N, payload: EventPayload<N>): void
}

/** @param buildFolder the folder of the running bundle, which pages are not told */
export function openGate(developmentOrigin: string | null, buildFolder: string): Gate {
  const engines = new Map<WebContents, Engine>()
  const ready = new Set<WebContents>()
  /** By page: ends the questions of one that has gone or was loaded anew. */
  const askers = new Map<WebContents, AbortController>()

  const trusted = (event: IpcMainInvokeEvent | IpcMainEvent): boolean => {
    const frame = event.senderFrame
    if (!engines.has(event.sender) || !frame || frame !== event.sender.mainFrame) return false
    try {
      const { origin, protocol, host } = new URL(frame.url)
      return `${protocol}//${host}` === appOrigin || (developmentOrigin !== null && origin === developmentOrigin)
    } catch {
      return false
    }
  }

  const askerOf = (sender: WebContents): AbortController => {
    const known = askers.get(sender)
    if (known) return known
    const asker = new AbortController()
    askers.set(sender, asker)
    const leave = (): void => {
      asker.abort()
      if (askers.get(sender) === asker) askers.delete(sender)
    }
    sender.once('destroyed', leave)
    sender.once('render-process-gone', leave)
    sender.once('did-navigate', leave)
    return asker
  }

  ipcMain.handle('phasescope:request', async (event, name: unknown, params: unknown): Promise<Reply> => {
    const engine = engines.get(event.sender)
    if (!engine || !trusted(event)) {
      return { ok: false, error: { code: 'bad-request', message: 'This page may not use Phasescope.' } }
    }
    const { signal } = askerOf(event.sender)
    const reply = await engine.handle(name, params, signal)
    return forClients(reply, String(name), (text) => console.error(text), buildFolder)
  })

  ipcMain.on('phasescope:ready', (event) => {
    if (!trusted(event)) return
    const { sender } = event
    if (ready.has(sender)) return
    ready.add(sender)
    const leave = (): void => void ready.delete(sender)
    sender.once('destroyed', leave)
    // The page that comes in its place says so itself, once it listens.
    sender.once('render-process-gone', leave)
  })

  const push = (contents: WebContents, name: EventName, payload: unknown): void => {
    if (!ready.has(contents)) return
    try {
      if (!contents.isDestroyed()) contents.send('phasescope:event', name, payload)
    } catch {
      // Its page is going this moment; a push to nobody must not be the end of what was pushed.
    }
  }
  return {
    connect(contents, engine) {
      engines.set(contents, engine)
      const stop = engine.listen((name, payload) => push(contents, name, payload))
      contents.once('destroyed', () => {
        engines.delete(contents)
        stop()
      })
    },
    trusted,
    push
  }
}
