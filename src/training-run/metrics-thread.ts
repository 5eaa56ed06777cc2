/** The training thread's end of its metrics thread, which is started with the first job. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WeightScalars } from '../hooks/weights'
import type { WeightMetricsJob } from '../training/port'

/** Beside this file's thread in the build. */
const entry = join(dirname(fileURLToPath(import.meta.url)), 'metrics-worker.js')

export type MetricsAnswer =
  { id: number; scalars: WeightScalars; problem: null } | { id: number; scalars: null; problem: string }

interface Waiting {
  resolve(scalars: WeightScalars): void
  reject(error: Error): void
}

/** Threads that end one after the other are not started for ever. */
const mostEnds = 3

export class MetricsThread {
  private worker: Worker | null = null
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0
  private ends = 0
  private closed = false

  constructor(private readonly file = entry) {}

  /** @throws Error in words when there is no answer for these values, or the thread has ended */
  compute(job: WeightMetricsJob): Promise<WeightScalars> {
    if (this.closed) return Promise.reject(new Error('The run has ended.'))
    if (this.ends >= mostEnds) return Promise.reject(new Error(`their thread has ended ${this.ends} times.`))
    this.worker ??= this.start()
    const id = ++this.lastId
    const answer = new Promise<WeightScalars>((resolve, reject) => this.waiting.set(id, { resolve, reject }))
    const buffers = job.parameters.map(({ values }) => values.buffer as ArrayBuffer)
    this.worker.postMessage({ id, job }, buffers)
    return answer
  }

  async close(): Promise<void> {
    this.closed = true
    this.fail(new Error('The run has ended.'))
    await this.worker?.terminate()
  }

  private start(): Worker {
    const worker = new Worker(this.file, { name: 'phasescope-metrics' })
    let reason = 'their thread has ended.'
    worker.on('message', ({ id, scalars, problem }: MetricsAnswer) => {
      const waiting = this.waiting.get(id)
      this.waiting.delete(id)
      if (problem === null) waiting?.resolve(scalars)
      else waiting?.reject(new Error(problem))
    })
    worker.on('error', (error) => (reason = error.message))
    // The next point gets a new thread: one that ran out of memory may have room again.
    worker.on('exit', () => {
      this.worker = null
      this.ends += 1
      this.fail(new Error(reason))
    })
    return worker
  }

  /** Nothing that waits is left without an answer. */
  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
