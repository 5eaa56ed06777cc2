/**
 * The one way out of the application: links that somebody has clicked. `window.open` is denied everywhere, because its
 * handler is not told whether there was a click; the preload script hears of real clicks only (electron/preload/links.ts)
 * and asks here.
 */
import { BrowserWindow, dialog, ipcMain, shell } from 'electron'
import type { IpcMainEvent } from 'electron'

/** Hosts that the application's own texts link to. There are none; all links come out of logs. */
const ownHosts: ReadonlySet<string> = new Set<string>()

/** @param trusted whether a message comes from the application's own page */
export function openExternalLinks(trusted: (event: IpcMainEvent) => boolean): void {
  const agreed = new Set(ownHosts)
  /** One question at a time in each window. */
  const asking = new WeakSet<BrowserWindow>()

  const open = async (parent: BrowserWindow, address: string): Promise<void> => {
    const url = httpsAddress(address)
    if (!url || asking.has(parent)) return
    if (!agreed.has(url.host)) {
      asking.add(parent)
      try {
        if (!(await agrees(parent, url))) return
      } finally {
        asking.delete(parent)
      }
      agreed.add(url.host)
    }
    await shell.openExternal(url.href)
  }

  ipcMain.on('phasescope:open-link', (event, address: unknown) => {
    const parent = BrowserWindow.fromWebContents(event.sender)
    if (parent && trusted(event) && typeof address === 'string') open(parent, address).catch(() => undefined)
  })
}

async function agrees(parent: BrowserWindow, url: URL): Promise<boolean> {
  const { response } = await dialog.showMessageBox(parent, {
    type: 'question',
    message: `Open a page of ${url.host} in your browser?`,
    detail: `${url.href.slice(0, 300)}\n\nThe link stands in a text of this project. Phasescope asks once for each host.`,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true
  })
  return response === 0
}

/** A name and a password in an address are there to deceive. */
function httpsAddress(address: string): URL | null {
  try {
    const url = new URL(address)
    return url.protocol === 'https:' && url.username === '' && url.password === '' ? url : null
  } catch {
    return null
  }
}
