/** Requests about the project's data sets. */
import type { dataRequests } from '../contract/data'
import { PhasescopeError } from '../domain/errors'
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
    'data.add': async ({ job, grant: token, name, choices }) => {
      const session = project()
      const dataset = await data.add(session.folder, { job, paths: grants.resolveAll(token), name, choices })
      await tellOthers(session)
      return dataset
    },
    'data.cancel': ({ job }) => {
      data.cancel(job)
      return {}
    },
    'data.remove': async ({ id }) => {
      const session = project()
      await data.remove(session.folder, id)
      await tellOthers(session)
      return {}
    }
  }
}

/** Other programs that have the project open look at its data sets again. */
async function tellOthers(session: ProjectSession): Promise<void> {
  await session.alone('data', (tell) => Promise.resolve(tell('data'))).catch(() => undefined)
}
