/** What can be trained. */
import type { experimentRequests } from '../../contract/experiments'
import { PhasescopeError } from '../../domain/errors'
import type { RunInfo } from '../../domain/run'
import { describeDraft } from '../training/draft'
import { recipeOf } from '../training/recipe'
import type { HandlersOf } from './handlers'
import { questionsOf } from './forward'
import type { Services } from './services'

export function experimentHandlers(services: Services): HandlersOf<typeof experimentRequests> {
  const { queries, training, calibration, trusted, project, shown } = services
  const { as } = questionsOf(services)
  /** Measurements of this window, which those of others neither end nor hinder. */
  const owner = {}
  return {
    'experiments.list': async () => {
      const { experiments } = await import('../../training/experiments')
      return [...experiments]
    },
    'experiments.describe': async (draft) => {
      const session = shown()
      const recipe = await recipeOf(session, draft)
      const runs: RunInfo[] = session ? session.listRuns() : []
      return describeDraft(queries, { ...draft, ...recipe }, runs)
    },
    'experiments.calibrate': async ({ runs, ...draft }, signal) => {
      if (training.running > 0) {
        throw new PhasescopeError('busy', 'How long runs take is measured when nothing trains; something does now.')
      }
      return calibration.measure(owner, calibration.jobOf(project(), draft, runs), signal)
    },
    'experiments.uncalibrate': () => {
      calibration.stop(owner)
      return {}
    },
    'networks.read': as('readNetwork'),
    'metrics.own': () => trusted.of(project().folder),
    'metrics.trust': async ({ hash }) => {
      const session = project()
      if (!session.trusted) {
        throw new PhasescopeError(
          'untrusted',
          'Trust the folder of this project first: its metrics.js runs with your rights.'
        )
      }
      await trusted.trust(session.folder, hash)
      await training.lookAtMetrics(session)
      return {}
    }
  }
}
