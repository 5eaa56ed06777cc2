/**
 * Tells the application where the files lie that a person has dropped on the window. The page itself has no paths and gets
 * none: `isTrusted` is set by the browser for what a person did, and files that a page has made lie nowhere.
 */
import { ipcRenderer, webUtils } from 'electron'

interface Drop {
  isTrusted: boolean
  dataTransfer: { files: Iterable<never> } | null
}

/** The window, as far as it is used; this file is compiled with Node's types. */
const page = globalThis as unknown as {
  addEventListener(type: 'drop', listener: (event: Drop) => void, capture: boolean): void
}

/** Before the page hears of it, so that the paths are there when it asks what they are. */
export function watchDrops(): void {
  page.addEventListener(
    'drop',
    (event) => {
      if (!event.isTrusted || !event.dataTransfer) return
      const paths = [...event.dataTransfer.files].map((file) => webUtils.getPathForFile(file))
      ipcRenderer.send('phasescope:dropped', { paths: paths.filter((path) => path !== '') })
    },
    true
  )
}
