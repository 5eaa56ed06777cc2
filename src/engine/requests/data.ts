/** Requests about the project's data sets. */
import type { dataRequests } from '../../contract/data'
import type { ProjectSession } from '../project/project-session'
import { pickFiles } from './chosen-files'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function dataHandlers(services: Services): HandlersOf<typeof dataRequests> {
  const { data, grants, project } = services
  return {
    'data.list': () => data.list(project().folder),
    'data.pick': ({ kind }) => pickFiles(services, kind),
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
