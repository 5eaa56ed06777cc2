/** What recorded series are for. */
import type { roleRequests } from '../../contract/roles'
import { readRoles } from '../../project/roles-file'
import { changeRole } from '../project/project-roles'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function roleHandlers(services: Services): HandlersOf<typeof roleRequests> {
  const { analyses, project, pushOf } = services
  return {
    'roles.get': () => readRoles(project().folder),
    'roles.told': ({ tags, runIds }) => analyses.roles(project(), tags, runIds),
    'roles.put': async ({ role, choice }) => {
      const session = project()
      const chosen = await changeRole(session, role, choice)
      pushOf(session, 'roles.changed', {})
      return { chosen }
    }
  }
}
