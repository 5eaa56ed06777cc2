/** The metric that a run is judged by: early stopping and the best checkpoint follow it. */
import { ConfigError } from '../hooks/config-error'
import type { BestPoint, Better } from '../domain/best-point'
import type { ParamProblem, Params } from './params'

const lowerWords = /(^|[/_.\- ])(loss|error|err|mse|mae|rmse|penalty|perplexity)($|[/_.\- ])/i
const higherWords = /(^|[/_.\- ])(accuracy|acc|precision|recall|f1|auc|auroc|r2|score)($|[/_.\- ])/i

/** Which way the metric gets better, as chosen or as its name says; null: neither. */
function betterOf({ watched, better }: Params): Better | null {
  if (better === 'lower' || better === 'higher') return better
  const [lower, higher] = [lowerWords.test(String(watched)), higherWords.test(String(watched))]
  if (lower === higher) return null
  return lower ? 'lower' : 'higher'
}

/** The metric that a run with these parameters is judged by; null where they do not say. */
export function watchedBy(params: Params): { metric: string; better: Better; minChange: number } | null {
  const { watched, minChange } = params
  if (typeof watched !== 'string' || watched === '') return null
  return {
    metric: watched,
    better: betterOf(params) ?? 'lower',
    minChange: typeof minChange === 'number' ? minChange : 0
  }
}

/** Whether anything follows the metric. */
export function watches(params: Params, record: { keepBest: boolean }): boolean {
  return (params.patience as number) > 0 || record.keepBest
}

/** What is wrong with the choice before anything is trained. */
export function watchProblems(params: Params): ParamProblem[] {
  const { watched, better } = params
  if (better !== 'name' || betterOf(params) !== null) return []
  const message = `Nothing in the name ${String(watched)} says whether lower or higher is better; choose it (better).`
  return [{ key: 'better', message }]
}

export class WatchedMetric {
  readonly metric: string
  private readonly better: Better
  private readonly patience: number
  private readonly minChange: number
  private best: { value: number; step: number } | null = null
  /** The value that has to be bettered by `minChange` for a run to go on. */
  private reference: number | null = null
  private since = 0

  /** @param params patience: recorded points without a better value; 0: never stop */
  constructor(params: Params) {
    this.metric = params.watched as string
    this.better = betterOf(params) ?? 'lower'
    this.patience = params.patience as number
    this.minChange = params.minChange as number
  }

  get stops(): boolean {
    return this.patience > 0 && this.since >= this.patience
  }

  /** The best point so far; null while no value was finite. */
  get bestPoint(): BestPoint | null {
    return this.best && { metric: this.metric, better: this.better, ...this.best }
  }

  /**
   * The next recorded point.
   * @returns whether it is the best so far
   * @throws ConfigError where the run does not record the metric; a gap later on is a point that is no better
   */
  seen(values: Readonly<Record<string, number>>, step: number): boolean {
    const value = values[this.metric] ?? Number.NaN
    // What was recorded before and is not here is a gap, which ends no run.
    const isKnown = this.reference !== null || this.since > 0
    if (!isKnown && !(this.metric in values)) {
      // These tell of an update, and none has been made.
      if (step === 0 && /^(gradients|activation_gradients|updates|time)\//.test(this.metric)) return false
      throw new ConfigError(missing(this.metric, Object.keys(values)), 'watched')
    }
    // As Keras's min_delta: what betters the reference by less is no improvement. A value that is not finite is none, either.
    if (this.isBetter(value, this.reference, this.minChange)) {
      this.reference = value
      this.since = 0
    } else this.since++
    if (!this.isBetter(value, this.best?.value ?? null, 0)) return false
    this.best = { value, step }
    return true
  }

  why(): string {
    const side = this.better === 'lower' ? 'below' : 'above'
    const by = this.minChange > 0 ? ` by more than ${this.minChange}` : ''
    const times = `${this.since} recorded ${this.since === 1 ? 'point' : 'points'}`
    if (this.reference === null) return `${this.metric} was not finite at ${times}`
    return `${this.metric} has not been ${side} ${shown(this.reference)}${by} at ${times}`
  }

  /** JSON, for a checkpoint. */
  state(): { best: BestPoint | null; reference: number | null; since: number } {
    return { best: this.bestPoint, reference: this.reference, since: this.since }
  }

  restore(state: unknown): void {
    const { best, reference, since } = (state ?? {}) as {
      best?: BestPoint | number | null
      reference?: number | null
      since?: number
    }
    // Checkpoints of version 0.1 have the lowest validation loss as a number, without its step.
    const old = typeof best === 'number'
    this.best = old || !best ? null : { value: best.value, step: best.step }
    this.reference = old ? best : (reference ?? null)
    this.since = since ?? 0
  }

  private isBetter(value: number, than: number | null, by: number): boolean {
    if (!Number.isFinite(value)) return false
    if (than === null) return true
    return this.better === 'lower' ? value < than - by : value > than + by
  }
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function missing(metric: string, recorded: readonly string[]): string {
  const some = recorded.filter((tag) => /^(loss|accuracy|precision|recall|f1|user)\//.test(tag)).slice(0, 12)
  return (
    `The watched metric ${metric} is not among what this run records; there ${some.length === 1 ? 'is' : 'are'} ` +
    `${some.join(', ')}${some.length < recorded.length ? ' and others' : ''}. Watch one of these (watched).`
  )
}
