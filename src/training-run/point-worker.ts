/** A thread beside a training thread: evaluates copies of the model on the same backend, so that no step waits for it. */
import { parentPort } from 'node:worker_threads'
import { prepareBackend } from '../tensor/backend'
import { PointsOfCopies } from '../training/point-beside'
import type { PointAnswer, PointQuestion } from './point-thread'

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')
const say = (answer: PointAnswer, buffers: ArrayBuffer[] = []): void => port.postMessage(answer, buffers)
let points: PointsOfCopies | null = null
/** One after the other: values are views of one memory, and a look awaits. */
let done: Promise<void> = Promise.resolve()

port.on('message', (question: PointQuestion) => {
  done = done.then(() => answer(question))
})

async function answer(question: PointQuestion): Promise<void> {
  const id = question.kind === 'look' ? question.id : null
  try {
    if (question.kind === 'begin') {
      const { site, wasm } = question
      await prepareBackend(site.spec.backend as 'wasm' | 'cpu', { wasmDir: wasm })
      points = new PointsOfCopies(site)
      say({ kind: 'ready' })
    } else {
      const seen = await points!.look(question.asked, question.values)
      say({ kind: 'seen', id: question.id, seen })
    }
  } catch (error) {
    say({ kind: 'failed', id, problem: (error as Error).message })
  }
}
