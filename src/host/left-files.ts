/** Files that were dropped on a page which then went away: nobody will import them, so they are given up. */
import type { Engine } from '../engine/engine'

/** A page may be on its way back, or its import may have begun. */
const graceMs = 60_000

export class LeftFiles {
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(
    private readonly engine: Engine,
    private readonly ms = graceMs
  ) {}

  /** @param stagings what the page that is gone has begun; those that are done with are none any more */
  left(stagings: Iterable<string>): void {
    const ids = [...stagings]
    if (ids.length === 0) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      // An import may be reading them, whoever is there to see its end.
      if (this.engine.imports.running + this.engine.data.running > 0) this.left(ids)
      else for (const staging of ids) void this.engine.handle('import.discard', { staging })
    }, this.ms).unref()
    this.timers.add(timer)
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }
}
