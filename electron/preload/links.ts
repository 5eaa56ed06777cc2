/**
 * Tells the application of clicks on links to the web. `isTrusted` is set by the browser for what a person did and cannot
 * be forged by the page; and the page itself is given nothing to call.
 */
import { ipcRenderer } from 'electron'

interface Click {
  isTrusted: boolean
  button: number
  composedPath(): { tagName?: unknown; href?: unknown }[]
  preventDefault(): void
}

/** The window, as far as it is used; this file is compiled with Node's types. */
const page = globalThis as unknown as {
  addEventListener(type: 'click' | 'auxclick', listener: (event: Click) => void, capture: boolean): void
}

function onClick(event: Click): void {
  if (!event.isTrusted || event.button > 1) return
  const link = event.composedPath().find(({ tagName }) => tagName === 'A')
  if (typeof link?.href !== 'string' || !link.href.startsWith('https://')) return
  event.preventDefault()
  ipcRenderer.send('phasescope:open-link', link.href)
}

export function watchLinks(): void {
  page.addEventListener('click', onClick, true)
  page.addEventListener('auxclick', onClick, true)
}
