/** The built pages over HTTP: files below one folder, and nothing else. */
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm'
}

/** Ends the response with a sentence. Does nothing when it has begun already. */
export function say(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {}
): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(text)
}

/**
 * The path of a request, undone of its escapes; null when it is none. By hand, because `URL` throws on much of what may
 * stand in a request, and reads `//name` as another host.
 */
export function pathOf(request: IncomingMessage): string | null {
  const path = (request.url ?? '').split(/[?#]/)[0]
  if (!path.startsWith('/')) return null
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

/** Serves a file to GET and HEAD. Never throws: what cannot be served is said. */
export async function servePage(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return say(response, 405, 'Only GET is served.', { Allow: 'GET, HEAD' })
  }
  const path = pathOf(request)
  if (path === null) return say(response, 400, 'This is not a path.')
  const file = await fileAt(root, path === '/' ? 'index.html' : path)
  if (!file) return say(response, 404, 'There is no such file.')
  const type = contentTypes[extname(file.path)] ?? 'application/octet-stream'
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': file.size })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const stream = createReadStream(file.path)
  // It may vanish while it is read, as it does in a rebuild; half a file is no answer.
  stream.on('error', () => response.destroy())
  response.on('close', () => stream.destroy())
  stream.pipe(response)
}

/** A file that lies below `root`, links followed; null for everything else. */
async function fileAt(root: string, path: string): Promise<{ path: string; size: number } | null> {
  try {
    const folder = await realpath(root)
    const asked = normalize(join(folder, path))
    if (!asked.startsWith(folder + sep)) return null
    const file = await realpath(asked)
    const about = await stat(file)
    return file.startsWith(folder + sep) && about.isFile() ? { path: file, size: about.size } : null
  } catch {
    return null
  }
}
