/** What the tabs of Explore ask for: every question goes to the workers that read runs. */
import { join } from 'node:path'
import type { recordingsRequests } from '../../contract/recordings'
import { makeFolder } from '../../project/files'
import type { HandlersOf } from './handlers'
import { questionsOf } from './forward'
import type { Services } from './services'
import { tagsOf } from './tag-pieces'

export function recordingsHandlers(
  services: Pick<Services, 'queries' | 'project'>
): HandlersOf<typeof recordingsRequests> {
  const { queries, project } = services
  const { aboutRuns, aboutRun, as } = questionsOf(services)
  return {
    'recordings.tags': ({ runIds }, signal) => tagsOf(queries, project().folder, project().sources(runIds), signal),
    'recordings.scalars': aboutRuns('scalars'),
    'recordings.groups': ({ groups, ...query }, signal) => {
      const session = project()
      const named = groups.map(({ name, runIds }) => ({ name, runs: session.sources(runIds) }))
      return queries.run('groups', { groups: named, ...query }, signal)
    },
    'recordings.statistics': aboutRuns('statistics'),
    'recordings.curves': as('curvesAskedBy'),
    'recordings.histograms': aboutRuns('histograms'),
    'recordings.distributions': aboutRuns('distributions'),
    'recordings.points': aboutRuns('points'),
    'recordings.blob': aboutRun('blob'),
    'recordings.texts': aboutRuns('texts'),
    'recordings.prCurves': aboutRuns('prCurves'),
    'recordings.hparams': ({ runIds }, signal) => {
      const session = project()
      const [runs, above] = [session.sources(runIds), session.sources(session.runsAbove(runIds))]
      return queries.run('hparams', { runs, above }, signal)
    },
    'recordings.graphs': aboutRun('graphs'),
    'recordings.graph': aboutRun('graph'),
    'recordings.export': async ({ runIds, ...query }, signal) => {
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
