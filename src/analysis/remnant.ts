/** Whether an alignment leaves too little of what runs have recorded, which is refused unless it is asked for. */
import type { AlignedRun } from './align'

/** Fewer rows than this, of a run that has recorded more, are not what somebody means who does not say so. */
export const FEW_ROWS = 20

/** What may be done about it, where no options or controls can be named. */
export const remnantRemedy =
  'Align on the union of the steps, on those of one series or per epoch; choose fewer features; or force the fit.'

/**
 * Looks at one aligned run after the other and keeps the worst: a fit of the few steps that happen to be the same would go
 * through, and name states of almost nothing.
 */
export class Remnants {
  private worst: { share: number; problem: string } | null = null
  private runs = 0

  constructor(private readonly features: readonly string[]) {}

  add({ run, steps, used }: AlignedRun): void {
    const { features } = this
    const most = Math.max(...used.map(({ of }) => of))
    const least = used.reduce((one, other) => (other.points / other.of < one.points / one.of ? other : one))
    const few = steps.length < FEW_ROWS && steps.length < most
    if (!few && least.points >= least.of / 2) return
    this.runs += 1
    const share = Math.min(least.points / least.of, steps.length / most)
    if (this.worst && this.worst.share <= share) return
    const feature = features[used.indexOf(least)]
    const recorded = features.map((name, d) => `"${name}" at ${used[d].of}`)
    const shown = recorded.length > 4 ? [...recorded.slice(0, 3), `${recorded.length - 3} more`] : recorded
    const problem =
      `Of run "${run.label}" only ${steps.length} ${steps.length === 1 ? 'row' : 'rows'} would be left, and of "${feature}" ` +
      `${least.points} of ${least.of} points: elsewhere not every feature has a number (${shown.join(', ')}).`
    this.worst = { share, problem }
  }

  /** What is left of the worst run, in a sentence or two; null: nothing speaks against a fit. */
  get problem(): string | null {
    if (!this.worst) return null
    const others = this.runs - 1
    const more = others === 1 ? 'One other run keeps' : `${others} other runs keep`
    return others === 0 ? this.worst.problem : `${this.worst.problem} ${more} too little as well.`
  }
}
