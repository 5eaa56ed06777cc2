/** The application itself: what it runs on, and folders that are chosen. */
import { z } from '../domain/words'
import { id } from '../domain/ids'
import { backendStatus } from '../domain/backends'
import { logEntry } from '../domain/log-entry'
import { done, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

const granted = { grant: z.string(), label: z.string() }
/** What somebody has given by path, to be opened or imported; or why it cannot be. */
const givenPath = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('project'), ...granted }),
  z.object({ kind: z.literal('import'), ...granted }),
  z.object({ kind: z.literal('problem'), message: z.string() })
])

/** An action of the page as a menu of the host shows it. */
const offeredAction = z.object({
  id: z.string().min(1).max(200),
  title: z.string().max(500),
  /** `Mod+K`: what is pressed for it in the page, which also hears it. */
  keys: z
    .string()
    .regex(/^((Mod|Alt|Shift)\+)*[^\s+]{1,12}$/)
    .nullable(),
  /** Of one that chooses among several: whether it is the present choice. */
  on: z.boolean()
})
export type OfferedAction = z.infer<typeof offeredAction>

export const mostOfferedActions = 500

export const appRequests = {
  'app.info': {
    params: nothing,
    result: z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser']),
      cores: z.number(),
      platform: z.string(),
      defaultLocation: z.string(),
      canPickFolders: z.boolean(),
      /** Whether the host has windows, and can open another one. */
      canOpenWindows: z.boolean()
    })
  },
  /** What computes on this machine. The first answer takes a moment; `again` looks anew. */
  'app.backends': { params: z.object({ again: z.boolean() }), result: z.array(backendStatus) },
  'app.logs': { params: nothing, result: z.array(logEntry) },
  /** A native dialog; the answer names the folder by a token, never by path. */
  'paths.pick': {
    params: z.object({ purpose: z.enum(['open-project', 'new-project-location']) }),
    result: z.object({ grant: z.string(), label: z.string() }).nullable()
  },
  /** The browser host's counterpart: the signed-in user types a path of the serving machine. */
  'paths.typed': {
    params: z.object({ path: z.string().min(1).max(4096) }),
    result: z.object({ grant: z.string(), label: z.string() })
  },
  /** Paths that the host was given: when it was started, by a second start, by the system. Whoever asks takes them. */
  'paths.given': { params: nothing, result: z.array(givenPath) },
  /** What somebody has just dropped on the window, where the host knows where it lies; else nothing. */
  'paths.dropped': { params: nothing, result: z.array(givenPath) },
  /** What the page can do now, for hosts with menus of their own. */
  'actions.offer': { params: z.object({ actions: z.array(offeredAction).max(mostOfferedActions) }), result: done },
  /** Another window: on the start page, or on a recent project; the one that shows it already comes to the front. */
  'window.open': { params: z.object({ recent: id.nullable() }), result: done },
  /** The window or the application is closing: waits no longer for runs that are being stopped. */
  'app.hurry': { params: nothing, result: done }
} satisfies RequestTable

export const appEvents = {
  /** Runs are being stopped, each at a checkpoint, before the window closes: how many of its own have. */
  'app.closing': z.object({ stopped: z.number(), total: z.number() }),
  /** There are given paths to be taken. */
  'paths.given': nothing,
  /** Somebody has chosen an action in a menu of the host; the page does it if it still offers it. */
  'actions.run': z.object({ id: z.string() }),
  log: logEntry
} satisfies EventTable
