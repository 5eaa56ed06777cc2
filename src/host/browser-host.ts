/**
 * The browser host: the same engine and the same renderer behind HTTP and a WebSocket on loopback. Whoever knows the
 * token may use it; nobody else, and no other web page (the Host and Origin headers are checked too).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { WebSocket, WebSocketServer } from 'ws'
import { PhasescopeError } from '../contract/errors'
import { decodeFrame, encodeFrame } from '../contract/wire'
import type { ServerFrame } from '../contract/wire'
import type { Engine } from '../engine/engine'

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

export interface BrowserHost {
  /** The address to open, with the token in its fragment, which browsers never send. */
  url: string
  port: number
  close(): Promise<void>
}

export interface BrowserHostOptions {
  /** Folder with the built renderer. */
  renderer: string
  /** 0 chooses a free one. */
  port: number
  token?: string
}

export async function startBrowserHost(engine: Engine, options: BrowserHostOptions): Promise<BrowserHost> {
  const token = options.token ?? randomBytes(24).toString('base64url')
  const server = createServer((request, response) => serveFile(options.renderer, request, response))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 * 1024 })

  server.on('upgrade', (request, socket, head) => {
    const given = new URL(request.url ?? '/', 'http://localhost').searchParams.get('token') ?? ''
    if (!isLoopbackHost(request.headers.host) || !sameOrigin(request) || !sameToken(given, token)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => serveClient(engine, client))
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(describeListenError(error, options.port)))
    server.listen(options.port, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  return {
    url: `http://127.0.0.1:${port}/#token=${token}`,
    port,
    async close() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    }
  }
}

function describeListenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new PhasescopeError('busy', `Port ${port} is in use. Choose another one, or 0 for any free port.`)
  }
  if (error.code === 'EACCES') {
    return new PhasescopeError('read-only', `Port ${port} needs more rights than you have. Choose one above 1023.`)
  }
  return new PhasescopeError('internal', `The server could not start on port ${port}: ${error.message}`)
}

function serveClient(engine: Engine, client: WebSocket): void {
  const send = (frame: ServerFrame): void => {
    if (client.readyState === WebSocket.OPEN) client.send(encodeFrame(frame))
  }
  const stopListening = engine.listen((name, payload) => send({ kind: 'event', name, payload }))
  client.on('close', stopListening)
  client.on('error', stopListening)
  client.on('message', (data: Buffer, isBinary: boolean) => {
    const frame = isBinary ? requestIn(data) : null
    if (!frame) {
      client.close(1003, 'not a Phasescope request')
      return
    }
    const { id } = frame
    void engine.handle(frame.name, frame.params).then((reply) => send({ kind: 'reply', id, ...reply }))
  })
}

/** The request in a frame, its name and parameters still to be checked; null when it is none. */
function requestIn(data: Uint8Array): { id: number; name: unknown; params: unknown } | null {
  let frame: unknown
  try {
    frame = decodeFrame(data)
  } catch {
    return null
  }
  if (typeof frame !== 'object' || frame === null) return null
  const { kind, id, name, params } = frame as { kind?: unknown; id?: unknown; name?: unknown; params?: unknown }
  return kind === 'request' && typeof id === 'number' ? { id, name, params } : null
}

function serveFile(root: string, request: IncomingMessage, response: ServerResponse): void {
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    // A page that frames this one could lure clicks; the rest of the policy is in the page itself.
    'Content-Security-Policy': "frame-ancestors 'none'",
    'Cache-Control': 'no-cache'
  }
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(text)
  }
  if (!isLoopbackHost(request.headers.host)) return refuse(403, 'Open this page by its loopback address.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET is served.')
  let path: string
  try {
    path = decodeURIComponent((request.url ?? '/').split(/[?#]/)[0])
  } catch {
    return refuse(400, 'This is not a path.')
  }
  const file = normalize(join(root, path === '/' ? 'index.html' : path))
  if (!file.startsWith(normalize(root) + sep) || !existsSync(file) || !statSync(file).isFile()) {
    return refuse(404, 'There is no such file.')
  }
  response.writeHead(200, { ...headers, 'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream' })
  if (request.method === 'HEAD') response.end()
  else createReadStream(file).pipe(response)
}

/** Against DNS rebinding: a page of another name that resolves to this machine sends that other name here. */
function isLoopbackHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '')
}

function sameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  return origin === undefined || origin === `http://${host}`
}

function sameToken(given: string, token: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}
