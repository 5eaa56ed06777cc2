/** Opening, closing, trusting and checking projects, and what was removed from one. */
import { join } from 'node:path'
import type { projectRequests } from '../../contract/project'
import { listTrash, restoreFromTrash, emptyTrash } from '../../project/trash'
import { freeFolder, sampleCopy } from '../project/new-folders'
import { forgotten, samplePreview } from '../project/recents'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function projectHandlers(services: Services): HandlersOf<typeof projectRequests> {
  const {
    options,
    recents,
    grants,
    given,
    compute,
    trust,
    project,
    shown,
    openOnce,
    createFolder,
    closeProject,
    setTrust,
    lookAgain
  } = services
  return {
    'project.recent': () => recents.list(),
    'project.current': () => shown()?.info() ?? null,
    'project.create': async ({ name, locationGrant }) => {
      const location = locationGrant === null ? options.places.projects : grants.resolve(locationGrant)
      return (await createFolder(await freeFolder(location, name), name)).info()
    },
    'project.open': async ({ grant }) => {
      try {
        return await openOnce(grants.resolve(grant))
      } finally {
        given.settled(grant)
      }
    },
    'project.openRecent': async ({ id }) => {
      const entry = await recents.find(id)
      if (!entry) throw forgotten()
      return openOnce(entry.folder)
    },
    'project.forget': async ({ id }) => {
      await recents.forget(id)
      return {}
    },
    'project.forgetAll': async () => {
      await recents.forgetAll()
      return {}
    },
    'project.openSample': async () => {
      const folder = await sampleCopy(options.places)
      // It comes with the application.
      if (!(await trust.has(folder))) await trust.set(folder, true)
      return openOnce(folder)
    },
    'project.samplePreview': () => samplePreview(join(options.places.resources, 'sample')),
    'project.close': async ({ training }) => {
      await closeProject(training)
      return {}
    },
    'project.check': async ({ repair }) => {
      const session = project()
      const findings = await compute.run('checkProject', { folder: session.folder, repair })
      if (repair) await lookAgain(session)
      return findings
    },
    'trash.list': () => listTrash(project().folder),
    'trash.restore': async ({ name }) => {
      const session = project()
      await session.alone('trash', async (tell) => tell(await restoreFromTrash(session.folder, name)))
      await lookAgain(session)
      return {}
    },
    'trash.empty': async () => {
      await emptyTrash(project().folder, 0)
      return {}
    },
    'project.trust': async ({ trusted }) => {
      const session = project()
      await setTrust(session, trusted)
      return session.info()
    }
  }
}
