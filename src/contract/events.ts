/** Pushed events: from the host to every renderer; each area has its own beside its requests. */
import type { z } from '../domain/words'
import { analysisEvents } from './analyses'
import { appEvents } from './app'
import { diagnosisEvents } from './diagnosis'
import { dataEvents } from './data'
import { importEvents } from './imports'
import { logEvents } from './logs'
import { projectEvents } from './project'
import { roleEvents } from './roles'
import { runEvents } from './runs'
import { trainingEvents } from './training'
import { viewEvents } from './views'
import type { EventTable } from './parts'

export const events = {
  ...appEvents,
  ...projectEvents,
  ...importEvents,
  ...logEvents,
  ...trainingEvents,
  ...runEvents,
  ...viewEvents,
  ...dataEvents,
  ...roleEvents,
  ...analysisEvents,
  ...diagnosisEvents
} satisfies EventTable

export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>

export function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name)
}
