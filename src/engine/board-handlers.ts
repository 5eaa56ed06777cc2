/** What the dashboards ask for: every question goes to the workers that read runs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { boardRequests } from '../contract/boards'
import { describeFileError, makeFolder, writeFileAtomic } from '../project/files'
import type { Handlers } from './handlers'
import type { ProjectSession } from './project-session'
import type { TaskPool } from './task-pool'

export function boardHandlers(
  queries: TaskPool,
  project: () => ProjectSession
): Pick<Handlers, keyof typeof boardRequests> {
  const runsOf = (runIds: string[]) => project().sources(runIds)
  const runOf = (runId: string) => project().sources([runId])[0]
  return {
    'board.tags': ({ runIds }) => queries.run('boardTags', { runs: runsOf(runIds) }),
    'board.scalars': ({ runIds, ...query }) => queries.run('scalars', { runs: runsOf(runIds), ...query }),
    'board.groups': ({ groups, ...query }) =>
      queries.run('groups', {
        groups: groups.map(({ name, runIds }) => ({ name, runs: runsOf(runIds) })),
        ...query
      }),
    'board.statistics': ({ runIds, ...query }) => queries.run('statistics', { runs: runsOf(runIds), ...query }),
    'board.histograms': ({ runIds, ...query }) => queries.run('histograms', { runs: runsOf(runIds), ...query }),
    'board.distributions': ({ runIds, ...query }) => queries.run('distributions', { runs: runsOf(runIds), ...query }),
    'board.points': ({ runIds, ...query }) => queries.run('points', { runs: runsOf(runIds), ...query }),
    'board.blob': ({ runId, ...query }) => queries.run('blob', { run: runOf(runId), ...query }),
    'board.texts': ({ runIds, ...query }) => queries.run('texts', { runs: runsOf(runIds), ...query }),
    'board.prCurves': ({ runIds, ...query }) => queries.run('prCurves', { runs: runsOf(runIds), ...query }),
    'board.hparams': ({ runIds }) =>
      queries.run('hparams', { runs: runsOf(runIds), above: runsOf(project().runsAbove(runIds)) }),
    'board.graphs': ({ runId }) => queries.run('graphs', { run: runOf(runId) }),
    'board.graph': ({ runId, source }) => queries.run('graph', { run: runOf(runId), source }),
    'board.export': async ({ runIds, ...query }) => {
      const { folder } = project()
      await makeFolder(join(folder, 'exports'))
      const time = new Date().toISOString().replace(/[:.]/g, '-')
      const place = join('exports', `scalars-${time}.${query.format}`)
      const file = join(folder, place)
      const { points } = await queries.run('exportScalars', { runs: runsOf(runIds), ...query, file })
      return { place, points }
    },
    'views.get': async () => ({ value: await readView(join(project().folder, viewsFile)) }),
    'views.put': async ({ value }) => {
      await writeFileAtomic(join(project().folder, viewsFile), value)
      return {}
    }
  }
}

const viewsFile = 'views.json'

async function readView(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw describeFileError(error, path, 'read')
  })
}
