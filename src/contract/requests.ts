/**
 * The contract between the renderer and the host: one table of requests, an area a file. Renderer calls are typed from it, the
 * host validates every message as unknown, and the renderer validates every answer.
 */
import type { z } from '../domain/words'
import { analysisRequests } from './analyses'
import { appRequests } from './app'
import { recordingsRequests } from './recordings'
import { diagnosisRequests } from './diagnosis'
import { dataRequests } from './data'
import { experimentRequests } from './experiments'
import { importRequests } from './imports'
import { logRequests } from './logs'
import { projectRequests } from './project'
import { roleRequests } from './roles'
import { runRequests } from './runs'
import { trainingRequests } from './training'
import { viewRequests } from './views'
import type { RequestTable } from './parts'

export const requests = {
  ...appRequests,
  ...projectRequests,
  ...importRequests,
  ...logRequests,
  ...experimentRequests,
  ...trainingRequests,
  ...runRequests,
  ...recordingsRequests,
  ...viewRequests,
  ...dataRequests,
  ...roleRequests,
  ...analysisRequests,
  ...diagnosisRequests
} satisfies RequestTable

export type RequestName = keyof typeof requests
export type RequestParams<N extends RequestName> = z.input<(typeof requests)[N]['params']>
export type ParsedParams<N extends RequestName> = z.output<(typeof requests)[N]['params']>
export type RequestResult<N extends RequestName> = z.output<(typeof requests)[N]['result']>

export function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requests, name)
}
