/** Runs of other programs on their way into a project. */
import type { importRequests } from '../../contract/imports'
import { chosenFiles, labelOf, pickFiles } from './chosen-files'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function importHandlers(services: Services): HandlersOf<typeof importRequests> {
  const { grants, imports, follower, project } = services
  return {
    'import.pick': ({ kind }) => pickFiles(services, kind),
    'import.inspect': async ({ job, grant, stepColumns, hooks, answers, follow }) => {
      const paths = grants.resolveAll(grant)
      return {
        label: labelOf(paths),
        ...(await imports.inspect({ job, paths, stepColumns, hooks, answers, follow }))
      }
    },
    'import.run': async ({ job, grant, stepColumns, hooks, answers, name, follow }) => {
      const request = { job, paths: grants.resolveAll(grant), stepColumns, hooks, answers, follow }
      const { runIds, sources } = await imports.run(project(), request, name)
      follower.nudge()
      const leftOut = sources.flatMap(({ file, problem }) => (problem === null ? [] : [{ file, problem }]))
      return { runIds, leftOut }
    },
    'import.cancel': ({ job }) => {
      imports.cancel(job)
      return {}
    },
    'import.stage': () => imports.staging.begin(),
    'import.stageFile': async ({ staging, name, offset, data }) => {
      await imports.staging.write(staging, name, offset, data)
      return {}
    },
    'import.stageEnd': async ({ staging }) => chosenFiles(grants, (await imports.staging.end(staging)).paths),
    'import.discard': async ({ staging }) => {
      await imports.staging.discard(staging)
      return {}
    }
  }
}
