/** Serves the built pages through app://, which is a secure, cross-origin-isolated origin; file:// is neither. */
import { net, protocol } from 'electron'
import { existsSync, statSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isolationHeaders } from '../../src/host/content-policy'

export const appOrigin = 'app://phasescope'

export interface Pages {
  folder: string
  /** The content security policy of everything in it; a worker has the one of its own file. */
  policy: string
}

/** Must be called before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }
  ])
}

/** @param pages what lies below which path; the longest path that fits counts, and `/` has to be among them. */
export function servePages(pages: Record<string, Pages>): void {
  const paths = Object.keys(pages).sort((a, b) => b.length - a.length)
  protocol.handle('app', async (request) => {
    const asked = pathOf(request.url)
    const path = paths.find((candidate) => asked?.startsWith(candidate)) ?? '/'
    const headers = new Headers(isolationHeaders(pages[path].policy))
    const file =
      asked === null ? null : fileIn(pages[path].folder, asked === path ? 'index.html' : asked.slice(path.length))
    if (file === null) return new Response('There is no such file.', { status: 404, headers })
    try {
      const { body, headers: found } = await net.fetch(pathToFileURL(file).href)
      headers.set('Content-Type', found.get('Content-Type') ?? 'application/octet-stream')
      return new Response(body, { headers })
    } catch {
      return new Response('This file cannot be read.', { status: 500, headers })
    }
  })
}

/** Of an address of this application's own name; null for all others. */
function pathOf(address: string): string | null {
  try {
    const { protocol: scheme, host, pathname } = new URL(address)
    return `${scheme}//${host}` === appOrigin ? decodeURIComponent(pathname) : null
  } catch {
    return null
  }
}

function fileIn(parent: string, name: string): string | null {
  const folder = normalize(parent)
  const file = normalize(join(folder, name))
  const inside = file.startsWith(folder + sep) && !file.includes('\0')
  return inside && existsSync(file) && statSync(file).isFile() ? file : null
}
