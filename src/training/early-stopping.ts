/** Ends a run when validation no longer gets better. */
export class EarlyStopping {
  private best = Infinity
  private since = 0

  /** @param patience points without a lower validation loss; 0: never stop */
  constructor(private readonly patience: number) {}

  get stops(): boolean {
    return this.patience > 0 && this.since >= this.patience
  }

  /** The validation loss of the next recorded point. */
  seen(loss: number): void {
    // A loss that is not a number is no improvement.
    if (loss < this.best) {
      this.best = loss
      this.since = 0
    } else this.since++
  }

  why(): string {
    return `the validation loss has not been below ${this.best.toPrecision(4)} at ${this.since} recorded points`
  }

  /** JSON, for a checkpoint; JSON has no infinity. */
  state(): unknown {
    return { best: Number.isFinite(this.best) ? this.best : null, since: this.since }
  }

  restore(state: unknown): void {
    const { best, since } = (state ?? {}) as { best?: number | null; since?: number }
    this.best = best ?? Infinity
    this.since = since ?? 0
  }
}
