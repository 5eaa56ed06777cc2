/**
 * Attacks on a real `phasescope serve`, as a neighbour on the machine or a page on another origin would make them, and as
 * somebody who has the secret and means harm. After each, an honest client has to get its answer, and nobody else one.
 * Everything is on loopback and bounded in count and time.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { root } from '../lib/electron-runtime.mjs'

export const summary = 'Attacks on a real phasescope serve.'

const token = 'a-secret-of-the-trial-0123456789'
const secret = 'nobody-but-its-owner-may-read-this'
const patienceMs = 10_000

export async function run({ long, seed, log }) {
  const work = mkdtempSync(join(tmpdir(), 'phasescope-trial-'))
  const host = await serve(work)
  try {
    const rows = []
    for (const [name, attacks] of Object.entries(families(host, random(seed), long))) {
      const row = { name, count: 0, failures: [] }
      rows.push(row)
      for (const [label, attack] of attacks) {
        row.count++
        const failure = await attempt(host, attack)
        if (failure) row.failures.push(`${label}: ${failure}`)
        if (host.ended()) break
      }
      log(`${name}: ${row.count}${row.failures.length > 0 ? `, ${row.failures.length} fell` : ''}`)
      if (host.ended()) break
    }
    const count = rows.reduce((sum, row) => sum + row.count, 0)
    const caught = host.said().match(/Something unexpected went wrong.*/g) ?? []
    rows.push({ name: 'nothing was left to the last resort', count: 1, failures: caught.slice(0, 1) })
    const failures = rows.flatMap((row) => row.failures)
    const inside = failures.filter((failure) => failure.includes('got in')).length
    const ended = host.ended() ? 1 : 0
    return {
      rows,
      conclusion: `${count} attacks: ${inside} got in, ${ended} ended it${failures.length > inside + ended ? `, ${failures.length - inside - ended} held others up` : ''}`
    }
  } finally {
    await host.stop()
    rmSync(work, { recursive: true, force: true })
  }
}

/** A made-up project, with something secret beside it, behind the real command. */
async function serve(work) {
  const project = join(work, 'project')
  mkdirSync(join(project, 'runs'), { recursive: true })
  writeFileSync(
    join(project, 'project.json'),
    JSON.stringify({ schemaVersion: 1, id: 'a1b2c3d4e5f6', name: 'trial', createdAt: '2026-01-01T00:00:00.000Z' })
  )
  writeFileSync(join(work, 'secret.txt'), secret)
  const env = { ...process.env, PHASESCOPE_USER_DATA: join(work, 'user'), PHASESCOPE_TOKEN: token }
  const child = spawn(process.execPath, [join(root, 'bin', 'phasescope.js'), 'serve', '--project', project], { env })
  let said = ''
  let over = false
  child.once('exit', () => (over = true))
  const port = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      said += chunk
      const found = /127\.0\.0\.1:(\d+)\/#token=/.exec(said)
      if (found) resolve(Number(found[1]))
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', () => reject(new Error(`serve did not start: ${said}`)))
  })
  return {
    port,
    ended: () => over,
    said: () => said,
    async stop() {
      if (over) return
      const exit = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await Promise.race([exit, pause(patienceMs)])
      if (!over) child.kill('SIGKILL')
    }
  }
}

/** @returns why the attack did not fail, or null */
async function attempt(host, attack) {
  const problem = await attack().catch((error) => `the attack itself failed: ${error.message}`)
  if (problem) return problem
  if (host.ended()) return `it ended: ${host.said().slice(-300)}`
  const honest = await honestAnswer(host.port)
  if (honest !== 'answered') return `an honest client was held up: ${honest}`
  return null
}

async function honestAnswer(port) {
  const late = pause(patienceMs, 'no answer in time', { ref: false })
  const asked = (async () => {
    const socket = await open(port, { Authorization: `Bearer ${token}` })
    if (typeof socket === 'number') return `refused with ${socket}`
    const reply = await ask(socket, { kind: 'request', id: 1, name: 'project.current', params: {} })
    socket.terminate()
    return reply.includes('"ok":true') ? 'answered' : `answered ${reply.slice(0, 100)}`
  })()
  return Promise.race([asked.catch((error) => error.message), late])
}

function open(port, headers, path = '/socket', protocols = []) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers, handshakeTimeout: patienceMs })
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.on('error', () => undefined)
      resolve(socket)
    })
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode)
      socket.on('error', () => undefined)
      socket.terminate()
    })
    socket.once('error', reject)
  })
}

const frameOf = (value) => frame(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

function frame(header, tail = Buffer.alloc(0)) {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const padding = Buffer.alloc((8 - ((4 + header.length) % 8)) % 8)
  return Buffer.concat([length, header, padding, tail])
}

/** The answer to a request, as the text of its frame. */
function ask(socket, request) {
  return new Promise((resolve) => {
    const onClose = (code) => resolve(`closed ${code}`)
    const onMessage = (data) => {
      const text = data.toString('latin1', 4)
      if (!text.includes(`"id":${request.id}`)) return
      socket.off('message', onMessage)
      socket.off('close', onClose)
      resolve(text)
    }
    socket.on('message', onMessage)
    socket.once('close', onClose)
    socket.send(frameOf(request))
  })
}

function http(port, path, { headers = {}, method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
      response.on('error', reject)
    })
    request.once('error', (error) =>
      error.code === 'ECONNRESET' ? resolve({ status: 0, headers: {}, text: '' }) : reject(error)
    )
    request.end(body)
  })
}

/** Sends bytes, waits for the end or a moment, and answers with what came back. */
function raw(port, bytes, { reset = false, waitMs = 3000 } = {}) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const timer = setTimeout(() => socket.destroy(), waitMs)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
    socket.write(bytes, () => reset && socket.resetAndDestroy())
  })
}

/** mulberry32 */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Kinds of attacks: each a list of [what it is, the attack], which answers with what went wrong, or nothing. */
function families({ port }, rng, long) {
  const bearer = (text) => ({ Authorization: `Bearer ${text}` })
  const upgradeOf = (path, more = '', name = `127.0.0.1:${port}`) =>
    `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}\r\n`

  const socketRefused = (headers, path) => async () => {
    const outcome = await open(port, headers, path)
    if (typeof outcome === 'number') return null
    outcome.terminate()
    return 'got in'
  }
  const sessionRefused =
    (headers, method = 'POST') =>
    async () => {
      const { status, headers: given } = await http(port, '/session', { method, headers })
      return status === 204 || given['set-cookie'] ? 'got in' : null
    }
  const pageRefused = (path, options) => async () => {
    const { status, text } = await http(port, path, options)
    if (text.includes(secret) || text.includes('"schemaVersion"')) return 'got in: a file from outside was served'
    return status === 200 ? `got in: it was served with ${status}` : null
  }
  const bytesRefused = (bytes, options) => async () => {
    const answer = await raw(port, bytes, options)
    return /^HTTP\/1\.1 (101|200|204)/.test(answer) ? `got in: ${answer.slice(0, 40)}` : null
  }
  /** Somebody with the secret, who sends what no page sends. */
  const inside = (work) => async () => {
    const socket = await open(port, bearer(token))
    if (typeof socket === 'number') return `the secret was refused with ${socket}`
    try {
      return await work(socket)
    } finally {
      socket.terminate()
    }
  }
  const closesAfter = (message) =>
    inside(async (socket) => {
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.send(message)
      const code = await Promise.race([closed, pause(patienceMs, 'open', { ref: false })])
      return code === 'open' ? 'it was taken for a frame' : null
    })
  const refusedRequest = (name, params) =>
    inside(async (socket) => {
      const reply = await ask(socket, { kind: 'request', id: 7, name, params })
      if (reply.includes(secret)) return 'got in: it told a secret'
      if (reply.includes('node_modules') || / at .*:\d+:\d+/.test(reply)) return 'it told of its own files'
      return reply.includes('"ok":true') ? `got in: ${reply.slice(0, 80)}` : null
    })

  const wrongTokens = [
    '',
    'x',
    token.slice(0, -1),
    `${token}x`,
    token.toUpperCase(),
    ` ${token} x`,
    token.split('').reverse().join(''),
    'undefined',
    'null',
    '%00',
    '\u00e4'.repeat(8)
  ]
  const names = [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'xlocalhost',
    '[::2]',
    '192.168.0.7',
    '0.0.0.0',
    '127.0.0.1@evil.example',
    '127.1',
    '2130706433'
  ]
  const origins = [
    'https://evil.example',
    'http://127.0.0.1:1',
    'https://127.0.0.1',
    'null',
    'file://',
    `http://localhost:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1:${port}/`,
    'chrome-extension://abcdefgh'
  ]
  const paths = [
    '/../secret.txt',
    '/..%2f..%2fsecret.txt',
    '/%2e%2e/%2e%2e/secret.txt',
    '/assets/../../../secret.txt',
    '/..%5c..%5csecret.txt',
    '//etc/passwd',
    '/etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/%E0%A4%A',
    '/..;/secret.txt',
    '/.%2e/main/cli.js',
    '/../main/cli.js',
    '/..%2fmain%2fcli.js',
    '/%252e%252e/main/cli.js',
    '/assets',
    '/assets/',
    '/package.json',
    '/../../package.json',
    '/C:/Windows/win.ini',
    '/\\\\host\\share',
    '/~',
    '/.git/config',
    '/proc/self/environ'
  ]
  const methods = ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']
  const badPaths = [
    '//',
    '//[',
    'http://[',
    '//a:99999999/',
    '*',
    '?',
    '#',
    'http://',
    'a:b@c:d',
    '/%',
    '/\u00ff\u00fe',
    '\\\\',
    '//\\',
    'javascript:1',
    '/socket?token=x',
    '/socket/',
    '/socket#',
    `/?token=${token}`,
    `/socket?token=${token}`,
    `http://127.0.0.1:${port}/socket?token=${token}`
  ]
  const secretHeader = `Authorization: Bearer ${token}\r\n`
  const brokenUpgrades = [
    '',
    'Sec-WebSocket-Key: x\r\n',
    'Sec-WebSocket-Version: 13\r\n',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 99\r\n',
    'Sec-WebSocket-Protocol: ,,,\r\n',
    'Sec-WebSocket-Extensions: ;;==\r\n'
  ]
  const badBytes = {
    'a TLS hello': Buffer.from('1603010200010001fc0303', 'hex'),
    'two hosts': `GET / HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n`,
    'no host': 'GET / HTTP/1.0\r\n\r\n',
    'an empty host': 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
    'length and chunks': `POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'two lengths': 'POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd',
    'a bad chunk':
      'POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
    'a folded header': 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\nConnection: close\r\nHost: b\r\n\r\n',
    'a header of 200 KB': `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`,
    'a path of 200 KB': `GET /${'x'.repeat(200_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    '5,000 headers': `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${Array.from({ length: 5000 }, (_, i) => `X-${i}: y`).join('\r\n')}\r\n\r\n`,
    'no method': ' / HTTP/1.1\r\n\r\n',
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/9.9': 'GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n',
    'a tunnel': 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'another protocol': 'GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    'an upgrade by POST': `POST /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n${secretHeader}\r\n`,
    'a bare line feed': 'GET / HTTP/1.1\nHost: evil\n\n',
    'a NUL in a header': 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n'
  }
  const badFrames = {
    'a text': 'hello',
    'an empty one': Buffer.alloc(0),
    'three bytes': Buffer.from([1, 2, 3]),
    'a length beyond its end': Buffer.from([255, 255, 255, 255, 1]),
    'no JSON': frame(Buffer.from('{"kind":')),
    'no text': frame(Buffer.from([0xff, 0xfe, 0xfd])),
    nothing: frameOf('null'),
    'a number': frameOf('1'),
    'a list': frameOf('[]'),
    'an answer': frameOf({ kind: 'reply', id: 1, ok: true }),
    'no number': frameOf({ kind: 'request', id: 'one', name: 'app.info', params: {} }),
    '17 MB': Buffer.alloc(17 * 1024 * 1024),
    'deep JSON': frame(Buffer.from(`{"kind":"request","id":1,"params":${'['.repeat(200_000)}`)),
    'an array of another kind': frameOf(
      '{"kind":"request","id":1,"name":"app.info","params":{"$array":"constructor","offset":0,"bytes":0}}'
    ),
    'an array called __proto__': frameOf(
      '{"kind":"request","id":1,"name":"app.info","params":{"$array":"__proto__","offset":0,"bytes":0}}'
    ),
    'an array beyond its end': frameOf(
      '{"kind":"request","id":1,"name":"app.info","params":{"$array":"f64","offset":0,"bytes":800000000}}'
    ),
    'an array before its begin': frameOf(
      '{"kind":"request","id":1,"name":"app.info","params":{"$array":"u8","offset":-64,"bytes":8}}'
    ),
    'half a number': frameOf(
      '{"kind":"request","id":1,"name":"app.info","params":{"$array":"f64","offset":0,"bytes":3}}'
    )
  }
  const traversal = ['../../secret.txt', '..\\..\\secret.txt', '/etc/passwd', '..', '.', '', '__proto__', 'constructor']
  const badRequests = [
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(15_000_000), '', '\u0000'].map((name) => [
      name,
      {}
    ]),
    ...[null, 1, 'text', [], { __proto__: null }, undefined].map((params) => ['runs.remove', params]),
    ...traversal.map((id) => ['project.openRecent', { id }]),
    ...traversal.map((grant) => ['project.open', { grant }]),
    ...traversal.map((id) => ['analysis.get', { id }]),
    ...traversal.map((name) => [
      'import.stageFile',
      { staging: name, name, offset: 0, data: { $array: 'u8', offset: 0, bytes: 0 } }
    ]),
    ['runs.series', { runIds: Array.from({ length: 400_000 }, () => 'a'), tags: ['loss/train'], mostPoints: 10 }],
    ['runs.series', { runIds: ['../../..'], tags: ['loss/train'], mostPoints: 1e308 }],
    ['paths.typed', { path: 'x'.repeat(5000) }]
  ]

  return {
    'wrong tokens on the socket': wrongTokens.map((wrong) => [
      wrong.slice(0, 20),
      socketRefused(bearer(encodeURI(wrong)))
    ]),
    'wrong tokens for a session': wrongTokens.map((wrong) => [
      wrong.slice(0, 20),
      sessionRefused(bearer(encodeURI(wrong)))
    ]),
    'wrong cookies': [
      ['none', socketRefused({})],
      ...['', token, 'x'.repeat(32), '__proto__', 'constructor'].map((value) => [
        value,
        socketRefused({ Cookie: `phasescope-${port}=${value}` })
      ]),
      ['10,000 of them', socketRefused({ Cookie: Array.from({ length: 900 }, (_, i) => `p${i}=x`).join('; ') })],
      [
        'of another port',
        async () => {
          const { headers } = await http(port, '/session', { method: 'POST', headers: bearer(token) })
          const [cookie] = headers['set-cookie'][0].split(';')
          return socketRefused({ Cookie: cookie.replace(String(port), '1') })()
        }
      ],
      [
        'after the session ended',
        async () => {
          const { headers } = await http(port, '/session', { method: 'POST', headers: bearer(token) })
          const [cookie] = headers['set-cookie'][0].split(';')
          await http(port, '/session/end', { method: 'POST', headers: { Cookie: cookie } })
          return socketRefused({ Cookie: cookie })()
        }
      ],
      [
        'the right one from another page',
        async () => {
          const { headers } = await http(port, '/session', { method: 'POST', headers: bearer(token) })
          const [cookie] = headers['set-cookie'][0].split(';')
          return socketRefused({ Cookie: cookie, Origin: 'https://evil.example' })()
        }
      ]
    ],
    'other names, with the secret': names.flatMap((name) => [
      [name, socketRefused({ ...bearer(token), Host: name })],
      [name, sessionRefused({ ...bearer(token), Host: name })],
      [name, pageRefused('/', { headers: { Host: name } })]
    ]),
    'other pages, with the secret': origins.flatMap((origin) => [
      [origin, socketRefused({ ...bearer(token), Origin: origin })],
      [origin, sessionRefused({ ...bearer(token), Origin: origin })]
    ]),
    'another site by its own word': ['cross-site', 'same-site'].map((site) => [
      site,
      sessionRefused({ ...bearer(token), 'Sec-Fetch-Site': site })
    ]),
    'paths out of the pages': paths.map((path) => [path, pageRefused(path)]),
    methods: [
      ...methods.map((method) => [method, pageRefused('/', { method })]),
      ...methods
        .filter((method) => method !== 'POST')
        .map((method) => [`${method} /session`, sessionRefused(bearer(token), method)])
    ],
    'malformed upgrades': badPaths.flatMap((path) => [
      [path, bytesRefused(Buffer.from(upgradeOf(path), 'latin1'))],
      [`${path} by another name`, bytesRefused(Buffer.from(upgradeOf(path, secretHeader, 'evil.example'), 'latin1'))]
    ]),
    'half an upgrade with the secret': brokenUpgrades.map((more) => [
      more.trim(),
      bytesRefused(upgradeOf('/socket', secretHeader + more))
    ]),
    'a reset during a refused upgrade': [5, 50, 200].map((count) => [
      `${count} times`,
      async () => {
        for (let i = 0; i < count; i++) await raw(port, upgradeOf(i % 2 ? '/socket' : '//'), { reset: true })
      }
    ]),
    'broken HTTP': Object.entries(badBytes).map(([name, bytes]) => [name, bytesRefused(bytes, { waitMs: 4000 })]),
    'broken frames': Object.entries(badFrames).map(([name, bytes]) => [name, closesAfter(bytes)]),
    'broken requests': badRequests.map(([name, params]) => [String(name).slice(0, 20), refusedRequest(name, params)]),
    crowds: [
      [
        '400 silent connections',
        async () => {
          const silent = Array.from({ length: 400 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
          await Promise.all(
            silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve)))
          )
          const honest = await honestAnswer(port)
          for (const socket of silent) socket.destroy()
          return honest === 'answered' ? null : honest
        }
      ],
      [
        '300 that send a byte at a time',
        async () => {
          const slow = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
          for (let i = 0; i < 8; i++) {
            for (const socket of slow) if (!socket.destroyed) socket.write('GET / HTTP/1.1\r\nHost: '[i])
            await pause(100)
          }
          const honest = await honestAnswer(port)
          for (const socket of slow) socket.destroy()
          return honest === 'answered' ? null : honest
        }
      ],
      [
        '500 wrong tokens at once',
        async () => {
          const guesses = Promise.all(
            Array.from({ length: 500 }, (_, i) =>
              http(port, '/session', { method: 'POST', headers: bearer(`guess-${i}`) })
            )
          )
          const honest = await honestAnswer(port)
          const statuses = (await guesses).map(({ status }) => status)
          if (statuses.some((status) => status === 204)) return 'got in'
          return honest === 'answered' ? null : honest
        }
      ],
      [
        '100 pages with the secret',
        async () => {
          const all = await Promise.all(Array.from({ length: 100 }, () => open(port, bearer(token))))
          const opened = all.filter((socket) => typeof socket !== 'number')
          for (const socket of opened) socket.terminate()
          return opened.length <= 64 ? null : `${opened.length} were let in at once`
        }
      ],
      [
        'a page that asks and does not read',
        inside(async (socket) => {
          socket.pause()
          for (let i = 0; i < 20_000; i++)
            socket.send(frameOf({ kind: 'request', id: i, name: 'experiments.list', params: {} }))
          const honest = await honestAnswer(port)
          return honest === 'answered' ? null : honest
        })
      ],
      [
        '40 stagings that nobody goes on with',
        inside(async (socket) => {
          const replies = []
          for (let id = 0; id < 40; id++)
            replies.push(await ask(socket, { kind: 'request', id, name: 'import.stage', params: {} }))
          return replies.filter((reply) => reply.includes('"ok":true')).length <= 16 ? null : 'there is no limit'
        })
      ],
      [
        '5,000 grants',
        inside(async (socket) => {
          for (let id = 0; id < 5000; id++)
            await ask(socket, { kind: 'request', id, name: 'paths.typed', params: { path: '/' } })
          return null
        })
      ]
    ],
    [`random bytes, ${long ? 10_000 : 500} requests`]: Array.from({ length: long ? 100 : 10 }, (_, batch) => [
      `batch ${batch}`,
      async () => {
        const perBatch = long ? 100 : 50
        for (let i = 0; i < perBatch; i++) {
          const length = Math.floor(rng() * 60)
          const bytes = Buffer.from(Array.from({ length }, () => Math.floor(rng() * 256)))
          const where = Math.floor(rng() * 4)
          const path = Buffer.concat([Buffer.from('/'), bytes])
          const request = [
            () =>
              Buffer.concat([
                Buffer.from('GET '),
                path,
                Buffer.from(` HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`)
              ]),
            () =>
              Buffer.concat([
                Buffer.from('GET '),
                bytes,
                Buffer.from(` HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`)
              ]),
            () =>
              Buffer.concat([
                Buffer.from('GET /socket HTTP/1.1\r\nHost: '),
                bytes,
                Buffer.from('\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
              ]),
            () =>
              Buffer.concat([
                Buffer.from('GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: '),
                bytes,
                Buffer.from('\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
              ])
          ][where]()
          const answer = await raw(port, request, { reset: rng() < 0.2, waitMs: 300 })
          if (answer.startsWith('HTTP/1.1 101')) return `got in with ${request.toString('hex')}`
        }
      }
    ])
  }
}
