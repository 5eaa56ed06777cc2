/** The browser host's end in the page: requests with ids over one WebSocket; a closed socket rejects what is open. */
import { decodeFrame, encodeFrame } from '../../src/contract/wire'
import type { Reply, ServerFrame } from '../../src/contract/wire'
import type { RawHost } from './host'

const tokenKey = 'phasescope-token'

export function connectSocket(): RawHost {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  // Kept for a reload of this tab, and taken out of the address so that it is not shared along with it.
  if (given) {
    sessionStorage.setItem(tokenKey, given)
    history.replaceState(null, '', location.pathname)
  }
  const token = given ?? sessionStorage.getItem(tokenKey) ?? ''
  const open = new Map<number, (reply: Reply) => void>()
  const waiting: Uint8Array<ArrayBuffer>[] = []
  let listener: (name: string, payload: unknown) => void = () => undefined
  let lost: (reason: string) => void = () => undefined
  let lostReason: string | null = null
  let nextId = 1

  const socket = new WebSocket(`ws://${location.host}/socket?token=${encodeURIComponent(token)}`)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => {
    for (const frame of waiting.splice(0)) socket.send(frame)
  }
  socket.onmessage = (message: MessageEvent<ArrayBuffer>) => {
    const frame = decodeFrame(new Uint8Array(message.data)) as ServerFrame
    if (frame.kind === 'event') {
      listener(frame.name, frame.payload)
      return
    }
    const settle = open.get(frame.id)
    open.delete(frame.id)
    settle?.(frame.ok ? { ok: true, value: frame.value } : { ok: false, error: frame.error })
  }
  socket.onclose = () => {
    lostReason = 'The connection to Phasescope was lost. Start it again and open the address that it prints.'
    for (const settle of open.values()) settle({ ok: false, error: { code: 'internal', message: lostReason } })
    open.clear()
    lost(lostReason)
  }

  return {
    request(name, params) {
      if (lostReason) return Promise.resolve({ ok: false, error: { code: 'internal', message: lostReason } })
      const id = nextId++
      return new Promise((resolve) => {
        open.set(id, resolve)
        const frame = encodeFrame({ kind: 'request', id, name, params })
        if (socket.readyState === WebSocket.OPEN) socket.send(frame)
        else waiting.push(frame)
      })
    },
    onEvent: (given) => (listener = given),
    onLost(given) {
      lost = given
      if (lostReason) given(lostReason)
    }
  }
}
