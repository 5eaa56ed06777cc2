/** Requests about the project's data sets. */
import type { dataRequests } from '../contract/data'
import { PhasescopeError } from '../contract/errors'
import type { DataService } from './data-service'
import type { PathGrants } from './grants'
import type { Handlers } from './handlers'
import type { ProjectSession } from './project-session'

interface Surroundings {
  data: DataService
  grants: PathGrants
  project: () => ProjectSession
  /** A native dialog, where the host has one. */
  pick: ((kind: 'folder' | 'files') => Promise<string[] | null>) | undefined
  grant: (paths: string[]) => { grant: string; label: string }
}

export function dataHandlers({
  data,
  grants,
  project,
  pick,
  grant
}: Surroundings): Pick<Handlers, keyof typeof dataRequests> {
  return {
    'data.list': () => data.list(project().folder),
    'data.pick': async ({ kind }) => {
      if (!pick) throw new PhasescopeError('unsupported', 'This host has no dialog. Type the path.')
      const paths = await pick(kind)
      return paths === null || paths.length === 0 ? null : grant(paths)
    },
    'data.inspect': ({ job, grant: token, choices }) => data.inspect(job, grants.resolveAll(token), choices),
    'data.add': ({ job, grant: token, name, choices }) =>
      data.add(project().folder, { job, paths: grants.resolveAll(token), name, choices }),
    'data.cancel': ({ job }) => {
      data.cancel(job)
      return {}
    },
    'data.remove': async ({ id }) => {
      await data.remove(project().folder, id)
      return {}
    }
  }
}
