/** What the dashboards ask for: every question goes to the workers that read runs. */
import { join } from 'node:path'
import type { boardRequests } from '../../contract/boards'
import { makeFolder } from '../../project/files'
import type { HandlersOf } from './handlers'
import { questionsOf } from './forward'
import type { Services } from './services'
import { tagsOf } from './tag-pieces'

export function boardHandlers(services: Pick<Services, 'queries' | 'project'>): HandlersOf<typeof boardRequests> {
  const { queries, project } = services
  const { aboutRuns, aboutRun } = questionsOf(services)
  return {
    'board.tags': ({ runIds }, signal) => tagsOf(queries, project().folder, project().sources(runIds), signal),
    'board.scalars': aboutRuns('scalars'),
    'board.groups': ({ groups, ...query }, signal) => {
      const session = project()
      const named = groups.map(({ name, runIds }) => ({ name, runs: session.sources(runIds) }))
      return queries.run('groups', { groups: named, ...query }, signal)
    },
    'board.statistics': aboutRuns('statistics'),
    'board.histograms': aboutRuns('histograms'),
    'board.distributions': aboutRuns('distributions'),
    'board.points': aboutRuns('points'),
    'board.blob': aboutRun('blob'),
    'board.texts': aboutRuns('texts'),
    'board.prCurves': aboutRuns('prCurves'),
    'board.hparams': ({ runIds }, signal) => {
      const session = project()
      const [runs, above] = [session.sources(runIds), session.sources(session.runsAbove(runIds))]
      return queries.run('hparams', { runs, above }, signal)
    },
    'board.graphs': aboutRun('graphs'),
    'board.graph': aboutRun('graph'),
    'board.export': async ({ runIds, ...query }, signal) => {
      const session = project()
      const { folder } = session
      const runs = session.sources(runIds)
      await makeFolder(join(folder, 'exports'))
      const time = new Date().toISOString().replace(/[:.]/g, '-')
      const place = join('exports', `scalars-${time}.${query.format}`)
      const task = { runs, ...query, file: join(folder, place) }
      const { points } = await session.during(place, () => queries.run('exportScalars', task, signal))
      return { place, points }
    }
  }
}
