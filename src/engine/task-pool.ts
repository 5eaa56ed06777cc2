/**
 * A pool of compute workers. Tasks queue, workers are started when needed and kept; the death of one rejects the task
 * it was on, never the host.
 */
import { setMaxListeners } from 'node:events'
import { fromWireError, PhasescopeError } from '../domain/errors'
import { confinedFolders } from '../project/places'
import type { ComputeReply, ComputeRequest, ComputeTasks, TaskName } from '../threads/messages'
import type { WorkerLauncher, WorkerLink } from './ports'

/** In which order tasks begin, and what becomes of one that nobody waits for any more. */
export interface PoolRules {
  /** Small ones go first; equal ones in their order. */
  cost(name: TaskName, input: unknown): number
  /** Tasks of this cost and more leave one worker to the others. */
  heavyFrom: number
  /** How long a task that nobody waits for may still run, before its worker is ended. 0: not at all. */
  patienceMs: number
  /** Tasks with the same key that both wait are run once; null: always for itself. */
  key(name: TaskName, input: unknown): string | null
  /** Folders whose content the worker will keep. */
  places(input: unknown): string[]
}

/** One after the other, each ended at once when it is cancelled: fits, imports. */
export const inOrder: PoolRules = {
  cost: () => 0,
  heavyFrom: Infinity,
  patienceMs: 0,
  key: () => null,
  places: () => []
}

/** How often others may go first before it is a task's turn, whatever it costs. */
const mostPassed = 20
/** Folders that are remembered of a worker; what it keeps itself is bounded by memory. */
const mostPlaces = 20_000

interface Asker {
  resolve(value: unknown): void
  reject(error: Error): void
}

interface Waiting {
  name: TaskName
  input: unknown
  cost: number
  key: string | null
  askers: Set<Asker>
  /** How many tasks that came later have begun before it. */
  passed: number
}

interface Slot {
  link: WorkerLink
  current: { id: number; waiting: Waiting; since: number } | null
  /** Folders that it has been asked about. */
  places: Set<string>
}

export class TaskPool {
  private readonly queue: Waiting[] = []
  private readonly slots = new Set<Slot>()
  private nextId = 1
  private closed = false

  constructor(
    private readonly launcher: WorkerLauncher,
    private readonly size: number,
    private readonly rules: PoolRules = inOrder
  ) {}

  get busy(): number {
    return [...this.slots].filter((slot) => slot.current).length
  }

  /**
   * Runs one task. Aborting rejects it at once. A task that has begun is ended with its worker when nobody else waits for
   * it, by the rules of the pool at once or when it takes long.
   */
  run<N extends TaskName>(
    name: N,
    input: ComputeTasks[N]['in'],
    signal?: AbortSignal
  ): Promise<ComputeTasks[N]['out']> {
    return new Promise<ComputeTasks[N]['out']>((resolve, reject) => {
      if (this.closed) return reject(closing())
      if (signal?.aborted) return reject(cancelled())
      const waiting = this.waitingFor(name, input)
      const onAbort = (): void => this.abort(waiting, asker)
      const asker: Asker = {
        resolve: (value) => {
          signal?.removeEventListener('abort', onAbort)
          resolve(value as ComputeTasks[N]['out'])
        },
        reject: (error) => {
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        }
      }
      waiting.askers.add(asker)
      // One signal may stand for hundreds of fits; Node's warning about many listeners means leaks, and these go.
      if (signal) setMaxListeners(0, signal)
      signal?.addEventListener('abort', onAbort, { once: true })
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
    for (const waiting of this.queue.splice(0)) rejectAll(waiting, closing())
    await Promise.all([...this.slots].map((slot) => slot.link.stop()))
  }

  /**
   * The same question that waits already, or a new one at the end of the queue. One that has begun is no answer for somebody
   * who asks now: files may have grown since it read them.
   */
  private waitingFor(name: TaskName, input: unknown): Waiting {
    const key = this.rules.key(name, input)
    const same = key === null ? undefined : this.queue.find((waiting) => waiting.key === key)
    if (same) return same
    const waiting = { name, input, key, cost: this.rules.cost(name, input), askers: new Set<Asker>(), passed: 0 }
    this.queue.push(waiting)
    return waiting
  }

  private pump(): void {
    for (;;) {
      const waiting = this.next()
      if (!waiting) return
      const slot = this.freeSlot(waiting) ?? this.grow()
      if (!slot) return
      const at = this.queue.indexOf(waiting)
      this.queue.splice(at, 1)
      for (const earlier of this.queue.slice(0, at)) earlier.passed += 1
      const id = this.nextId++
      slot.current = { id, waiting, since: performance.now() }
      for (const place of this.rules.places(waiting.input)) {
        if (slot.places.size < mostPlaces) slot.places.add(place)
      }
      try {
        slot.link.post({ id, name: waiting.name, input: waiting.input, confined: confinedFolders() } as ComputeRequest)
      } catch (error) {
        // The input holds something that cannot cross threads.
        slot.current = null
        rejectAll(waiting, error as Error)
      }
    }
  }

  /** The cheapest that may begin, or one that others have passed too often. */
  private next(): Waiting | undefined {
    const heavyRunning = [...this.slots].filter(({ current }) => current && this.isHeavy(current.waiting)).length
    const heavyMay = heavyRunning < Math.max(1, this.size - 1)
    let best: Waiting | undefined
    for (const waiting of this.queue) {
      if (!heavyMay && this.isHeavy(waiting)) continue
      if (waiting.passed >= mostPassed) return waiting
      if (!best || waiting.cost < best.cost) best = waiting
    }
    return best
  }

  private isHeavy(waiting: Waiting): boolean {
    return waiting.cost >= this.rules.heavyFrom
  }

  /** Of the workers with nothing to do, the one that knows most of what is asked about. */
  private freeSlot(waiting: Waiting): Slot | null {
    const free = [...this.slots].filter((slot) => !slot.current)
    if (free.length < 2) return free[0] ?? null
    const places = this.rules.places(waiting.input)
    const known = (slot: Slot): number => places.reduce((sum, place) => sum + Number(slot.places.has(place)), 0)
    return free.reduce((best, slot) => (known(slot) > known(best) ? slot : best))
  }

  private grow(): Slot | null {
    if (this.slots.size >= this.size) return null
    const slot: Slot = { link: this.launcher.launch('compute'), current: null, places: new Set() }
    this.slots.add(slot)
    slot.link.onMessage((message) => this.settle(slot, message as ComputeReply))
    slot.link.onExit((reason) => {
      this.slots.delete(slot)
      if (slot.current) rejectAll(slot.current.waiting, this.closed ? closing() : died(reason))
      slot.current = null
      if (!this.closed) this.pump()
    })
    return slot
  }

  private settle(slot: Slot, reply: ComputeReply): void {
    if (!slot.current || slot.current.id !== reply.id) return
    const { askers } = slot.current.waiting
    slot.current = null
    for (const asker of askers) {
      if (reply.ok) asker.resolve(reply.value)
      else asker.reject(fromWireError(reply.error))
    }
    this.pump()
  }

  private abort(waiting: Waiting, asker: Asker): void {
    waiting.askers.delete(asker)
    asker.reject(cancelled())
    if (waiting.askers.size > 0) return
    const at = this.queue.indexOf(waiting)
    if (at >= 0) {
      this.queue.splice(at, 1)
      return
    }
    const slot = [...this.slots].find(({ current }) => current?.waiting === waiting)
    if (!slot?.current) return
    const patience = this.rules.patienceMs - (performance.now() - slot.current.since)
    if (patience <= 0) return this.end(slot)
    const { id } = slot.current
    setTimeout(() => {
      if (slot.current?.id === id && this.slots.has(slot)) this.end(slot)
    }, patience).unref()
  }

  /** Ends a worker in the middle of what it does, for which nobody waits any more. */
  private end(slot: Slot): void {
    slot.current = null
    this.slots.delete(slot)
    void slot.link.stop().then(() => {
      if (!this.closed) this.pump()
    })
  }
}

function rejectAll(waiting: Waiting, error: Error): void {
  for (const asker of waiting.askers) asker.reject(error)
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
    `A worker stopped: ${reason ?? 'it was ended'}. The task was not finished; try it again.`,
    reason ?? 'it was ended'
  )
}
