/** The training thread's end of the thread that evaluates. It takes a moment to start; until then the trainer evaluates itself. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { PointAsked, PointSeen, PointSite } from '../training/point'
import type { PointsBeside } from '../training/port'

/** Beside this file's thread in the build. */
const entry = join(dirname(fileURLToPath(import.meta.url)), 'point-worker.js')

export type PointQuestion =
  | { kind: 'begin'; site: PointSite; wasm: string }
  | { kind: 'look'; id: number; asked: PointAsked; values: Float32Array[] }

export type PointAnswer =
  | { kind: 'ready' }
  | { kind: 'seen'; id: number; seen: PointSeen }
  /** id: null where it could not start */
  | { kind: 'failed'; id: number | null; problem: string }

interface Waiting {
  resolve(seen: PointSeen): void
  reject(error: Error): void
}

export class PointThread implements PointsBeside {
  private worker: Worker | null = null
  private readonly waiting = new Map<number, Waiting>()
  private lastId = 0
  private isReady = false

  /** @param wasm folder with TensorFlow.js's .wasm files, ending in a separator; empty: those of the npm package */
  constructor(
    private readonly wasm: string,
    private readonly file = entry
  ) {}

  begin(site: PointSite): void {
    const worker = new Worker(this.file, { name: 'phasescope-points' })
    this.worker = worker
    let reason = 'Their thread has ended.'
    worker.on('message', (answer: PointAnswer) => this.hear(answer))
    worker.on('error', (error) => (reason = error.message))
    worker.on('exit', () => this.fail(new Error(reason)))
    const question: PointQuestion = { kind: 'begin', site, wasm: this.wasm }
    worker.postMessage(question)
  }

  ready(): boolean {
    return this.isReady
  }

  look(asked: PointAsked, values: Float32Array[]): Promise<PointSeen> {
    if (!this.isReady || !this.worker) return Promise.reject(new Error('Their thread is not ready.'))
    const id = ++this.lastId
    const answer = new Promise<PointSeen>((resolve, reject) => this.waiting.set(id, { resolve, reject }))
    const copies = [...values, ...[...(asked.gradients ?? []), ...(asked.before ?? [])].map((one) => one.values)]
    const question: PointQuestion = { kind: 'look', id, asked, values }
    this.worker.postMessage(
      question,
      copies.map(({ buffer }) => buffer as ArrayBuffer)
    )
    return answer
  }

  async close(): Promise<void> {
    this.fail(new Error('Their thread has ended.'))
    await this.worker?.terminate()
  }

  private hear(answer: PointAnswer): void {
    switch (answer.kind) {
      case 'ready':
        this.isReady = true
        return
      case 'seen':
        this.waiting.get(answer.id)?.resolve(answer.seen)
        this.waiting.delete(answer.id)
        return
      case 'failed':
        // Whatever it was, memory for instance: the trainer looks itself from now on.
        this.fail(new Error(answer.problem))
        return
    }
  }

  /** Nothing that waits is left without an answer. */
  private fail(error: Error): void {
    this.isReady = false
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
