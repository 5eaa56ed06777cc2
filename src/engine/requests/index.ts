/** Every request of the contract and what answers it: an area a file, as in the contract. */
import { analysisHandlers } from './analyses'
import { appHandlers } from './app'
import { recordingsHandlers } from './recordings'
import { diagnosisHandlers } from './diagnosis'
import { dataHandlers } from './data'
import { experimentHandlers } from './experiments'
import { importHandlers } from './imports'
import { logHandlers } from './logs'
import { projectHandlers } from './project'
import { roleHandlers } from './roles'
import { runHandlers } from './runs'
import { trainingHandlers } from './training'
import { viewHandlers } from './views'
import type { Handlers } from './handlers'
import type { Services } from './services'

export function handlersOf(services: Services): Handlers {
  return {
    ...appHandlers(services),
    ...projectHandlers(services),
    ...importHandlers(services),
    ...logHandlers(services),
    ...experimentHandlers(services),
    ...trainingHandlers(services),
    ...runHandlers(services),
    ...recordingsHandlers(services),
    ...viewHandlers(services),
    ...dataHandlers(services),
    ...roleHandlers(services),
    ...analysisHandlers(services),
    ...diagnosisHandlers(services)
  }
}
