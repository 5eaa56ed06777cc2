/** One page on its WebSocket: requests in, answers and events out, and an end to one that does not read. */
import { WebSocket } from 'ws'
import { decodeFrame, encodeFrame } from '../contract/wire'
import type { Reply, ServerFrame } from '../contract/wire'
import type { Engine } from '../engine/engine'

/** What may wait for a page before it is asked to wait, too. Pictures are large, so it is well above one answer. */
const mostBuffered = 64 * 1024 * 1024
/** So much is never kept for a page, however slowly it reads. */
const mostEver = 8 * mostBuffered
/** Questions of one page at work at once; further ones stay in the network until some are answered. */
const mostAtWork = 256
/** A page that has read nothing for so long, with so much waiting for it, does not read. */
const ordinaryStalledMs = 15_000

export interface PageSocketOptions {
  engine: Engine
  /** What crosses of a reply. */
  cleaned(reply: Reply, request: string): Reply
  /** A folder for dropped files that this page has begun. */
  onStaged(staging: string): void
  /** Of the host, for what must not be told to the pages again. */
  report(text: string): void
  stalledMs?: number
}

export function servePageSocket(client: WebSocket, options: PageSocketOptions): void {
  const { engine, cleaned, onStaged, report, stalledMs = ordinaryStalledMs } = options
  let atWork = 0
  let over = false
  let lastReadMs = Date.now()
  const gone = new AbortController()

  const giveUp = (sentence: string): void => {
    if (over) return
    over = true
    stopListening()
    client.terminate()
    engine.log.add('warning', 'Browser host', sentence)
  }
  const stalled = (): boolean => {
    const waiting = client.bufferedAmount
    // A page with little before it has nothing that it ought to have read.
    if (waiting <= mostBuffered) lastReadMs = Date.now()
    return waiting > mostEver || (waiting > mostBuffered && Date.now() - lastReadMs >= stalledMs)
  }
  /** No further questions are read while this page has enough to wait for. */
  const pace = (): void => {
    if (atWork >= mostAtWork || client.bufferedAmount > mostBuffered) client.pause()
    else if (client.isPaused && atWork <= mostAtWork / 2 && client.bufferedAmount <= mostBuffered / 2) client.resume()
  }
  /** Returns false for what cannot be said in a frame. */
  const send = (frame: ServerFrame): boolean => {
    if (over || client.readyState !== WebSocket.OPEN) return true
    if (stalled()) {
      giveUp('The connection of a page was closed, because the page does not read what it is sent. Reload it.')
      return true
    }
    let bytes: Uint8Array
    try {
      bytes = encodeFrame(frame)
    } catch (error) {
      report(`A message could not be put into a frame: ${(error as Error).stack}`)
      return false
    }
    client.send(bytes, (error) => {
      lastReadMs = Date.now()
      // The page went while it was being written; its 'close' follows.
      if (error) over = true
      else pace()
    })
    pace()
    return true
  }
  const answer = (id: number, reply: Reply): void => {
    if (send({ kind: 'reply', id, ...reply })) return
    const message = 'The answer could not be sent. Restart Phasescope, and report it if it happens again.'
    send({ kind: 'reply', id, ok: false, error: { code: 'internal', message } })
  }
  const work = async (id: number, name: unknown, params: unknown): Promise<void> => {
    atWork++
    pace()
    try {
      const reply = await engine.handle(name, params, gone.signal)
      if (name === 'import.stage' && reply.ok) onStaged((reply.value as { staging: string }).staging)
      answer(id, cleaned(reply, String(name)))
    } catch (error) {
      report(`A request was not answered: ${(error as Error).stack}`)
      answer(id, { ok: false, error: { code: 'internal', message: 'The request could not be answered.' } })
    } finally {
      atWork--
      pace()
    }
  }

  const stopListening = engine.listen((name, payload) => void send({ kind: 'event', name, payload }))
  client.on('close', () => {
    over = true
    stopListening()
    // Nobody waits for the answers any more.
    gone.abort()
  })
  // What is wrong with the connection, such as a frame that is too large, ends it; 'close' follows.
  client.on('error', stopListening)
  client.on('message', (data: Buffer, isBinary: boolean) => {
    const frame = isBinary ? requestIn(data) : null
    if (frame) void work(frame.id, frame.name, frame.params)
    else client.close(1003, 'not a Phasescope request')
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
