/** What the design page shows about a draft: computed in a worker, completed with times measured on this machine. */
import type { RunInfo } from '../../domain/run'
import type { RequestResult } from '../../contract/requests'
import type { Draft } from '../../training-run/messages'
import { measuredSecondsPerStep } from './measured-speed'
import type { TaskPool } from '../task-pool'

export async function describeDraft(
  queries: TaskPool,
  draft: Draft,
  runs: RunInfo[]
): Promise<RequestResult<'experiments.describe'>> {
  const described = await queries.run('describe', draft)
  return { ...described, secondsPerStep: measuredSecondsPerStep(runs, draft) }
}
