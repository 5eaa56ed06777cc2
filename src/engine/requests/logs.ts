/** Log folders that a project follows. */
import type { logRequests } from '../../contract/logs'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function logHandlers(services: Services): HandlersOf<typeof logRequests> {
  const { grants, follower, project, pushOf } = services
  return {
    'logs.list': () => follower.folders(project()),
    'logs.unfollow': async ({ id }) => {
      const session = project()
      await session.unfollowLog(id)
      pushOf(session, 'logs.changed', follower.folders(session))
      return {}
    },
    'logs.relocate': async ({ id, grant }) => {
      const session = project()
      await session.relocateLog(id, grants.resolve(grant))
      follower.nudge()
      pushOf(session, 'logs.changed', follower.folders(session))
      return {}
    }
  }
}
