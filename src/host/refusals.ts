/**
 * Makes guessing slow: after a few wrong secrets each further refusal takes longer, and only some wait at the same time.
 * The count is of the whole host, because whoever guesses on this machine has as many addresses as he likes. The right
 * secret is never held up by it.
 */
const free = 5
const longestMs = 1000
const mostPending = 16
/** So long after the last wrong one, all is forgotten. */
const forgottenMs = 60_000

export class Refusals {
  private wrong = 0
  private lastMs = 0
  private readonly pending = new Map<NodeJS.Timeout, () => void>()

  /** @param onSlow called whenever guessing has begun to be slowed */
  constructor(
    private readonly onSlow: () => void = () => undefined,
    private readonly now: () => number = Date.now
  ) {}

  /** Calls one of the two: `refuse` when its time has come, or `tooMany` at once. */
  add(refuse: () => void, tooMany: () => void): void {
    const now = this.now()
    if (now - this.lastMs > forgottenMs) this.wrong = 0
    this.lastMs = now
    this.wrong++
    if (this.wrong === free + 1) this.onSlow()
    const delayMs = this.delayMs()
    if (delayMs === 0) return refuse()
    if (this.pending.size >= mostPending) return tooMany()
    const timer = setTimeout(() => {
      this.pending.delete(timer)
      refuse()
    }, delayMs)
    this.pending.set(timer, refuse)
  }

  /** How long the latest refusal takes, in ms. */
  delayMs(): number {
    return this.wrong <= free ? 0 : Math.min(longestMs, 50 * 2 ** Math.min(this.wrong - free - 1, 10))
  }

  /** Refuses what still waits. */
  close(): void {
    for (const [timer, refuse] of this.pending) {
      clearTimeout(timer)
      refuse()
    }
    this.pending.clear()
  }
}
