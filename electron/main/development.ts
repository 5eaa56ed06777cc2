/** What only a developer's own build may do. */
import { app } from 'electron'

/** Put in place by electron.vite.config.ts: true under `npm run dev`, and false in everything that is built. */
declare const __PHASESCOPE_DEVELOPMENT__: boolean

/**
 * The address of the development server, or null. A build never reads the variable: whoever can set it could otherwise
 * put a page of his own where the application's is, with all of its rights.
 */
export function developmentUrl(): string | null {
  if (!__PHASESCOPE_DEVELOPMENT__ || app.isPackaged) return null
  return process.env.ELECTRON_RENDERER_URL ?? null
}

/** Whoever can be talked into pasting something into a console has run it with the rights of the page. */
export function developerTools(): boolean {
  return __PHASESCOPE_DEVELOPMENT__ || process.env.PHASESCOPE_DEVTOOLS === '1'
}
