/** Where the files lie that were dropped last, until the page asks what they are (electron/preload/drops.ts). */
import { ipcMain } from 'electron'
import type { IpcMainEvent } from 'electron'
import { handedPaths } from './given-arguments'

/** @returns takes them: each drop once */
export function watchDropped(trusted: (event: IpcMainEvent) => boolean): () => string[] {
  let paths: string[] = []
  ipcMain.on('phasescope:dropped', (event, data: unknown) => {
    if (trusted(event)) paths = handedPaths(data)
  })
  return () => {
    const taken = paths
    paths = []
    return taken
  }
}
