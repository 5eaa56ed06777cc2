/** A thread of `npm run truth`: one set after the other. */
import { parentPort } from 'node:worker_threads'
import type { Scaling } from '../../scaling'
import { judge } from './truth'

parentPort!.on(
  'message',
  async ({ family, set, zscore, count }: { family: string; set: number; zscore: Scaling; count?: number }) =>
    parentPort!.postMessage({ family, set, judgement: await judge(family, set, zscore, count) })
)
