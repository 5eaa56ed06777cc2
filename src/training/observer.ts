/** Everything that is recorded of a run: what is looked at during updates and at recorded points, and how it is written down. */
import { HistogramRanges, type KnownRanges } from '../hooks/histogram-ranges'
import { HeldActivations } from '../hooks/taps'
import type { ParameterValues, WeightScalars } from '../hooks/weights'
import type { Histogram } from '../metrics/histogram'
import { subset, type Batch } from './batches'
import { observersOf } from './observers'
import type { HookObserver, Moment, ObserverOfKind, Site } from './observers/kind'
import type { Schedule } from './plan'
import { PointLooker, siteOf, type PointAsked, type PointSeen, type PointSite } from './point'
import type { Sample } from './samples'
import type { TrainingSession } from './session'
import { streamOf } from './streams'
import type { CheckpointState, TrainRecord } from '../domain/records'
import type { Dataset } from '../domain/dataset'
import { tagOf, tagPart } from '../domain/tags'
import type { RunSpec } from '../domain/run'
import type { PointsBeside, TrainerPort } from './port'

/** Points of which something may be under way beside the training; beyond, it waits for the oldest. */
const mostPending = 2

type Values = Record<string, number>

/** Follows the points of a run. */
export interface PointListener {
  /** What has to be kept of the moment for `recorded`, which may come when the run has gone on; null: nothing. */
  keep(): Promise<CheckpointState | null>
  /**
   * A point has been recorded; one after the other. What it throws ends the run.
   * @param late resolves when the values hold the weight metrics, too, which are computed beside the training
   */
  recorded(values: Readonly<Values>, at: Moment, kept: CheckpointState | null, late: () => Promise<void>): Promise<void>
}

const nothing: Pick<PointAsked, 'gradients' | 'before'> = { gradients: null, before: null }

export class Observer {
  readonly evaluated: { train: Dataset['train']; validation: Dataset['validation'] }
  private readonly hooks: ReadonlySet<string>
  private readonly observers: readonly ObserverOfKind[]
  private site: Site
  private readonly looker: PointLooker
  /** Evaluates beside the training; null: the trainer does. */
  private readonly beside: PointsBeside | null
  private readonly alerted = new Set<string>()
  /** What the latest update showed, for the point that follows it. */
  private ofUpdate: Pick<PointAsked, 'gradients' | 'before'> = nothing
  private pending: Promise<unknown>[] = []
  /** When the latest point's evaluation has been recorded: points are told in their order. */
  private told: Promise<void> = Promise.resolve()
  /** What could not be computed since it was told last. */
  private readonly gaps = new Map<string, Error>()
  /** What the port could not take: a full disk ends a run, other than what cannot be computed. */
  private unwritten: unknown = null

  constructor(
    private readonly spec: RunSpec,
    private readonly session: TrainingSession,
    private readonly schedule: Schedule,
    dataset: Dataset,
    private readonly port: TrainerPort,
    private readonly listener: PointListener,
    /** Whether the run's next step depends on the point before it. */
    waits: boolean
  ) {
    const limit = spec.params.evalSamples as number
    this.evaluated = {
      train: subset(dataset.train, limit, streamOf(spec, 'evaluation/train')),
      validation: subset(dataset.validation, limit, streamOf(spec, 'evaluation/validation'))
    }
    this.hooks = new Set(spec.hooks)
    this.observers = observersOf(spec.record.observe)
    const { inputShape, classes, classNames, heads } = dataset
    const evaluated = { inputShape, classes, classNames, heads, ...this.evaluated }
    const pointSite: PointSite = { spec, dataset: evaluated }
    this.looker = new PointLooker(pointSite, session.model)
    this.site = {
      ...siteOf({ spec, dataset }, session.model, new HistogramRanges(spec.record)),
      scalars: () => undefined,
      histogram: (tag, counted, moment) => this.histogram(tag, counted, moment),
      alert: (what) => this.alert(what, session.step)
    }
    this.beside = waits ? null : (port.pointsBeside ?? null)
    this.beside?.begin(pointSite)
  }

  /** What a checkpoint has to know of what was seen, so that a run that goes on from it records the same. */
  ranges(): Record<string, [number, number]> {
    return this.site.ranges.known()
  }

  restoreRanges(known: unknown): void {
    // A checkpoint of before has none: they are found again.
    this.site = { ...this.site, ranges: new HistogramRanges(this.spec.record, (known ?? {}) as KnownRanges) }
  }

  /** One update, observed as far as the schedule asks. Returns the batch's loss. */
  async update(batch: Batch): Promise<number> {
    const { session, schedule } = this
    const step = session.step + 1
    const looks = this.hooks.size > 0
    const held = looks && schedule.observesBatch(step) ? this.hold() : undefined
    const point = looks && schedule.recordsAt(step)
    const seen: typeof this.ofUpdate = { ...nothing }
    this.ofUpdate = seen
    try {
      const loss = await session.update(batch, {
        held,
        ...(point && this.looksAt('gradients') ? { gradients: (values) => (seen.gradients = values) } : {}),
        ...(point && this.looksAt('change') ? { before: (values) => (seen.before = values) } : {})
      })
      if (held && session.step === step) {
        await this.gapWhereFails('The activations', async () => {
          const moment = this.moment()
          for (const { batch: look } of this.observers) await look?.(this.site, held, batch, moment)
        })
      }
      return loss
    } finally {
      held?.dispose()
    }
  }

  /**
   * The point at the present step. `first` is the batch of the first update, whose gradients stand for the time before any
   * update; null later on. The listener is told when it has been recorded, which may be later: see `settled`.
   */
  async point({ first, stepMs }: { first: Batch | null; stepMs: number | null }): Promise<void> {
    const { session, beside, listener } = this
    const moment = this.moment()
    if (first && this.hooks.size > 0 && this.looksAt('gradients')) {
      const seen: typeof this.ofUpdate = { ...nothing }
      this.ofUpdate = seen
      await session.look(first, { gradients: (values) => (seen.gradients = values) })
    }
    const sampled = this.schedule.samplesAt(session.step)
    const asked: PointAsked = { ...this.ofUpdate, moment, sampled, ranges: this.site.ranges.known() }
    this.ofUpdate = nothing
    const more: Values = {
      // The rate of the update that led here; at the start, of the first one.
      lr: session.learningRateAt(Math.max(0, session.step - 1)),
      ...(stepMs === null ? {} : { [tagOf.stepTime]: stepMs })
    }
    const userParameters = this.port.userMetrics ? await session.parameterValues() : []
    // Always at the same step, so that a run that ends here for what one of them has found ends the same each time.
    while (this.pending.length >= mostPending) await this.pending.shift()
    const isBeside = beside?.ready() === true
    if (beside && !isBeside) await this.told
    const kept = isBeside ? await listener.keep() : null
    const look = isBeside ? beside.look(asked, await session.modelValues()) : this.looker.look(asked)
    // Its failure is told where it is awaited.
    look.catch(() => undefined)
    if (!isBeside) await look
    const weights = await this.weights(moment)
    const values: Values = {}
    const late = this.later(weights.later, values, moment)
    late.catch(() => undefined)
    const before = this.told
    const told = (async () => {
      const seen = isBeside
        ? await this.gapWhereFails('The losses and accuracies', () => look, moment.step)
        : await look
      await before
      if (!seen) return
      Object.assign(values, await this.record(seen, more, userParameters, weights.now, moment))
      await listener.recorded(values, moment, kept, () => late.then(() => undefined))
    })()
    this.told = told
    told.catch(() => undefined)
    if (!isBeside) await told
    if (!isBeside && !weights.later) return
    const whole = Promise.all([late, told]).then(
      ([computed]) => computed && this.nonFiniteWeights(computed, values, moment.step)
    )
    whole.catch(() => undefined)
    this.pending.push(whole)
  }

  /** Records what a point has shown. Returns its scalars. */
  private async record(
    seen: PointSeen,
    more: Readonly<Values>,
    parameters: ParameterValues[],
    weights: WeightScalars | null,
    moment: Moment
  ): Promise<Values> {
    const { step } = moment
    for (const { tag, counted } of seen.ofUpdate.histograms) await this.histogram(tag, counted, moment)
    for (const what of seen.ofUpdate.alerts) await this.alert(what, step)
    const values: Values = { ...seen.values, ...more }
    Object.assign(values, await this.userMetrics(values, parameters, seen.validation, moment))
    Object.assign(values, weights?.values)
    await this.scalars(values, moment)
    if (weights) await this.nonFiniteWeights(weights, values, step)
    for (const { tag, counted } of seen.histograms) await this.histogram(tag, counted, moment)
    for (const sample of seen.samples) await this.emit({ ...sample, ...moment })
    for (const { what, message } of seen.gaps) this.gaps.set(what, new Error(message))
    await this.tellGaps(step)
    // A loss that is not finite ends the run; there is nothing to pause for.
    if (Number.isFinite(values[tagOf.loss('train')])) for (const what of seen.alerts) await this.alert(what, step)
    return values
  }

  /** Waits for what is computed beside the training. Throws the first thing that went wrong, when all is done. */
  async settled(): Promise<void> {
    const pending = this.pending
    this.pending = []
    const failed = (await Promise.allSettled(pending)).find(({ status }) => status === 'rejected')
    if (failed) throw (failed as PromiseRejectedResult).reason
  }

  async scalars(values: Values, moment = this.moment()): Promise<void> {
    await this.emit({ kind: 'scalars', ...moment, values: { ...values, epoch: moment.epoch } })
  }

  async samples(samples: readonly Sample[]): Promise<void> {
    const moment = this.moment()
    for (const sample of samples) await this.emit({ ...sample, ...moment })
  }

  private async emit(record: TrainRecord): Promise<void> {
    try {
      await this.port.emit(record)
    } catch (error) {
      this.unwritten = error
      throw error
    }
  }

  /**
   * Nothing that only observes may end a run: what cannot be computed is a gap, told once for each kind. What cannot be
   * written is another matter: without records, training would be for nothing.
   */
  private async gapWhereFails<T extends object | void>(
    what: string,
    work: () => T | Promise<T>,
    step = this.session.step
  ): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (error === this.unwritten) throw error
      this.gaps.set(what, error as Error)
      await this.tellGaps(step)
      return undefined
    }
  }

  private async tellGaps(step = this.session.step): Promise<void> {
    for (const [what, error] of this.gaps) {
      if (this.alerted.has(`gap ${what}`)) continue
      this.alerted.add(`gap ${what}`)
      const text = `${what} could not be computed at step ${step}: ${sentence(error.message)} They have a gap there.`
      await this.emit({ kind: 'log', level: 'warning', text })
    }
    this.gaps.clear()
  }

  private looksAt(part: 'gradients' | 'change'): boolean {
    return this.observers.some((observer) => observer[part])
  }

  private hold(): HeldActivations {
    const holds = (what: HookObserver['holds']): boolean => this.observers.some((observer) => observer.holds === what)
    return new HeldActivations(this.hooks, { activations: holds('activations'), gradients: holds('gradients') })
  }

  private moment(): Moment {
    const { step } = this.session
    return { step, epoch: step / this.schedule.stepsPerEpoch, wallTimeSeconds: this.port.wallTime() }
  }

  /** `user/<name>` for each of the user's functions. What fails is told once, by name, and left out. */
  private async userMetrics(
    scalars: Values,
    values: ParameterValues[],
    validation: PointSeen['validation'],
    { step, epoch }: Moment
  ): Promise<Values> {
    const { port } = this
    if (!port.userMetrics) return {}
    const parameters = values.map(({ spec: { name, shape }, values: own }) => {
      return { name, shape: [...shape], values: own }
    })
    const point = { step, epoch, scalars: { ...scalars }, parameters, validation }
    const { values: answers, problems } = await port.userMetrics(point)
    for (const { name, text } of problems) {
      const what = name === null ? 'metrics.js' : `The function ${name} of metrics.js`
      if (this.alerted.has(what)) continue
      this.alerted.add(what)
      await this.emit({ kind: 'log', level: 'warning', text: `${what} ${text} (step ${step}).` })
    }
    return Object.fromEntries(Object.entries(answers).map(([name, value]) => [tagOf.user(tagPart(name)), value]))
  }

  /** The weight metrics: now, or later where they are computed beside the training; null: there are none. */
  private async weights({
    step
  }: Moment): Promise<{ now: WeightScalars | null; later: Promise<WeightScalars | undefined> | null }> {
    const { spec, port, session } = this
    const compute = this.observers.find(({ parameters }) => parameters)?.parameters
    if (spec.hooks.length === 0 || !compute) return { now: null, later: null }
    const parameters = await session.parameterValues()
    const what = 'The weight metrics'
    if (!port.weightMetrics) {
      const computed = await this.gapWhereFails(what, () => compute(parameters, spec.hooks), step)
      return { now: computed ?? null, later: null }
    }
    const metrics = port.weightMetrics
    return { now: null, later: this.gapWhereFails(what, () => metrics({ parameters, hooks: spec.hooks }), step) }
  }

  /** Weight metrics follow in a record of their own. Resolves when `values` holds them. */
  private async later(
    weights: Promise<WeightScalars | undefined> | null,
    values: Values,
    moment: Moment
  ): Promise<WeightScalars | undefined> {
    const computed = await weights
    if (!computed) return undefined
    await this.emit({ kind: 'scalars', ...moment, values: computed.values })
    Object.assign(values, computed.values)
    return computed
  }

  private async nonFiniteWeights({ nonFinite }: WeightScalars, values: Values, step: number): Promise<void> {
    if (!Number.isFinite(values[tagOf.loss('train')])) return
    for (const name of nonFinite) await this.alert(`The parameter ${name}`, step)
  }

  private async histogram(tag: string, counted: Histogram, moment: Moment): Promise<void> {
    await this.emit({ kind: 'histogram', ...moment, tag, ...counted })
  }

  /** Once for each thing. */
  private async alert(what: string, step: number): Promise<void> {
    if (this.alerted.has(what)) return
    this.alerted.add(what)
    const text = `${what} has values that are not finite from step ${step} on; metrics that they enter are NaN.`
    const grammatical = text.replace(/^(The activations of .*?) has /, '$1 have ')
    if (this.spec.record.pauseOnNonFinite) await this.emit({ kind: 'alert', step, text: grammatical })
    else await this.emit({ kind: 'log', level: 'warning', text: grammatical })
  }
}

function sentence(text: string): string {
  const plain = text.trim()
  return /[.!?]$/.test(plain) ? plain : `${plain}.`
}
