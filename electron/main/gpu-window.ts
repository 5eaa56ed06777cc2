/** A hidden window with a web worker that has WebGPU, as a worker like any other. Its end, whatever the cause, is told. */
import { BrowserWindow, MessageChannelMain } from 'electron'
import { join } from 'node:path'
import type { WorkerLink } from '../../src/engine/ports'
import { appOrigin } from './app-protocol'

/** @param buildFolder the folder of the running bundle, `out/main` */
export function openGpuWindow(buildFolder: string): WorkerLink {
  const window = new BrowserWindow({
    show: false,
    skipTaskbar: true,
    title: 'Phasescope: training on the GPU',
    webPreferences: {
      preload: join(buildFolder, '..', 'preload', 'gpu.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      // It is never seen, and works all the same.
      backgroundThrottling: false
    }
  })
  const { webContents } = window
  const { port1: port, port2: theirs } = new MessageChannelMain()
  const exitListeners: ((reason: string | null) => void)[] = []
  let over = false
  const end = (reason: string | null): void => {
    if (over) return
    over = true
    port.close()
    if (!window.isDestroyed()) window.destroy()
    for (const listener of exitListeners) listener(reason)
  }
  window.on('closed', () => end('its window was closed'))
  webContents.on('render-process-gone', (_event, { reason }) => end(`its process is gone (${reason})`))
  webContents.on('did-fail-load', (_event, code, text) => end(`its page could not be loaded (${text || code})`))
  webContents.ipc.on('phasescope:gpu-failure', (_event, message: unknown) => end(String(message)))
  webContents.once('did-finish-load', () => webContents.postMessage('phasescope:gpu-port', null, [theirs]))
  void window.loadURL(`${appOrigin}/gpu/index.html`).catch(() => undefined)
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', (event) => listener(event.data))
      port.start()
    },
    onExit: (listener) => exitListeners.push(listener),
    stop() {
      end(null)
      return Promise.resolve()
    }
  }
}
