/** A thread beside a training thread: computes weight metrics of copies, so that singular values never hold up a step. */
import { parentPort } from 'node:worker_threads'
import { weightScalars } from '../hooks/weights'
import type { WeightMetricsJob } from '../training/types'

parentPort?.on('message', ({ id, job }: { id: number; job: WeightMetricsJob }) => {
  parentPort?.postMessage({ id, scalars: weightScalars(job.parameters, job.hooks) })
})
