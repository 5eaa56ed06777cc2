/** The browser host over a real engine, asked by real HTTP and WebSocket clients, honest and otherwise. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { decodeFrame, encodeFrame } from '../contract/wire'
import { nextEvent, testEngine, trainingRequest } from '../engine/testing/engines'
import { startBrowserHost } from './browser-host'

const token = 'a-secret-for-tests'

async function served() {
  const { engine, home } = testEngine()
  const renderer = join(home, 'renderer')
  mkdirSync(join(renderer, 'assets'), { recursive: true })
  writeFileSync(join(renderer, 'index.html'), '<title>Phasescope</title>')
  writeFileSync(join(renderer, 'assets', 'a b.js'), 'export {}')
  writeFileSync(join(home, 'renderer-secret'), 'not to be served')
  writeFileSync(join(home, 'outside.txt'), 'not to be served')
  const host = await startBrowserHost(engine, { renderer, port: 0, token })
  onTestFinished(() => host.close())
  return { engine, home, host, port: host.port }
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
function open(port: number, given: string, headers: Record<string, string> = {}): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/?token=${encodeURIComponent(given)}`, { headers })
  onTestFinished(() => socket.terminate())
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!))
    socket.once('error', reject)
  })
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
      'content-security-policy': "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff'
    })
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

  it.each(['', 'a-secret-for-test', 'a-secret-for-tests ', 'A-SECRET-FOR-TESTS', 'ä-secret-for-tests'])(
    'refuses the token "%s"',
    async (wrong) => {
      const { port } = await served()
      expect(await open(port, wrong)).toBe(403)
    }
  )

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
    const series = await two.ask('runs.series', { runIds: value.runIds, tags: ['loss/train'], maxPoints: 10 })
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
    const host = await startBrowserHost(engine, { renderer: join(home, 'renderer'), port: 0 })
    urls.push(/#token=([\w-]{32})$/.exec(host.url)?.[1])
    await host.close()
  }
  expect(urls[0]).toMatch(/./)
  expect(urls[1]).not.toBe(urls[0])
})
