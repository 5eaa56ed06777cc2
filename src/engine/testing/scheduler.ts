/**
 * For tests: whatever the engine waits for - files, threads - happens one at a time, in an order that a seed decides, so that
 * every await is a place where something else may come between.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type * as files from 'node:fs/promises'
import type { Rng } from '../../numeric/rng'

type Files = typeof files

export class Scheduler {
  private readonly waiting: (() => Promise<unknown>)[] = []
  /** Parts of a file operation that has been let go: they come before the next one. */
  private working = 0

  constructor(private readonly rng: Rng) {}

  get pending(): number {
    return this.waiting.length
  }

  /** Runs `work` when it is its turn. */
  gate<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push(async () => {
        try {
          resolve(await work())
        } catch (error) {
          reject(error as Error)
        }
      })
    })
  }

  async tracked<T>(work: () => Promise<T>): Promise<T> {
    this.working += 1
    try {
      return await work()
    } finally {
      this.working -= 1
    }
  }

  /** Lets one of those that wait go on, and waits until everything that follows from it waits again. */
  async step(): Promise<boolean> {
    await this.quiet()
    if (this.waiting.length === 0) return false
    const [next] = this.waiting.splice(this.below(this.waiting.length), 1)
    await next()
    await this.quiet()
    return true
  }

  below(count: number): number {
    return this.rng.uint32() % count
  }

  private async quiet(): Promise<void> {
    do await turn()
    while (this.working > 0)
  }
}

let current: Scheduler | null = null

/** From now on the files that `gatedFiles` has wrapped go by this order; null: at once. */
export function scheduleFiles(scheduler: Scheduler | null): void {
  current = scheduler
}

/** `node:fs/promises`, each call a turn of the scheduler; the real files all the same. */
export function gatedFiles(real: Files): Files {
  const wrapped: Record<string, unknown> = { ...real }
  for (const [name, value] of Object.entries(real)) {
    if (typeof value !== 'function') continue
    const call = value as (...args: unknown[]) => Promise<unknown>
    wrapped[name] = (...args: unknown[]): Promise<unknown> => {
      const scheduler = current
      if (!scheduler) return call(...args)
      return scheduler.gate(async () => {
        const answer = await call(...args)
        return name === 'open' ? gatedHandle(answer as object, scheduler) : answer
      })
    }
  }
  return { ...wrapped, default: wrapped } as never
}

function gatedHandle(handle: object, scheduler: Scheduler): object {
  return new Proxy(handle, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown
      if (typeof value !== 'function') return value
      // Whether bytes are on the disk matters to power cuts alone, and is slow.
      if (key === 'sync' || key === 'datasync') return () => Promise.resolve()
      return (...args: unknown[]) => {
        const answer = (value as (...args: unknown[]) => unknown).apply(target, args)
        return answer instanceof Promise ? scheduler.tracked(() => answer) : answer
      }
    }
  })
}
