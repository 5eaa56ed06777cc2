/** The browser host over a real engine, asked by real HTTP and WebSocket clients, honest and otherwise. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { decodeFrame, encodeFrame } from '../contract/wire'
import { nextEvent, testEngine, trainingRequest } from '../engine/testing/engines'
import { startBrowserHost } from './browser-host'
import type { BrowserHostOptions } from './browser-host'
import { selfSigned } from './testing/certificate'

const token = 'a-long-secret-for-tests'

async function served(options: Partial<BrowserHostOptions> = {}) {
  const { engine, home } = testEngine()
  const renderer = join(home, 'renderer')
  mkdirSync(join(renderer, 'assets'), { recursive: true })
  writeFileSync(join(renderer, 'index.html'), '<title>Phasescope</title>')
  writeFileSync(join(renderer, 'assets', 'a b.js'), 'export {}')
  writeFileSync(join(home, 'renderer-secret'), 'not to be served')
  writeFileSync(join(home, 'outside.txt'), 'not to be served')
  const reports: string[] = []
  const report = (text: string): void => void reports.push(text)
  const host = await startBrowserHost(engine, { renderer, port: 0, token, report, ...options })
  onTestFinished(() => host.close())
  return { engine, home, host, port: host.port, reports }
}

/** Sends the path exactly as given, which `fetch` would tidy up. */
function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
    request.once('error', reject)
    request.end()
  })
}

/** Resolves with the open socket, or with the status of the refusal. */
function open(port: number, given: string | null, headers: Record<string, string> = {}): Promise<WebSocket | number> {
  const secret: Record<string, string> = given === null ? {} : { Authorization: `Bearer ${given}` }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { ...secret, ...headers } })
  onTestFinished(() => socket.terminate())
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!))
    socket.once('error', reject)
  })
}

/** What a page does: it gives the token and gets a cookie. */
async function signIn(port: number, headers: Record<string, string> = {}) {
  const reply = await get(port, '/session', { Authorization: `Bearer ${token}`, ...headers }, 'POST')
  const [cookie] = (reply.headers['set-cookie'] ?? [''])[0].split(';')
  return { reply, cookie }
}

/** Sends bytes as they are and resolves with what comes back until the connection ends. */
function raw(port: number, bytes: string | Buffer, reset = false): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let said = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')))
    socket.on('close', () => resolve(said))
    onTestFinished(() => void socket.destroy())
    socket.write(bytes, () => {
      if (reset) socket.resetAndDestroy()
    })
  })
}

/** That the host still is there for honest people. */
async function expectAlive(port: number): Promise<void> {
  const { ask, socket } = await client(port)
  expect(await ask('project.current', {})).toMatchObject({ ok: true })
  socket.terminate()
}

async function client(port: number) {
  const socket = await open(port, token)
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  const events: { name: string; payload: unknown }[] = []
  const waiting = new Map<number, (frame: unknown) => void>()
  let lastId = 0
  socket.on('message', (data: Buffer) => {
    const frame = decodeFrame(data) as { kind: string; id: number; name: string; payload: unknown }
    if (frame.kind === 'event') events.push(frame)
    else waiting.get(frame.id)?.(frame)
  })
  const ask = (name: string, params: unknown): Promise<{ ok: boolean; value?: unknown; error?: { code: string } }> => {
    const id = ++lastId
    socket.send(encodeFrame({ kind: 'request', id, name, params }))
    return new Promise((resolve) => waiting.set(id, resolve as never))
  }
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  return { socket, ask, events, closed }
}

describe('pages', () => {
  it('are served with headers that isolate them', async () => {
    const { port, host } = await served()
    expect(host.url).toBe(`http://127.0.0.1:${port}/#token=${token}`)
    const page = await get(port, '/')
    expect(page).toMatchObject({ status: 200, body: '<title>Phasescope</title>' })
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff'
    })
    const policy = String(page.headers['content-security-policy']).split('; ')
    expect(policy).toEqual(
      expect.arrayContaining([
        ...["default-src 'none'", "object-src 'none'", "frame-src 'none'", "base-uri 'none'", "form-action 'none'"],
        ...["frame-ancestors 'none'", "script-src 'self'", `connect-src 'self' ws://127.0.0.1:${port}`]
      ])
    )
    expect(await get(port, '/assets/a%20b.js?v=1')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8' }
    })
    expect(await get(port, '/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it.each([
    '/../outside.txt',
    '/..%2foutside.txt',
    '/%2e%2e/outside.txt',
    '/assets/../../outside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/..%5coutside.txt',
    '/../renderer-secret',
    '//outside.txt',
    '/assets',
    '/assets/none.js',
    '/index.html%00.js'
  ])('outside the renderer are not: %s', async (path) => {
    const { port } = await served()
    const response = await get(port, path)
    expect(response.status).toBe(404)
    expect(response.body).not.toContain('not to be served')
  })

  it('are refused for paths that are none and methods that change something', async () => {
    const { port } = await served()
    expect((await get(port, '/%E0%A4%A')).status).toBe(400)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await get(port, '/', {}, method)).status).toBe(405)
  })

  it.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '[::2]',
    '192.168.0.7'
  ])('are refused under another name: %s', async (name) => {
    const { port } = await served()
    expect((await get(port, '/', { Host: name })).status).toBe(403)
    expect((await get(port, '/', { Host: `localhost:${port}` })).status).toBe(200)
  })

  it('are served on loopback only', async () => {
    const { port } = await served()
    const others = await import('node:os').then(({ networkInterfaces }) =>
      Object.values(networkInterfaces())
        .flatMap((list) => list ?? [])
        .filter((entry) => !entry.internal && entry.family === 'IPv4')
    )
    for (const { address } of others) {
      const outcome = await new Promise<string>((resolve) => {
        const socket = connect(port, address, () => resolve('connected'))
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
        onTestFinished(() => void socket.destroy())
      })
      expect(outcome, address).toBe('ECONNREFUSED')
    }
    expect((await get(port, '/')).status).toBe(200)
  })
})

describe('the socket', () => {
  it('opens for whoever knows the token', async () => {
    const { port } = await served()
    expect(await open(port, token)).toBeInstanceOf(WebSocket)
    expect(await open(port, token, { Origin: `http://127.0.0.1:${port}` })).toBeInstanceOf(WebSocket)
  })

  it.each([
    null,
    'a',
    'a-long-secret-for-test',
    'a-long-secret-for-testsx',
    'A-LONG-SECRET-FOR-TESTS',
    `${token} ${token}`
  ])('refuses the token "%s"', async (wrong) => {
    const { port } = await served()
    expect(await open(port, wrong)).toBe(403)
  })

  it.each([
    ['another page', { Origin: 'https://evil.example' }],
    ['a page of another port', { Origin: 'http://127.0.0.1:1' }],
    ['a page of another scheme', { Origin: 'https://127.0.0.1' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a name that points here', { Host: 'evil.example', Origin: 'http://evil.example' }]
  ])('refuses %s although it knows the token', async (_name, headers) => {
    const { port } = await served()
    expect(await open(port, token, headers)).toBe(403)
  })

  it('answers requests and pushes events to every client', async () => {
    const { port, engine, home } = await served()
    const [one, two] = [await client(port), await client(port)]
    expect(await one.ask('project.current', {})).toMatchObject({ ok: true, value: null })
    expect(await one.ask('no.such', {})).toMatchObject({ ok: false, error: { code: 'bad-request' } })
    await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const { value } = (await one.ask('training.start', trainingRequest())) as { value: { runIds: string[] } }
    await engine.training.finished(value.runIds[0])
    const series = await two.ask('runs.series', { runIds: value.runIds, tags: ['loss/train'], mostPoints: 10 })
    expect(series).toMatchObject({ ok: true, value: [{ steps: Float64Array.of(0, 2, 4, 6) }] })
    for (const { events } of [one, two]) {
      expect(events.map((event) => event.name)).toEqual(
        expect.arrayContaining(['project.changed', 'runs.changed', 'runs.grew'])
      )
    }
  })

  it('lets the typed path of a project in, as a token', async () => {
    const { port, engine, home } = await served()
    const { folder } = await engine.openOrCreateFolder(join(home, 'p'), 'p')
    await engine.call('project.close', { training: 'stop' })
    const { ask } = await client(port)
    const typed = (await ask('paths.typed', { path: folder })) as { value: { grant: string } }
    expect(typed.value.grant).not.toContain('p/')
    expect(await ask('project.open', { grant: typed.value.grant })).toMatchObject({ ok: true, value: { folder } })
  })

  it.each([
    ['text', 'hello'],
    ['bytes that are no frame', Buffer.from([1, 2, 3])],
    ['a frame that is no request', Buffer.from(encodeFrame({ kind: 'reply', id: 1 }))],
    [
      'a request without a number',
      Buffer.from(encodeFrame({ kind: 'request', id: 'one', name: 'app.info', params: {} }))
    ],
    ['nothing at all', Buffer.from(encodeFrame(null))]
  ])('is closed after %s, and the host lives', async (_name, message) => {
    const { port } = await served()
    const { socket, closed } = await client(port)
    socket.send(message)
    expect(await closed).toBe(1003)
    expect(await (await client(port)).ask('project.current', {})).toMatchObject({ ok: true })
  })

  it('may go away in the middle of a request', async () => {
    const { port, engine, home } = await served()
    await engine.openOrCreateFolder(join(home, 'p'), 'p')
    const { socket } = await client(port)
    const running = nextEvent(engine, 'training.progress')
    socket.send(encodeFrame({ kind: 'request', id: 1, name: 'training.start', params: trainingRequest() }))
    await running
    socket.terminate()
    const [run] = engine.project.listRuns()
    await engine.training.finished(run.id)
    expect(engine.project.run(run.id).status).toBe('done')
  })
})

it('says that a port is in use', async () => {
  const { engine, port, home } = await served()
  const second = startBrowserHost(engine, { renderer: join(home, 'renderer'), port })
  await expect(second).rejects.toThrow(`Port ${port} is in use. Choose another one, or 0 for any free port.`)
})

it('makes a new token each time unless it is given one', async () => {
  const { engine, home } = await served()
  const urls = []
  for (let i = 0; i < 2; i++) {
    const host = await startBrowserHost(engine, { renderer: join(home, 'renderer'), port: 0, token: undefined })
    urls.push(/#token=([\w-]{32})$/.exec(host.url)?.[1])
    await host.close()
  }
  expect(urls[0]).toMatch(/./)
  expect(urls[1]).not.toBe(urls[0])
})

describe('a session', () => {
  it('is a cookie for the token, which opens sockets and outlives a reload', async () => {
    const { port } = await served()
    const { reply, cookie } = await signIn(port, { Origin: `http://127.0.0.1:${port}` })
    expect(reply.status).toBe(204)
    const set = reply.headers['set-cookie']![0]
    expect(set).toMatch(new RegExp(`^phasescope-${port}=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict$`))
    expect(set).not.toContain(token)
    for (let reload = 0; reload < 2; reload++) {
      const socket = await open(port, null, { Cookie: `other=1; ${cookie}`, Origin: `http://127.0.0.1:${port}` })
      expect(socket).toBeInstanceOf(WebSocket)
      expect((await get(port, '/session', { Cookie: cookie })).status).toBe(204)
    }
  })

  it.each([
    ['no token', {}],
    ['a wrong token', { Authorization: 'Bearer not-the-secret-of-this' }],
    ['another scheme', { Authorization: `Basic ${token}` }],
    ['another page', { Authorization: `Bearer ${token}`, Origin: 'https://evil.example' }],
    ['another name', { Authorization: `Bearer ${token}`, Host: 'evil.example' }],
    ['another site', { Authorization: `Bearer ${token}`, 'Sec-Fetch-Site': 'cross-site' }],
    ['the token where it does not belong', { Cookie: `phasescope=${token}` }]
  ])('is not given for %s', async (_name, headers) => {
    const { port } = await served()
    const reply = await get(port, '/session', headers as Record<string, string>, 'POST')
    expect(reply.status).toBe(403)
    expect(reply.headers['set-cookie']).toBeUndefined()
  })

  it("does not open for a made-up, a cut or another host's cookie, nor for the token in the address", async () => {
    const [{ port }, other] = [await served(), await served()]
    const { cookie } = await signIn(other.port)
    const value = cookie.split('=')[1]
    for (const wrong of [`phasescope-${port}=${value}`, `phasescope-${port}=`, `phasescope-${port}=${token}`, cookie])
      expect(await open(port, null, { Cookie: wrong })).toBe(403)
    const old = new WebSocket(`ws://127.0.0.1:${port}/socket?token=${token}`)
    old.on('error', () => undefined)
    const status = await new Promise((resolve) =>
      old.once('unexpected-response', (_request, response) => resolve(response.statusCode))
    )
    expect(status).toBe(404)
    old.terminate()
  })

  it('ends when somebody signs out, and with it what is open', async () => {
    const { port } = await served()
    const { cookie } = await signIn(port)
    const socket = (await open(port, null, { Cookie: cookie })) as WebSocket
    const closed = new Promise((resolve) => socket.once('close', resolve))
    expect((await get(port, '/session/end', { Cookie: cookie, Origin: 'https://evil.example' }, 'POST')).status).toBe(
      403
    )
    const reply = await get(port, '/session/end', { Cookie: cookie }, 'POST')
    expect(reply.status).toBe(204)
    expect(reply.headers['set-cookie']![0]).toContain('Max-Age=0')
    expect(await closed).toBe(4001)
    expect(await open(port, null, { Cookie: cookie })).toBe(403)
    expect(await open(port, token)).toBeInstanceOf(WebSocket)
  })
})

describe('guesses', () => {
  it('all fail, are told of once, and do not hold up the right secret', async () => {
    const { port, engine } = await served()
    const guesses = await Promise.all(
      Array.from({ length: 60 }, (_, i) => get(port, '/session', { Authorization: `Bearer guess-number-${i}` }, 'POST'))
    )
    // How many wait and how many are turned away depends on the clock: refusals.test.ts.
    expect(guesses.filter(({ status }) => status !== 403 && status !== 429)).toEqual([])
    expect((await signIn(port)).reply.status).toBe(204)
    expect(engine.log.all().filter(({ text }) => text.includes('wrong secret'))).toHaveLength(1)
  })
})

describe('whatever the bytes are', () => {
  const upgrade = (path: string, more = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}\r\n`

  it.each([
    '//',
    '//[',
    'http://[',
    '//a:99999999/',
    '*',
    '?',
    'http://',
    '/%',
    '/\u00ff',
    '/socket?token=',
    'a:b@c:d'
  ])('an upgrade of "%s" is refused and the host lives', async (path) => {
    const { port } = await served()
    expect(await raw(port, Buffer.from(upgrade(path), 'latin1'))).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(await raw(port, Buffer.from(upgrade(path).replace('Host: 127.0.0.1', 'Host: x'), 'latin1'))).toMatch(
      / 40\d /
    )
    expect(
      await raw(port, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`, 'latin1'))
    ).toMatch(/ 4\d\d /)
    await expectAlive(port)
  })

  it('a reset during a refused upgrade ends nothing', async () => {
    const { port } = await served()
    for (const path of ['/socket', '//', '/']) for (let i = 0; i < 20; i++) await raw(port, upgrade(path), true)
    await expectAlive(port)
  })

  it.each([
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['two hosts', 'GET / HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n'],
    ['no host', 'GET / HTTP/1.0\r\n\r\n'],
    [
      'two lengths',
      'POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0'
    ],
    ['a long header', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`],
    ['an unknown method', 'HACK / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    ['another protocol', 'GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'],
    ['a tunnel', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n']
  ])('%s is refused and the host lives', async (_name, bytes) => {
    const { port } = await served()
    expect(await raw(port, Buffer.from(bytes, 'latin1'))).not.toMatch(/^HTTP\/1\.1 [123]/)
    await expectAlive(port)
  })

  it('an upgrade without the rest of the handshake is refused by everybody who has the secret, too', async () => {
    const { port } = await served()
    const secret = `Authorization: Bearer ${token}\r\n`
    for (const more of [
      '',
      'Sec-WebSocket-Key: x\r\n',
      'Sec-WebSocket-Version: 99\r\n',
      'Sec-WebSocket-Extensions: ;;\r\n'
    ])
      expect(await raw(port, upgrade('/socket', secret + more))).toMatch(/^HTTP\/1\.1 4\d\d /)
    await expectAlive(port)
  })

  it('a frame that is too large closes its own socket only', async () => {
    const { port } = await served()
    const { socket, closed } = await client(port)
    socket.send(Buffer.alloc(17 * 1024 * 1024))
    expect(await closed).toBe(1009)
    await expectAlive(port)
  })

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'a frame with an array of the kind %s is none',
    async (kind) => {
      const { port } = await served()
      const { socket, closed } = await client(port)
      const header = Buffer.from(
        `{"kind":"request","id":1,"name":"app.info","params":{"$array":"${kind}","offset":0,"bytes":0}}`
      )
      const length = Buffer.alloc(4)
      length.writeUInt32LE(header.length)
      socket.send(Buffer.concat([length, header, Buffer.alloc(16)]))
      expect(await closed).toBe(1003)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    }
  )
})

describe('crowds', () => {
  it('of connections that say nothing keep nobody out', async () => {
    const { port } = await served()
    const silent = Array.from({ length: 400 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    onTestFinished(() => silent.forEach((socket) => socket.destroy()))
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    await expectAlive(port)
    await expect.poll(() => silent.filter((socket) => socket.closed).length).toBeGreaterThanOrEqual(400 - 193)
  })

  it('of pages are bounded, and the ones that are open stay', async () => {
    const { port } = await served()
    const first = await client(port)
    const others = await Promise.all(Array.from({ length: 63 }, () => open(port, token)))
    expect(others.every((socket) => socket instanceof WebSocket)).toBe(true)
    expect(await open(port, token)).toBe(503)
    expect(await first.ask('project.current', {})).toMatchObject({ ok: true })
    ;(others[0] as WebSocket).terminate()
    await expect.poll(async () => typeof (await open(port, token))).toBe('object')
  })

  it('of questions of one page are answered, all of them', async () => {
    const { port } = await served()
    const { ask } = await client(port)
    const answers = await Promise.all(Array.from({ length: 2000 }, () => ask('project.current', {})))
    expect(answers.every(({ ok }) => ok)).toBe(true)
  })

  it('of answers to a page that reads late arrive, all of them', async () => {
    const { port, engine } = await served()
    const { ask, socket } = await client(port)
    engine.log.add('info', 'test', 'x'.repeat(512 * 1024))
    socket.pause()
    const answers = Promise.all(Array.from({ length: 300 }, () => ask('app.logs', {})))
    // So long that the host has taken what it takes.
    for (let i = 0; i < 20; i++) await expectAlive(port)
    socket.resume()
    expect((await answers).every(({ ok }) => ok)).toBe(true)
  })

  it('of answers to a page that does not read end that page, and it is told', async () => {
    const { port, engine } = await served({ stalledMs: 0 })
    const { socket, closed } = await client(port)
    socket.pause()
    const text = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < 100; i++) engine.log.add('info', 'test', text)
    await expect
      .poll(() => engine.log.all().map((entry) => entry.text))
      .toContain('The connection of a page was closed, because the page does not read what it is sent. Reload it.')
    socket.resume()
    expect(await closed).toBe(1006)
    await expectAlive(port)
  })
})

it('answers failures with a code and a sentence and nothing else', async () => {
  const { port } = await served()
  const { ask } = await client(port)
  for (const name of ['runs.list', 'no.such', 'project.openRecent'])
    expect(Object.keys((await ask(name, { id: 'none' })).error!).sort()).toEqual(['code', 'message'])
})

describe('dropped files of a page that has gone', () => {
  it('are discarded after a while, and those of a page that is there are not', async () => {
    const { port, engine } = await served({ leftFilesMs: 50 })
    const [gone, here] = [await client(port), await client(port)]
    const begin = async ({ ask }: typeof gone): Promise<string> =>
      ((await ask('import.stage', {})) as { value: { staging: string } }).value.staging
    const [left, kept] = [await begin(gone), await begin(here)]
    const write = (staging: string, name: string) =>
      engine.handle('import.stageFile', { staging, name, offset: 0, data: new Uint8Array(4) })
    expect(await write(left, 'a')).toMatchObject({ ok: true })
    gone.socket.terminate()
    let i = 0
    await expect.poll(async () => (await write(left, `more-${i++}`)).ok).toBe(false)
    expect(await write(kept, 'a')).toMatchObject({ ok: true })
  })
})

describe('other machines', () => {
  const { cert, key } = selfSigned('lab.example')

  it('are refused without a certificate, in words', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.7', 'lab.example']) {
      await expect(served({ host })).rejects.toThrow('give a certificate and its key (--cert FILE --key FILE)')
    }
    await expect(served({ host: '0.0.0.0', tls: { cert, key } })).rejects.toThrow('--name NAME')
    await expect(served({ tls: { cert, key: Buffer.from('no key') } })).rejects.toThrow('Both must be PEM files')
    await expect(served({ token: 'too-short' })).rejects.toThrow('at least 20 characters')
  })

  it('are served encrypted, under the names that were given, with a cookie for encrypted connections only', async () => {
    const { host, port } = await served({ tls: { cert, key }, names: ['lab.example'] })
    expect(host.url).toBe(`https://lab.example:${port}/#token=${token}`)
    const asked = (name: string, headers: Record<string, string>, method = 'POST', path = '/session') =>
      new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
        const request = httpsRequest(
          {
            host: '127.0.0.1',
            port,
            path,
            method,
            ca: cert,
            servername: 'lab.example',
            headers: { Host: name, ...headers }
          },
          (response) => {
            response.resume()
            resolve({ status: response.statusCode!, headers: response.headers })
          }
        )
        request.once('error', reject)
        request.end()
      })
    const secret = { Authorization: `Bearer ${token}` }
    const name = `lab.example:${port}`
    expect((await asked('evil.example', secret)).status).toBe(403)
    expect((await asked(name, { ...secret, Origin: `http://${name}` })).status).toBe(403)
    const signedIn = await asked(name, { ...secret, Origin: `https://${name}` })
    expect(signedIn.status).toBe(204)
    expect(signedIn.headers['set-cookie']![0]).toMatch(/; Secure$/)
    expect(signedIn.headers['content-security-policy']).toContain(`connect-src 'self' wss://${name}`)
    const cookie = signedIn.headers['set-cookie']![0].split(';')[0]
    // The types of the library do not know the name that TLS is asked for.
    const options: ClientOptions & { servername: string } = {
      ca: cert,
      servername: 'lab.example',
      headers: { Host: name, Cookie: cookie, Origin: `https://${name}` }
    }
    const socket = new WebSocket(`wss://127.0.0.1:${port}/socket`, options)
    onTestFinished(() => socket.terminate())
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    // Plain HTTP and nonsense on the same port end nothing.
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')).not.toContain('200')
    expect((await asked(name, {}, 'GET', '/')).status).toBe(200)
  })
})
