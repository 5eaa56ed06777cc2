/** The hidden window's door: the port comes in, and that its worker failed goes out. Nothing is exposed to the page. */
import { ipcRenderer } from 'electron'

/** The window, as far as it is used; this file is compiled with Node's types. */
const page = globalThis as unknown as {
  location: { origin: string }
  postMessage(message: unknown, origin: string, ports: readonly unknown[]): void
  addEventListener(type: 'message', listener: (event: { source: unknown; data: unknown }) => void): void
}

ipcRenderer.on('phasescope:gpu-port', (event) => {
  page.postMessage('phasescope:gpu-port', page.location.origin, event.ports)
})

page.addEventListener('message', ({ source, data }) => {
  const failure = (data as { phasescopeFailure?: unknown } | null)?.phasescopeFailure
  if (source === page && typeof failure === 'string') ipcRenderer.send('phasescope:gpu-failure', failure)
})
