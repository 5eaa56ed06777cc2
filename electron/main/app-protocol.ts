/** Serves the built pages through app://, which is a secure, cross-origin-isolated origin; file:// is neither. */
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

/** @param folders what lies below which path; the longest path that fits counts, and `/` has to be among them. */
export function servePages(folders: Record<string, string>): void {
  const paths = Object.keys(folders).sort((a, b) => b.length - a.length)
  protocol.handle('app', async (request) => {
    const asked = decodeURIComponent(new URL(request.url).pathname)
    const path = paths.find((candidate) => asked.startsWith(candidate))!
    const folder = normalize(folders[path])
    const file = normalize(join(folder, asked === path ? 'index.html' : asked.slice(path.length)))
    if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) {
      return new Response('There is no such file.', { status: 404 })
    }
    const response = await net.fetch(pathToFileURL(file).href)
    const headers = new Headers(response.headers)
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
    return new Response(response.body, { status: response.status, headers })
  })
}
