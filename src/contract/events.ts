/** Pushed events: from the host to every renderer. */
import { z } from 'zod'
import { logEntry } from '../domain/log-entry'
import { logFolderInfo, projectActivity, projectInfo } from '../domain/project'
import { runInfo } from '../domain/run'

export const events = {
  'project.changed': projectInfo.nullable(),
  /** Runs that are new or whose manifest changed. */
  'runs.changed': z.object({ runs: z.array(runInfo), removed: z.array(z.string()) }),
  'training.progress': z.object({
    runId: z.string(),
    step: z.number(),
    totalSteps: z.number(),
    epoch: z.number(),
    totalEpochs: z.number(),
    stepsPerSecond: z.number(),
    elapsedSeconds: z.number(),
    remainingSeconds: z.number()
  }),
  /** Waiting runs in the order in which they will train. */
  'training.order': z.object({ runIds: z.array(z.string()) }),
  /** What trains and waits in all projects. */
  'training.activity': z.array(projectActivity),
  /** Runs are being stopped, each at a checkpoint, before the application ends: how many have. */
  'app.closing': z.object({ stopped: z.number(), total: z.number() }),
  /** A run has new points; whoever shows it asks again. The step is -1 where nobody has looked at them yet. */
  'runs.grew': z.object({ runId: z.string(), step: z.number() }),
  /** Followed log folders that came, went, or can no longer be read. */
  'logs.changed': z.array(logFolderInfo),
  'analysis.progress': z.object({ id: z.string(), done: z.number(), total: z.number(), text: z.string() }),
  'analysis.finished': z.object({
    id: z.string(),
    ok: z.boolean(),
    message: z.string().nullable()
  }),
  'import.progress': z.object({ job: z.string(), done: z.number(), total: z.number(), text: z.string() }),
  /** Also one that another program has added or removed. */
  'analysis.changed': z.object({ id: z.string() }),
  /** What the views remember was written, by a page of this host or by another program. */
  'views.changed': z.object({}),
  /** What people have said about what series are for was written, here or by another program. */
  'roles.changed': z.object({}),
  /** Data sets of the project have come or gone. */
  'data.changed': z.object({}),
  log: logEntry
} satisfies Record<string, z.ZodType>

export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>

export function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name)
}
