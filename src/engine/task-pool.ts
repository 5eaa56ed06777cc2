/**
 * A pool of compute workers. Tasks queue, workers are started when needed and kept; the death of one rejects the task
 * it was on, never the host.
 */
import { setMaxListeners } from 'node:events'
import { fromWireError, PhasescopeError } from '../contract/errors'
import { confinedFolders } from '../project/places'
import type { ComputeReply, ComputeRequest, ComputeTasks, TaskName } from '../workers/messages'
import type { WorkerLauncher, WorkerLink } from './ports'

interface Waiting {
  name: TaskName
  input: unknown
  resolve(value: unknown): void
  reject(error: Error): void
}

interface Slot {
  link: WorkerLink
  current: { id: number; waiting: Waiting } | null
}

export class TaskPool {
  private readonly queue: Waiting[] = []
  private readonly slots = new Set<Slot>()
  private nextId = 1
  private closed = false

  constructor(
    private readonly launcher: WorkerLauncher,
    private readonly size: number
  ) {}

  get busy(): number {
    return [...this.slots].filter((slot) => slot.current).length
  }

  /** Runs one task. Aborting rejects it at once; a task that has begun takes its worker down with it. */
  run<N extends TaskName>(
    name: N,
    input: ComputeTasks[N]['in'],
    signal?: AbortSignal
  ): Promise<ComputeTasks[N]['out']> {
    return new Promise<ComputeTasks[N]['out']>((resolve, reject) => {
      if (this.closed) return reject(closing())
      if (signal?.aborted) return reject(cancelled())
      const onAbort = (): void => this.abort(waiting)
      const waiting: Waiting = {
        name,
        input,
        resolve: (value) => {
          signal?.removeEventListener('abort', onAbort)
          resolve(value as ComputeTasks[N]['out'])
        },
        reject: (error) => {
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        }
      }
      // One signal may stand for hundreds of fits; Node's warning about many listeners means leaks, and these go.
      if (signal) setMaxListeners(0, signal)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.queue.push(waiting)
      this.pump()
    })
  }

  /** Ends the workers that have nothing to do, and with them the memory that they hold; the next task starts new ones. */
  async rest(): Promise<void> {
    const idle = [...this.slots].filter((slot) => !slot.current)
    for (const slot of idle) this.slots.delete(slot)
    await Promise.all(idle.map((slot) => slot.link.stop()))
  }

  async close(): Promise<void> {
    this.closed = true
    for (const waiting of this.queue.splice(0)) waiting.reject(closing())
    await Promise.all([...this.slots].map((slot) => slot.link.stop()))
  }

  private pump(): void {
    while (this.queue.length > 0) {
      const slot = [...this.slots].find((candidate) => !candidate.current) ?? this.grow()
      if (!slot) return
      const waiting = this.queue.shift()!
      const id = this.nextId++
      slot.current = { id, waiting }
      try {
        slot.link.post({ id, name: waiting.name, input: waiting.input, confined: confinedFolders() } as ComputeRequest)
      } catch (error) {
        // The input holds something that cannot cross threads.
        slot.current = null
        waiting.reject(error as Error)
      }
    }
  }

  private grow(): Slot | null {
    if (this.slots.size >= this.size) return null
    const slot: Slot = { link: this.launcher.launch('compute'), current: null }
    this.slots.add(slot)
    slot.link.onMessage((message) => this.settle(slot, message as ComputeReply))
    slot.link.onExit((reason) => {
      this.slots.delete(slot)
      slot.current?.waiting.reject(this.closed ? closing() : died(reason))
      slot.current = null
      if (!this.closed) this.pump()
    })
    return slot
  }

  private settle(slot: Slot, reply: ComputeReply): void {
    if (!slot.current || slot.current.id !== reply.id) return
    const { waiting } = slot.current
    slot.current = null
    if (reply.ok) waiting.resolve(reply.value)
    else waiting.reject(fromWireError(reply.error))
    this.pump()
  }

  private abort(waiting: Waiting): void {
    const at = this.queue.indexOf(waiting)
    if (at >= 0) {
      this.queue.splice(at, 1)
      waiting.reject(cancelled())
      return
    }
    for (const slot of this.slots) {
      if (slot.current?.waiting !== waiting) continue
      waiting.reject(cancelled())
      slot.current = null
      this.slots.delete(slot)
      void slot.link.stop().then(() => this.pump())
    }
  }
}

function cancelled(): PhasescopeError {
  return new PhasescopeError('cancelled', 'Cancelled.')
}

function closing(): PhasescopeError {
  return new PhasescopeError('cancelled', 'The application is closing.')
}

function died(reason: string | null): PhasescopeError {
  return new PhasescopeError(
    'worker-died',
    `A worker stopped: ${reason ?? 'it was ended'}. The task was not finished; try it again.`
  )
}
