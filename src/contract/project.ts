/** Projects: which is open, what is wrong with one, what was removed from it. */
import { z } from '../domain/words'
import { id } from '../domain/ids'
import { projectFinding, projectInfo, recentProject, trashed } from '../domain/project'
import { done, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

export const projectRequests = {
  'project.recent': { params: nothing, result: z.array(recentProject) },
  'project.current': { params: nothing, result: projectInfo.nullable() },
  'project.create': {
    params: z.object({ name: z.string().trim().min(1).max(120), locationGrant: z.string().nullable() }),
    result: projectInfo
  },
  /** Null, here and with the next ones: another window shows it, and is in front now. */
  'project.open': { params: z.object({ grant: id }), result: projectInfo.nullable() },
  'project.openRecent': { params: z.object({ id }), result: projectInfo.nullable() },
  'project.forget': { params: z.object({ id }), result: done },
  /** Empties the list of recent projects; the projects stay as they are. */
  'project.forgetAll': { params: nothing, result: done },
  'project.openSample': { params: nothing, result: projectInfo.nullable() },
  /** What the sample project holds, for the start page; null when it is not part of this installation. */
  'project.samplePreview': {
    params: nothing,
    result: z
      .object({ strips: recentProject.shape.strips, runs: z.number(), chosenStates: z.number(), epochs: z.number() })
      .nullable()
  },
  /**
   * Leaves the project. Its queue goes on training, unless it shall stop, each run at a checkpoint; fits that are under way
   * are finished in both cases but the second.
   */
  'project.close': { params: z.object({ training: z.enum(['keep', 'stop']).default('keep') }), result: done },
  /** Looks through the open project for damage and leftovers; `repair` also does what would help. */
  'project.check': { params: z.object({ repair: z.boolean() }), result: z.array(projectFinding) },
  /** What was removed from the open project, newest first. */
  'trash.list': { params: nothing, result: z.array(trashed) },
  'trash.restore': { params: z.object({ name: z.string().min(1).max(500) }), result: done },
  'trash.empty': { params: nothing, result: done },
  /** Trusts the authors of the open project's folder on this computer, or no longer. */
  'project.trust': { params: z.object({ trusted: z.boolean() }), result: projectInfo }
} satisfies RequestTable

export const projectEvents = {
  'project.changed': projectInfo.nullable(),
  /** The list of recent projects is another one: a project was opened or closed, in this window or in another. */
  'project.recents': nothing
} satisfies EventTable
