/** TensorBoard logs that a project follows where they lie. */
import { z } from '../domain/words'
import { id } from '../domain/ids'
import { logFolderInfo } from '../domain/project'
import { done, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

export const logRequests = {
  'logs.list': { params: nothing, result: z.array(logFolderInfo) },
  /** Takes the folder's runs out of the project; their event files stay as they are. */
  'logs.unfollow': { params: z.object({ id }), result: done },
  /** The same logs at another place, for instance after they were moved. */
  'logs.relocate': { params: z.object({ id, grant: id }), result: done }
} satisfies RequestTable

export const logEvents = {
  /** Followed log folders that came, went, or can no longer be read. */
  'logs.changed': z.array(logFolderInfo)
} satisfies EventTable
