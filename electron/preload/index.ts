/** The only door between the page and the application: one request function and one stream of events. */
import { contextBridge, ipcRenderer } from 'electron'
import { watchDrops } from './drops'
import { watchLinks } from './links'

contextBridge.exposeInMainWorld('phasescope', {
  request: (name: string, params: unknown): Promise<unknown> => ipcRenderer.invoke('phasescope:request', name, params),
  onEvent: (listener: (name: string, payload: unknown) => void): void => {
    ipcRenderer.on('phasescope:event', (_event, name: string, payload: unknown) => listener(name, payload))
    ipcRenderer.send('phasescope:ready')
  }
})
watchLinks()
watchDrops()
