/** Fits, and what is asked of one. */
import { axisOf } from '../../analysis'
import type { analysisRequests } from '../../contract/analyses'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function analysisHandlers(services: Services): HandlersOf<typeof analysisRequests> {
  const { analyses, project, owns } = services
  return {
    'analysis.rows': (query, signal) => analyses.rows(project(), query, signal),
    'analysis.features': ({ runIds, roles }, signal) => analyses.features(project(), runIds, roles, signal),
    'analysis.list': () => project().listAnalyses(),
    'analysis.start': ({ options }) => ({ id: analyses.start(project(), options) }),
    'analysis.cancel': ({ id }) => {
      analyses.cancel(id, owns)
      return {}
    },
    'analysis.get': ({ id }) => {
      const analysis = project().analysis(id)
      return { ...analysis, axis: axisOf(analysis.inputs.runs, analysis.roles) }
    },
    'analysis.choose': async ({ id, states }) => {
      await analyses.choose(project(), id, states)
      return {}
    },
    'analysis.renameState': async ({ id, states, state, name }) => {
      await analyses.renameState(project(), id, states, state, name)
      return {}
    },
    'analysis.remove': async ({ id }) => {
      await project().removeAnalysis(id)
      return {}
    },
    'analysis.useRestart': async ({ id, states, restart }) => {
      await analyses.useRestart(project(), id, states, restart)
      return {}
    },
    'analysis.decode': ({ id, states, runId }, signal) => analyses.decode(project(), id, states, runId, signal),
    'analysis.report': async ({ id, convergence, axis }) => ({
      place: await analyses.saveReport(project(), id, convergence, axis)
    }),
    'analysis.across': ({ id, ...query }, signal) => analyses.across(project(), id, query, signal)
  }
}
