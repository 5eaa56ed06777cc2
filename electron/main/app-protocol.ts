/** Serves the built renderer through app://, which is a secure, cross-origin-isolated origin; file:// is neither. */
import { net, protocol } from 'electron'
import { existsSync, statSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

export const appOrigin = 'app://phasescope'

/** Must be called before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }
  ])
}

export function serveRenderer(folder: string): void {
  protocol.handle('app', async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname)
    const file = normalize(join(folder, path === '/' ? 'index.html' : path))
    if (!file.startsWith(normalize(folder) + sep) || !existsSync(file) || !statSync(file).isFile()) {
      return new Response('There is no such file.', { status: 404 })
    }
    const response = await net.fetch(pathToFileURL(file).href)
    const headers = new Headers(response.headers)
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
    return new Response(response.body, { status: response.status, headers })
  })
}
