/**
 * The one way out of the application: links that somebody has clicked. `window.open` is denied everywhere, because its
 * handler is not told whether there was a click; the preload script hears of real clicks only (electron/preload/links.ts)
 * and asks here.
 */
import { dialog, ipcMain, shell } from 'electron'
import type { BrowserWindow, IpcMainEvent } from 'electron'

/** Hosts that the application's own texts link to. There are none; all links come out of logs. */
const ownHosts: ReadonlySet<string> = new Set<string>()

export interface ExternalLinks {
  window(): BrowserWindow | null
  /** Whether a message comes from the application's own page. */
  trusted(event: IpcMainEvent): boolean
}

export function openExternalLinks({ window, trusted }: ExternalLinks): void {
  const agreed = new Set(ownHosts)
  let asking = false

  const open = async (address: string): Promise<void> => {
    const url = httpsAddress(address)
    const parent = window()
    if (!url || !parent || asking) return
    if (!agreed.has(url.host)) {
      asking = true
      try {
        if (!(await agrees(parent, url))) return
      } finally {
        asking = false
      }
      agreed.add(url.host)
    }
    await shell.openExternal(url.href)
  }

  ipcMain.on('phasescope:open-link', (event, address: unknown) => {
    if (trusted(event) && typeof address === 'string') open(address).catch(() => undefined)
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
