/** A real `phasescope serve` and a page's end of its socket, for trials. */
import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { start } from './commands.mjs'

/**
 * Starts a host and connects to it.
 * @param {string} home
 * @param {string[]} [more] options of serve
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function startHost(home, more = [], env = {}) {
  const token = randomBytes(24).toString('base64url')
  const { child, ended } = start(home, ['serve', '--port', '0', ...more], { ...env, PHASESCOPE_TOKEN: token })
  const port = await new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
      const match = /127\.0\.0\.1:(\d+)/.exec(said)
      if (match) resolve(Number(match[1]))
    })
    void ended.then(({ err }) => reject(new Error(`serve ended: ${err}`)))
  })
  const client = await connect(port, token)
  return {
    ...client,
    child,
    port,
    pid: child.pid,
    async stop() {
      client.close()
      child.kill('SIGTERM')
      return ended
    }
  }
}

/** What a page has: requests with answers, and events that were pushed. */
async function connect(port, token) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { authorization: `Bearer ${token}` } })
  const open = new Map()
  const heard = []
  let nextId = 1
  socket.on('message', (data) => {
    const bytes = new Uint8Array(data)
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    const frame = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
    if (frame.kind === 'event') heard.push(frame)
    else {
      open.get(frame.id)?.(frame)
      open.delete(frame.id)
    }
  })
  socket.on('close', () => {
    for (const settle of open.values())
      settle({ ok: false, error: { code: 'internal', message: 'the socket was closed' } })
  })
  socket.on('error', () => undefined)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const handle = (name, params) =>
    new Promise((resolve) => {
      const id = nextId++
      open.set(id, resolve)
      const header = new TextEncoder().encode(JSON.stringify({ kind: 'request', id, name, params }))
      const bytes = new Uint8Array(Math.ceil((4 + header.length) / 8) * 8)
      new DataView(bytes.buffer).setUint32(0, header.length, true)
      bytes.set(header, 4)
      socket.send(bytes)
    })
  return {
    heard,
    /** @returns the reply, with its error where it was refused */
    handle,
    /** @returns the answer @throws Error with the host's sentence */
    async ask(name, params = {}) {
      const reply = await handle(name, params)
      if (!reply.ok) throw new Error(reply.error.message)
      return reply.value
    },
    async openFolder(folder) {
      const { grant } = await this.ask('paths.typed', { path: folder })
      return this.ask('project.open', { grant })
    },
    close: () => socket.close()
  }
}
