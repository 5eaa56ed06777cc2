/** A thread beside a training thread: computes weight metrics of copies, so that singular values never hold up a step. */
import { parentPort } from 'node:worker_threads'
import { weightScalars } from '../hooks/weights'
import type { WeightMetricsJob } from '../training/port'
import type { MetricsAnswer } from './metrics-thread'

parentPort?.on('message', ({ id, job }: { id: number; job: WeightMetricsJob }) => {
  let answer: MetricsAnswer
  try {
    answer = { id, scalars: weightScalars(job.parameters, job.hooks), problem: null }
  } catch (error) {
    // Values for which there is no answer, for instance after the loss has exploded: the next point may have one.
    answer = { id, scalars: null, problem: (error as Error).message }
  }
  parentPort?.postMessage(answer)
})
