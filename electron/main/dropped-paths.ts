/** Where the files lie that were dropped last on each window, until its page asks what they are (electron/preload/drops.ts). */
import { ipcMain } from 'electron'
import type { IpcMainEvent, WebContents } from 'electron'
import { handedPaths } from './given-arguments'

/** @returns takes those of a page: each drop once, and by the page that it was made on */
export function watchDropped(trusted: (event: IpcMainEvent) => boolean): (contents: WebContents) => string[] {
  const dropped = new WeakMap<WebContents, string[]>()
  ipcMain.on('phasescope:dropped', (event, data: unknown) => {
    if (trusted(event)) dropped.set(event.sender, handedPaths(data))
  })
  return (contents) => {
    const taken = dropped.get(contents) ?? []
    dropped.delete(contents)
    return taken
  }
}
