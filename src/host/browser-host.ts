/**
 * The browser host: the same engine and the same renderer behind HTTP and a WebSocket. Whoever knows the token may use
 * it; nobody else, and no other web page. No listener in here throws, whatever the bytes are that somebody sends:
 * training runs live in this process, and what ends it interrupts them.
 */
import { randomBytes } from 'node:crypto'
import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { PhasescopeError } from '../domain/errors'
import type { Engine } from '../engine/engine'
import { Access, shortestToken } from './access'
import { isolationHeaders, pagePolicy } from './content-policy'
import { LeftFiles } from './left-files'
import { pathOf, say, servePage } from './page-files'
import { servePageSocket } from './page-socket'
import { Refusals } from './refusals'
import { forClients } from './replies'

/** Pages that are open at once. */
const mostClients = 64
/** Connections that have not shown a secret. The oldest makes place, so that they cannot keep anybody out. */
const mostStrangers = 192
const source = 'Browser host'

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
  /** At least 20 characters; by default a new one. */
  token?: string
  /** The address to listen on; without a certificate one of loopback. */
  host?: string
  /** Names by which browsers call this machine, when they are not the address. */
  names?: string[]
  /** Certificate and private key, as PEM. */
  tls?: { cert: Buffer; key: Buffer }
  /** The host's own log: what goes wrong inside, with stacks, which pages are not told. */
  report?: (text: string) => void
  /** How long dropped files wait for a page that has gone. */
  leftFilesMs?: number
  /** How long a page may leave unread what waits for it. */
  stalledMs?: number
}

/** @throws PhasescopeError for an address, port, token or certificate that cannot be used */
export async function startBrowserHost(engine: Engine, options: BrowserHostOptions): Promise<BrowserHost> {
  const { renderer, tls, token = randomBytes(24).toString('base64url'), host = '127.0.0.1' } = options
  const report = options.report ?? (() => undefined)
  checkOptions(options, host, token)
  const names = (options.names ?? []).map((name) => name.toLowerCase())
  if (!isEveryAddress(host)) names.push(inAddress(host).toLowerCase())

  const refusals = new Refusals(() =>
    engine.log.add('warning', source, 'A wrong secret was given several times. Further guesses are answered slowly.')
  )
  const leftFiles = new LeftFiles(engine, options.leftFilesMs)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 * 1024 })
  const strangers = new Set<Duplex>()
  const troubled = (error: unknown): void => report(`A request went wrong: ${(error as Error).stack ?? String(error)}`)

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined)
    answer(request, response).catch((error: unknown) => {
      troubled(error)
      say(response, 500, 'This could not be answered.')
    })
  }
  const server = createServer(tls, handle)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ours = access.isOurName(request)
    const own = ours ? [`${tls ? 'wss' : 'ws'}://${request.headers.host}`] : []
    const headers = isolationHeaders(pagePolicy({ connect: own }))
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (!ours) return say(response, 403, 'Open this page by the address that Phasescope has printed.')
    const path = pathOf(request)
    if (path === '/session' || path === '/session/end') return session(path, request, response)
    return servePage(renderer, request, response)
  }

  function session(path: string, request: IncomingMessage, response: ServerResponse): void {
    // What it may be sent with it is not read.
    response.setHeader('Connection', 'close')
    const refuse = (): void => say(response, 403, 'This needs the secret of the address that Phasescope has printed.')
    const tooMany = (): void => say(response, 429, 'Too many wrong secrets. Try again in a minute.')
    const begins = path === '/session' && request.method === 'POST'
    if (!begins && request.method !== (path === '/session' ? 'GET' : 'POST')) {
      return say(response, 405, 'This is not a method of it.', { Allow: path === '/session' ? 'GET, POST' : 'POST' })
    }
    if (!access.isOurOrigin(request)) return refuse()
    const secret = begins ? access.bears(request) : access.mayEnter(request)
    if (secret === 'none') return refuse()
    if (secret === 'no') return refusals.add(refuse, tooMany)
    if (begins) response.setHeader('Set-Cookie', access.begin())
    if (path === '/session/end') response.setHeader('Set-Cookie', access.end(request))
    response.writeHead(204).end()
  }

  server.on('upgrade', (request, socket, head) => {
    try {
      upgrade(request, socket, head)
    } catch (error) {
      troubled(error)
      socket.destroy()
    }
  })

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!access.isOurName(request) || !access.isOurOrigin(request)) return refuseUpgrade(socket, '403 Forbidden')
    if (request.url !== '/socket') return refuseUpgrade(socket, '404 Not Found')
    const secret = access.mayEnter(request)
    if (secret === 'none') return refuseUpgrade(socket, '403 Forbidden')
    if (secret === 'no') {
      return refusals.add(
        () => refuseUpgrade(socket, '403 Forbidden'),
        () => refuseUpgrade(socket, '429 Too Many Requests')
      )
    }
    if (sockets.clients.size >= mostClients) return refuseUpgrade(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, (client) => {
      strangers.delete(socket)
      const staged = new Set<string>()
      const release = access.hold(request, () => client.close(4001, 'signed out'))
      client.on('close', () => {
        release()
        leftFiles.left(staged)
      })
      servePageSocket(client, {
        engine,
        report,
        stalledMs: options.stalledMs,
        cleaned: (reply, name) => forClients(reply, name, report, dirname(renderer)),
        onStaged: (staging) => staged.add(staging)
      })
    })
  }

  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    // For as long as it lives: Node takes its own listener away when it hands a socket over for an upgrade.
    socket.on('error', () => undefined)
    strangers.add(socket)
    socket.on('close', () => strangers.delete(socket))
    if (strangers.size <= mostStrangers) return
    const [oldest] = strangers
    strangers.delete(oldest)
    oldest.destroy()
  })
  server.on('tlsClientError', (_error: Error, socket: Socket) => void socket.destroy())
  server.on('clientError', (_error, socket) => refuseUpgrade(socket, '400 Bad Request'))

  const port = await listen(server, host, options.port)
  const access = new Access({ token, port, names, secure: tls !== undefined })
  server.on('error', troubled)
  sockets.on('error', troubled)
  return {
    url: `${tls ? 'https' : 'http'}://${options.names?.[0] ?? inAddress(host)}:${port}/#token=${token}`,
    port,
    async close() {
      refusals.close()
      leftFiles.close()
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const socket of strangers) socket.destroy()
      })
    }
  }
}

function createServer(
  tls: BrowserHostOptions['tls'],
  handle: (request: IncomingMessage, response: ServerResponse) => void
): Server {
  const limits = {
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 20_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 2_000
  }
  const server = tls ? createSecure({ ...limits, ...tls }, handle) : createPlainServer(limits, handle)
  // A connection on which nothing moves; those of pages are no longer the server's.
  server.timeout = 30_000
  server.maxHeadersCount = 100
  server.maxConnections = 1024
  return server
}

function createSecure(options: object, handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  try {
    return createSecureServer({ ...options, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }, handle)
  } catch (error) {
    throw new PhasescopeError(
      'bad-request',
      `The certificate and its key cannot be used (${(error as Error).message}). Both must be PEM files, and of each other.`
    )
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(describeListenError(error, host, port))
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

function describeListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new PhasescopeError('busy', `Port ${port} is in use. Choose another one, or 0 for any free port.`)
  }
  if (error.code === 'EACCES') {
    return new PhasescopeError('read-only', `Port ${port} needs more rights than you have. Choose one above 1023.`)
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new PhasescopeError('bad-request', `${host} is no address of this machine. Choose one that it has.`)
  }
  return new PhasescopeError('internal', `The server could not start on port ${port}: ${error.message}`)
}

function checkOptions({ tls, names = [] }: BrowserHostOptions, host: string, token: string): void {
  const refuse = (sentence: string): never => {
    throw new PhasescopeError('bad-request', sentence)
  }
  if (token.length < shortestToken || !/^[\w.~-]+$/.test(token)) {
    refuse(`The token needs at least ${shortestToken} characters of letters, digits and . _ ~ -`)
  }
  if (!tls && !isLoopback(host)) {
    refuse(
      `Other machines reach ${host}, so what is sent has to be encrypted: give a certificate and its key ` +
        '(--cert FILE --key FILE), or stay on 127.0.0.1 and use ssh -L.'
    )
  }
  if (isEveryAddress(host) && names.length === 0) {
    refuse(`${host} stands for every address of this machine. Say which name browsers will use: --name NAME.`)
  }
  const bad = names.find((name) => !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(name))
  if (bad !== undefined) refuse(`"${bad}" is no name of a machine. Give one such as lab.example.org.`)
}

/** A few words on a socket that gets nothing else; it goes even when nobody reads them. */
function refuseUpgrade(socket: Duplex, status: string): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
  setTimeout(() => socket.destroy(), 2000).unref()
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** As it stands in an address. */
function inAddress(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
