/** What holds for every page of the application, whichever window it is in: it stays where it is and opens nothing. */
import { app, session } from 'electron'
import type { Session, WebContents } from 'electron'
import type { Log } from '../../src/engine/log'
import { appOrigin } from './app-protocol'

/** Must be called before the first window. */
export function guardAllContents(home: string, log: Log): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    const stay = (event: { url: string; isMainFrame: boolean; preventDefault(): void }): void => {
      // The application's own page may be loaded again, as a page asks for that reloads itself.
      const reloads = isSamePage(event.url, home) && isSamePage(contents.getURL(), home)
      if (!(event.isMainFrame && reloads)) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-redirect', (event) => event.preventDefault())
  })
  guardSession(session.defaultSession, log)
}

/**
 * Keeps a window on its page: `will-navigate` is not told of about:blank, and nothing can stop it on its way there
 * (`stop` from within `did-start-navigation` ends the process). It gets an empty page without rights, and goes back.
 */
export function keepAtHome(contents: WebContents, home: string, log: Log): void {
  const goBack = (url: string): void => {
    if (isSamePage(url, home)) return
    log.add('warning', 'Window', `The window was led away from its page, to ${url.slice(0, 200)}, and went back.`)
    void contents.loadURL(home).catch(() => undefined)
  }
  contents.on('did-navigate', (_event, url) => goBack(url))
  contents.on('did-fail-load', (_event, code, _text, url, isMainFrame) => {
    // What was only broken off has left the page where it is.
    if (isMainFrame && code !== aborted) goBack(url)
  })
}

const aborted = -3

/** But for what stands behind `?` and `#`. */
function isSamePage(one: string, other: string): boolean {
  const page = (url: string): string => url.split(/[?#]/)[0].replace(/\/$/, '')
  return page(one) === page(other)
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
