/** What recorded series are for. */
import { z } from '../domain/words'
import { someIds, someTags, tagName } from '../domain/ids'
import { roleChoices, roleName, roles } from '../domain/roles'
import { nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

export const roleRequests = {
  /** What the user has said about what the project's series are for. `problem`: why the file with that was not read. */
  'roles.get': {
    params: nothing,
    result: z.object({ chosen: roleChoices, problem: z.string().nullable() })
  },
  /** What these series are for, by what the user has said and by their names. @param runIds that have recorded them */
  'roles.told': {
    params: z.object({ tags: someTags, runIds: someIds }),
    result: z.object({ roles })
  },
  /** @param choice null: told by names again; a tag of null: no series has the role */
  'roles.put': {
    params: z.object({
      role: roleName,
      choice: z.object({ tag: tagName.min(1).nullable() }).nullable()
    }),
    result: z.object({ chosen: roleChoices })
  }
} satisfies RequestTable

export const roleEvents = {
  /** What people have said about what series are for was written, here or by another program. */
  'roles.changed': z.object({})
} satisfies EventTable
