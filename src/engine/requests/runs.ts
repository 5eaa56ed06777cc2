/** Runs and what they have recorded. */
import type { runRequests } from '../../contract/runs'
import { listCheckpoints } from '../../project/checkpoints'
import { sweptSpec } from '../training/sweep'
import type { HandlersOf } from './handlers'
import { questionsOf } from './forward'
import type { Services } from './services'

/** Apart: its grammar takes longer to make than all the rest of a host. */
const loadFilter = () => import('./run-filter')

export function runHandlers(services: Services): HandlersOf<typeof runRequests> {
  const { queries, training, analyses, project } = services
  const { aboutRuns, aboutRun } = questionsOf(services)
  return {
    'runs.checkpoints': async ({ runId }) => {
      project().run(runId)
      return { steps: await listCheckpoints(project().runFolder(runId)) }
    },
    'runs.list': () => project().listRuns(),
    'runs.filter': async (query, signal) => {
      const session = project()
      const { filterRuns } = await loadFilter()
      return filterRuns(services, session, query, signal)
    },
    'runs.values': async (query, signal) => {
      const session = project()
      const { valuesOfRuns } = await loadFilter()
      return valuesOfRuns(services, session, query, signal)
    },
    'runs.complete': async (query, signal) => {
      const session = project()
      const { completeFilter } = await loadFilter()
      return completeFilter(queries, session, query, signal)
    },
    'runs.annotate': async ({ runs }) => {
      await project().updateRuns(runs.map(({ runId: id, ...change }) => ({ id, change })))
      return {}
    },
    'runs.remove': async ({ runIds }) => {
      await training.remove(project(), runIds)
      return {}
    },
    'runs.tags': ({ runIds }, signal) => analyses.tags(project(), runIds, signal),
    'runs.series': aboutRuns('series'),
    'runs.heatmap': aboutRun('heatmap'),
    'runs.twinPeaks': aboutRun('twinPeaks'),
    'sweep.compare': ({ runIds, mostPoints }, signal) => {
      const sources = project().sources(runIds)
      const runs = sources.map((source) => ({ source, spec: sweptSpec(project().run(source.runId)) }))
      return queries.run('sweep', { runs, mostPoints }, signal)
    }
  }
}
