/** The training thread's end of its metrics thread, which is started with the first job. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { WeightScalars } from '../hooks/weights'
import type { WeightMetricsJob } from '../training/types'

/** Beside this file's thread in the build. */
const entry = join(dirname(fileURLToPath(import.meta.url)), 'metrics-worker.js')

interface Waiting {
  resolve(scalars: WeightScalars): void
  reject(error: Error): void
}

export class MetricsThread {
  private worker: Worker | null = null
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0
  private problem: Error | null = null

  constructor(private readonly file = entry) {}

  compute(job: WeightMetricsJob): Promise<WeightScalars> {
    if (this.problem) return Promise.reject(this.problem)
    this.worker ??= this.start()
    const id = ++this.lastId
    const answer = new Promise<WeightScalars>((resolve, reject) => this.waiting.set(id, { resolve, reject }))
    const buffers = job.parameters.map(({ values }) => values.buffer as ArrayBuffer)
    this.worker.postMessage({ id, job }, buffers)
    return answer
  }

  async close(): Promise<void> {
    this.fail(new Error('The run has ended.'))
    await this.worker?.terminate()
  }

  private start(): Worker {
    const worker = new Worker(this.file, { name: 'phasescope-metrics' })
    worker.on('message', ({ id, scalars }: { id: number; scalars: WeightScalars }) => {
      this.waiting.get(id)?.resolve(scalars)
      this.waiting.delete(id)
    })
    worker.on('error', (error) => this.fail(new Error(`The weight metrics could not be computed: ${error.message}`)))
    worker.on('exit', () => this.fail(new Error('The weight metrics could not be computed: their thread has ended.')))
    return worker
  }

  /** Nothing that waits is left without an answer. */
  private fail(error: Error): void {
    this.problem ??= error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
