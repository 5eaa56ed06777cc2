/** The browser host's end in the page: requests with ids over one WebSocket; a closed socket rejects what is open. */
import { decodeFrame, encodeFrame } from '../../src/contract/wire'
import type { Reply, ServerFrame } from '../../src/contract/wire'
import type { RawHost } from './host'

const lostSentence = 'The connection to Phasescope was lost. Start it again and open the address that it prints.'
const signedOutSentence = 'You have signed out. Open the address that Phasescope has printed to come back.'
const strangerSentence = 'Phasescope does not know this page. Open the address that it has printed when it started.'
/** How the host closes the sockets of a session that has ended. */
const signedOut = 4001

export function connectSocket(): RawHost {
  const open = new Map<number, (reply: Reply) => void>()
  const waiting: Uint8Array<ArrayBuffer>[] = []
  let socket: WebSocket | null = null
  let listener: (name: string, payload: unknown) => void = () => undefined
  let lost: (reason: string) => void = () => undefined
  let lostReason: string | null = null
  let nextId = 1

  const lose = (reason: string): void => {
    if (lostReason) return
    lostReason = reason
    for (const settle of open.values()) settle({ ok: false, error: { code: 'internal', message: reason } })
    open.clear()
    lost(reason)
  }
  const connect = (): void => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const made = new WebSocket(`${scheme}://${location.host}/socket`)
    made.binaryType = 'arraybuffer'
    made.onopen = () => {
      socket = made
      for (const frame of waiting.splice(0)) made.send(frame)
    }
    made.onmessage = (message: MessageEvent<ArrayBuffer>) => {
      const frame = decodeFrame(new Uint8Array(message.data)) as ServerFrame
      if (frame.kind === 'event') {
        listener(frame.name, frame.payload)
        return
      }
      const settle = open.get(frame.id)
      open.delete(frame.id)
      settle?.(frame.ok ? { ok: true, value: frame.value } : { ok: false, error: frame.error })
    }
    made.onclose = ({ code }) => lose(code === signedOut ? signedOutSentence : lostSentence)
  }
  void signIn().then((refusal) => (refusal === null ? connect() : lose(refusal)))

  return {
    request(name, params) {
      if (lostReason) return Promise.resolve({ ok: false, error: { code: 'internal', message: lostReason } })
      const id = nextId++
      return new Promise((resolve) => {
        open.set(id, resolve)
        const frame = encodeFrame({ kind: 'request', id, name, params })
        if (socket) socket.send(frame)
        else waiting.push(frame)
      })
    },
    onEvent: (given) => (listener = given),
    async signOut() {
      // The host closes this page's socket with it; should it be gone already, there is nothing to sign out of.
      await fetch('/session/end', { method: 'POST' }).catch(() => undefined)
    },
    onLost(given) {
      lost = given
      if (lostReason) given(lostReason)
    }
  }
}

/**
 * Exchanges the token in the address for a cookie that no script can read and that a reload keeps, and takes the token
 * out of the address, so that it is not shared along with it. Returns why this page is refused, or null.
 */
async function signIn(): Promise<string | null> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` }
  try {
    const reply = await fetch('/session', { method: token === null ? 'GET' : 'POST', headers })
    if (reply.status === 429) return 'Too many wrong secrets were given to Phasescope. Try again in a minute.'
    if (!reply.ok) return strangerSentence
  } catch {
    return lostSentence
  }
  if (token !== null) history.replaceState(null, '', location.pathname)
  return null
}
