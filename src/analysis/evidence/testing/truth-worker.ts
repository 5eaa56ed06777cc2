/** A thread of `npm run truth`: one set after the other. */
import { parentPort } from 'node:worker_threads'
import type { Emission } from '../../../domain/analysis-options'
import type { Scaling } from '../../scaling'
import { judge } from './truth'

interface Asked {
  family: string
  set: number
  zscore: Scaling
  count?: number
  emission: Emission
}

parentPort!.on('message', async ({ family, set, zscore, count, emission }: Asked) =>
  parentPort!.postMessage({ family, set, judgement: await judge(family, set, zscore, count, emission) })
)
