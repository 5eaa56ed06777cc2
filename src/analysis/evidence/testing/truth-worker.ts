/** A thread of `npm run truth`: one set after the other. */
import { parentPort } from 'node:worker_threads'
import { judge } from './truth'

parentPort!.on('message', async ({ family, set }: { family: string; set: number }) =>
  parentPort!.postMessage({ family, set, judgement: await judge(family, set) })
)
