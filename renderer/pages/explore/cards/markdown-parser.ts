/** One worker that makes HTML of Markdown for all texts of the page, one after the other; one that takes too long is ended. */
import type { MarkdownReply, MarkdownTask } from './markdown-worker'

/** A piece is at most 64 kB, which takes some milliseconds; what takes this long would take for ever. */
export const patienceMs = 2000

interface Waiting {
  text: string
  resolve(parts: string[] | null): void
}

type Link = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>

export class MarkdownParser {
  private readonly queue: Waiting[] = []
  private worker: Link | null = null
  private current: { id: number; waiting: Waiting; timer: ReturnType<typeof setTimeout> } | null = null
  private nextId = 1

  constructor(
    private readonly launch: () => Link,
    private readonly limitMs = patienceMs
  ) {}

  /** HTML of each block, not yet clean; null when it could not be made, or not in time. */
  parse(text: string): Promise<string[] | null> {
    return new Promise((resolve) => {
      this.queue.push({ text, resolve })
      this.pump()
    })
  }

  private pump(): void {
    if (this.current) return
    const waiting = this.queue.shift()
    if (!waiting) return
    this.worker ??= this.begin()
    const id = this.nextId++
    this.current = { id, waiting, timer: setTimeout(() => this.giveUp(), this.limitMs) }
    this.worker.postMessage({ id, text: waiting.text } satisfies MarkdownTask)
  }

  private begin(): Link {
    const worker = this.launch()
    worker.addEventListener('message', (event) => {
      const reply = (event as MessageEvent<MarkdownReply>).data
      if (this.worker === worker && this.current?.id === reply.id) this.settle(reply.ok ? reply.parts : null)
    })
    worker.addEventListener('error', () => {
      if (this.worker === worker) this.giveUp()
    })
    return worker
  }

  private giveUp(): void {
    this.worker?.terminate()
    this.worker = null
    if (this.current) this.settle(null)
  }

  private settle(parts: string[] | null): void {
    const { waiting, timer } = this.current!
    clearTimeout(timer)
    this.current = null
    waiting.resolve(parts)
    this.pump()
  }
}

let shared: MarkdownParser | null = null

export function markdownParser(): MarkdownParser {
  shared ??= new MarkdownParser(
    () => new Worker(new URL('./markdown-worker.ts', import.meta.url), { type: 'module', name: 'phasescope-markdown' })
  )
  return shared
}
