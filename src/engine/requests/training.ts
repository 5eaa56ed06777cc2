/** Starting, stopping and ordering runs. */
import type { trainingRequests } from '../../contract/training'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function trainingHandlers(services: Services): HandlersOf<typeof trainingRequests> {
  const { training, project } = services
  return {
    'training.start': async (request) => ({ runIds: await training.start(project(), request) }),
    'training.control': async ({ runIds, action }) => {
      await training.control(project(), runIds, action)
      return {}
    },
    'training.continue': async ({ runIds, backend, force }) => {
      await training.continueRuns(project(), runIds, { backend, force })
      return {}
    },
    'training.retry': async ({ runIds }) => {
      await training.retry(project(), runIds)
      return {}
    },
    'training.move': ({ runIds, to }) => {
      training.move(project(), runIds, to)
      return {}
    },
    'training.order': () => ({ runIds: training.order(project()) }),
    'training.activity': () => training.activity(),
    'training.fork': async (request) => ({ runId: await training.fork(project(), request) })
  }
}
