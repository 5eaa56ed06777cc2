/** The training thread's end of the thread with the user's metrics. A function that hangs is ended with its thread. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { UserMetricAnswers, UserMetricPoint } from '../domain/user-metrics'

const entry = join(dirname(fileURLToPath(import.meta.url)), 'user-metrics-worker.js')
/** All functions together, for one point. */
const limitMs = 10_000

export class UserMetricsThread {
  private worker: Worker | null = null
  private ended = false
  private answer: ((answers: UserMetricAnswers) => void) | null = null

  /** @param text of the module, which is what somebody has looked at, whatever the file says by now */
  constructor(private readonly text: string) {}

  /** Points come one after the other: the next is asked for when this one is answered. */
  compute(point: UserMetricPoint): Promise<UserMetricAnswers> {
    if (this.ended) return Promise.resolve({ values: {}, problems: [] })
    const worker = (this.worker ??= this.start())
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.fail(`took longer than ${limitMs / 1000} s for one point`), limitMs)
      this.answer = (answers) => {
        clearTimeout(timer)
        this.answer = null
        resolve(answers)
      }
      worker.postMessage(point)
    })
  }

  async close(): Promise<void> {
    this.ended = true
    await this.worker?.terminate()
  }

  private start(): Worker {
    const worker = new Worker(entry, { name: 'phasescope-user-metrics', workerData: { text: this.text } })
    worker.on('message', (answers: UserMetricAnswers) => this.answer?.(answers))
    worker.on('error', (error) => this.fail(`ended its thread: ${error.message}`))
    worker.on('exit', (code) => this.fail(`ended its thread with code ${code}`))
    return worker
  }

  /** From here on nothing is asked for. */
  private fail(text: string): void {
    this.ended = true
    this.answer?.({ values: {}, problems: [{ name: null, text }] })
    void this.worker?.terminate()
  }
}
