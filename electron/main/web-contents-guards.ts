/** What holds for every page of the application, whichever window it is in: it stays where it is and opens nothing. */
import { app, session } from 'electron'
import type { Session, WebContents } from 'electron'
import type { Log } from '../../src/engine/log'
import { appOrigin } from './app-protocol'

/** Must be called before the first window. */
export function guardAllContents(log: Log): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    const stay = (event: { url: string; isMainFrame: boolean; preventDefault(): void }): void => {
      // A reload goes where the page is already.
      if (!(event.isMainFrame && event.url === contents.getURL())) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-redirect', (event) => event.preventDefault())
  })
  guardSession(session.defaultSession, log)
}

/**
 * Keeps a window on its page. about:blank, of which `will-navigate` is not told, is stopped where it begins; should a page
 * get away in some other way, the window goes back.
 */
export function keepAtHome(contents: WebContents, home: string, log: Log): void {
  const { origin, protocol, host } = new URL(home)
  const isHome = (url: string): boolean => url.startsWith(`${origin === 'null' ? `${protocol}//${host}` : origin}/`)
  contents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument && !isHome(details.url)) contents.stop()
  })
  contents.on('did-navigate', (_event, url) => {
    if (isHome(url)) return
    log.add('warning', 'Window', `The window was led away from its page, to ${url.slice(0, 200)}, and went back.`)
    void contents.loadURL(home).catch(() => undefined)
  })
}

function guardSession(guarded: Session, log: Log): void {
  // Copying figures and numbers is all that the pages need.
  const allowed = 'clipboard-sanitized-write'
  guarded.setPermissionRequestHandler((_contents, permission, decide) => decide(permission === allowed))
  guarded.setPermissionCheckHandler((_contents, permission) => permission === allowed)
  guarded.setDevicePermissionHandler(() => false)
  for (const chooser of ['select-hid-device', 'select-serial-port', 'select-usb-device'] as const) {
    // One listener for three events of one form, which the types of Electron do not say.
    const listen = guarded.on.bind(guarded) as (name: string, listener: (...args: unknown[]) => void) => void
    listen(chooser, (event, ...rest) => {
      ;(event as { preventDefault(): void }).preventDefault()
      ;(rest.at(-1) as (id?: string) => void)()
    })
  }
  guarded.setDisplayMediaRequestHandler(null)
  guarded.on('will-download', (event, item) => {
    const url = item.getURL()
    if (url.startsWith(`blob:${appOrigin}/`) || url.startsWith('data:')) return
    event.preventDefault()
    log.add(
      'warning',
      'Window',
      `A download from ${url.slice(0, 200)} was refused. Phasescope saves only what it made itself.`
    )
  })
}
