/** The only reader of the window API: typed requests and events, whatever host is behind them. */
import type { z } from 'zod'
import { fromWireError, PhasescopeError } from '../../src/domain/errors'
import { events, isEventName } from '../../src/contract/events'
import type { EventName, EventPayload } from '../../src/contract/events'
import { requests } from '../../src/contract/requests'
import type { RequestName, RequestParams, RequestResult } from '../../src/contract/requests'
import type { Reply } from '../../src/contract/wire'
import { connectSocket } from './socket'

/** What a host offers to a page, before any checks. */
export interface RawHost {
  request(name: string, params: unknown): Promise<Reply>
  onEvent(listener: (name: string, payload: unknown) => void): void
  /** Called when the connection is lost for good, with what to do. */
  onLost?(listener: (reason: string) => void): void
  /** Ends what lets this browser in, where there is such a thing. */
  signOut?(): Promise<void>
}

type Listener<N extends EventName> = (payload: EventPayload<N>) => void

let raw: RawHost | null = null
const listeners = new Map<EventName, Set<(payload: never) => void>>()

function host(): RawHost {
  if (raw) return raw
  const exposed = (window as { phasescope?: RawHost }).phasescope
  connectHost(exposed ?? connectSocket())
  return raw!
}

/** Uses a given host; tests give a fake one. */
export function connectHost(given: RawHost): void {
  raw = given
  raw.onEvent((name, payload) => {
    if (!isEventName(name)) return
    const checked = (events[name] as z.ZodType).safeParse(payload)
    if (!checked.success) {
      console.error(`The event ${name} is not well formed`, checked.error.issues)
      return
    }
    for (const listener of listeners.get(name) ?? []) listener(checked.data as never)
  })
}

/** @throws PhasescopeError with the host's own sentence */
export async function request<N extends RequestName>(name: N, params: RequestParams<N>): Promise<RequestResult<N>> {
  const reply = await host().request(name, params)
  if (!reply.ok) throw fromWireError(reply.error)
  const checked = (requests[name].result as z.ZodType).safeParse(reply.value)
  if (!checked.success) {
    console.error(`The answer to ${name} is not well formed`, checked.error.issues)
    throw new PhasescopeError('internal', `The answer to ${name} could not be read. Restart Phasescope.`)
  }
  return checked.data as RequestResult<N>
}

export function onEvent<N extends EventName>(name: N, listener: Listener<N>): () => void {
  host()
  const set = listeners.get(name) ?? new Set()
  listeners.set(name, set)
  set.add(listener as (payload: never) => void)
  return () => set.delete(listener as (payload: never) => void)
}

export function onHostLost(listener: (reason: string) => void): void {
  host().onLost?.(listener)
}

export async function signOut(): Promise<void> {
  await host().signOut?.()
}
