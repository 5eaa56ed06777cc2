/** Everything that is recorded of a run: what is looked at during updates and at recorded points, and how it is written down. */
import { HeldActivations } from '../hooks/taps'
import type { ParameterValues, WeightScalars } from '../hooks/weights'
import type { Histogram } from '../metrics/histogram'
import { subset, type Batch } from './batches'
import { classScalars, predictionHistograms } from './class-metrics'
import { accuracy, evaluate, meanLoss, type Evaluation, type EvaluationOptions } from './evaluation'
import { experimentOf } from './experiments'
import { observersOf } from './observers'
import type { HookObserver, Moment, ObserverOfKind, Site, ValidationLook } from './observers/kind'
import type { Schedule } from './plan'
import { PrCounter } from './pr-counts'
import { convolutionSamples, curveSamples, type Sample } from './samples'
import type { TrainingSession } from './session'
import { streamOf } from './streams'
import type { Dataset } from '../domain/dataset'
import { tagOf, tagPart } from '../domain/tags'
import type { RunSpec } from '../domain/run'
import type { TrainerPort } from './port'
import type { TrainRecord } from '../domain/records'

/** Weight metrics that may be under way beside the training; beyond, it waits for the oldest. */
const mostPending = 2

export class Observer {
  readonly evaluated: { train: Dataset['train']; validation: Dataset['validation'] }
  private readonly hooks: ReadonlySet<string>
  private readonly classes: readonly string[]
  private readonly observers: readonly ObserverOfKind[]
  private readonly site: Site
  private readonly alerted = new Set<string>()
  /** Scalars of the latest update, part of the point that follows it. */
  private ofUpdate: Record<string, number> = {}
  private pending: Promise<void>[] = []
  /** What could not be computed since it was told last. */
  private readonly gaps = new Map<string, Error>()
  /** What the port could not take: a full disk ends a run, other than what cannot be computed. */
  private unwritten: unknown = null

  constructor(
    private readonly spec: RunSpec,
    private readonly session: TrainingSession,
    private readonly schedule: Schedule,
    private readonly dataset: Dataset,
    private readonly port: TrainerPort
  ) {
    const limit = spec.params.evalSamples as number
    this.evaluated = {
      train: subset(dataset.train, limit, streamOf(spec, 'evaluation/train')),
      validation: subset(dataset.validation, limit, streamOf(spec, 'evaluation/validation'))
    }
    this.hooks = new Set(spec.hooks)
    this.classes = dataset.classNames ?? Array.from({ length: dataset.classes }, (_, c) => String(c))
    this.observers = observersOf(spec.record.observe)
    const { histogramMin: min, histogramMax: max, histogramBins: bins } = spec.record
    this.site = {
      spec,
      dataset,
      range: { min, max, bins },
      classes: this.classes,
      types: new Map(session.model.graph.nodes.map(({ path, type }) => [path, type])),
      scalars: (values) => void Object.assign(this.ofUpdate, values),
      histogram: (tag, counted, moment) => this.histogram(tag, counted, moment),
      alert: (what) => this.alert(what)
    }
  }

  /** One update, observed as far as the schedule asks. Returns the batch's loss. */
  async update(batch: Batch): Promise<number> {
    const { session, schedule } = this
    const step = session.step + 1
    const looks = this.hooks.size > 0
    const held = looks && schedule.observesBatch(step) ? this.hold() : undefined
    const point = looks && schedule.recordsAt(step)
    let gradients: ParameterValues[] | null = null
    this.ofUpdate = {}
    try {
      const loss = await session.update(batch, {
        held,
        ...(point && this.looksAt('gradients') ? { gradients: (values) => (gradients = values) } : {}),
        ...(point && this.looksAt('change')
          ? {
              change: (before, after) => {
                for (const { kind, change } of this.observers) {
                  if (change) this.gapLater(kind, () => change(this.site, before, after))
                }
              }
            }
          : {})
      })
      const seen = gradients
      if (seen) await this.gapWhereFails('The gradients', () => this.gradientsOf(seen, step))
      if (held && session.step === step) {
        await this.gapWhereFails('The activations', async () => {
          const moment = this.moment()
          for (const { batch: look } of this.observers) await look?.(this.site, held, batch, moment)
        })
      }
      await this.tellGaps()
      return loss
    } finally {
      held?.dispose()
    }
  }

  /**
   * The point at the present step. `first` is the batch of the first update, whose gradients stand for the time before any
   * update; null later on. Returns what was recorded; metrics that are computed beside the training are in it when `settled`.
   */
  async point({
    first,
    stepMs
  }: {
    first: Batch | null
    stepMs: number | null
  }): Promise<Readonly<Record<string, number>>> {
    const { session, dataset, spec } = this
    const moment = this.moment()
    if (first && this.hooks.size > 0 && this.looksAt('gradients')) {
      let gradients: ParameterValues[] = []
      await session.look(first, { gradients: (values) => (gradients = values) })
      await this.gapWhereFails('The gradients', () => this.gradientsOf(gradients, 0))
    }
    const sampled = this.schedule.samplesAt(session.step)
    const onTrain = await evaluate(session.model, session.loss, this.evaluated.train, {}, session.lossOptions.delta)
    const looks = this.observers.flatMap(({ validation }) => (validation ? [validation(this.site)] : []))
    const isBinary = session.loss === 'binary-cross-entropy' && dataset.classes === 2
    const oneHead = session.loss === 'cross-entropy' && session.model.architecture.heads.length === 1
    const curves = sampled && (oneHead || isBinary) ? new PrCounter(dataset.classes) : null
    const look: EvaluationOptions = {
      ...(this.hooks.size > 0 && looks.length > 0 ? { held: () => this.hold(false) } : {}),
      look: async (held) => {
        await this.gapWhereFails('The activations of the validation examples', async () => {
          for (const one of looks) await one.look(held)
        })
      },
      outputs: (_head, outputs, labels) =>
        this.gapLater('precision-recall curves', () => curves?.add(isBinary ? besideZero(outputs) : outputs, labels))
    }
    const onValidation = await evaluate(
      session.model,
      session.loss,
      this.evaluated.validation,
      look,
      session.lossOptions.delta
    )
    const penalty = await session.penalty()
    const own = experimentOf(spec.experiment).pointMetrics
    const values: Record<string, number> = {
      ...this.answersOf('train', onTrain, penalty),
      ...this.answersOf('val', onValidation, penalty),
      ...(penalty > 0 ? { [tagOf.penalty]: penalty } : {}),
      ...(await this.gapWhereFails('The metrics of classes', () =>
        dataset.classes > 0 || onValidation.ofLabels
          ? classScalars(onValidation, 'val', this.classes, dataset.heads ?? spec.data?.labelNames ?? [])
          : {}
      )),
      ...(await this.gapWhereFails('The scalars of activations', () => scalarsOf(looks))),
      ...this.ofUpdate,
      ...(own
        ? await this.gapWhereFails("The experiment's own metrics", () =>
            own(spec, session.model, streamOf(spec, 'point-metrics'))
          )
        : {}),
      // The rate of the update that led here; at the start, of the first one.
      lr: session.learningRateAt(Math.max(0, session.step - 1)),
      ...(stepMs === null ? {} : { [tagOf.stepTime]: stepMs })
    }
    Object.assign(values, await this.userMetrics(values, onValidation, moment))
    await this.weights(values, moment)
    await this.gapWhereFails('The histograms of the validation examples', async () => {
      for (const one of looks) await one.histograms(moment)
    })
    if (sampled) {
      await this.gapWhereFails('The pictures and curves', async () => {
        await this.samples([
          ...(await convolutionSamples(session.model, this.evaluated.validation)),
          ...(curves ? curveSamples(curves, dataset.classNames) : [])
        ])
      })
      await this.gapWhereFails('The histograms of predictions', async () => {
        for (const [name, counted] of dataset.classes > 0 ? predictionHistograms(onValidation, this.classes) : []) {
          await this.histogram(tagOf.predictionHistogram(name), counted, moment)
        }
      })
    }
    await this.tellGaps()
    // A loss that is not finite ends the run; there is nothing to pause for.
    if (Number.isFinite(values[tagOf.loss('train')])) {
      for (const one of looks) await one.alerts()
    }
    return values
  }

  /** Waits for what is computed beside the training. */
  async settled(): Promise<void> {
    const pending = this.pending
    this.pending = []
    await Promise.all(pending)
  }

  async scalars(values: Record<string, number>, moment = this.moment()): Promise<void> {
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
    work: () => T | Promise<T>
  ): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (error === this.unwritten) throw error
      this.gaps.set(what, error as Error)
      await this.tellGaps()
      return undefined
    }
  }

  /** The same where nobody can wait; what failed is told later. */
  private gapLater(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.gaps.set(`The ${what}`, error as Error)
    }
  }

  private async tellGaps(): Promise<void> {
    for (const [what, error] of this.gaps) {
      if (this.alerted.has(`gap ${what}`)) continue
      this.alerted.add(`gap ${what}`)
      const text = `${what} could not be computed at step ${this.session.step}: ${sentence(error.message)} They have a gap there.`
      await this.emit({ kind: 'log', level: 'warning', text })
    }
    this.gaps.clear()
  }

  private looksAt(part: 'gradients' | 'change'): boolean {
    return this.observers.some((observer) => observer[part])
  }

  private hold(gradients = true): HeldActivations {
    const holds = (what: HookObserver['holds']): boolean => this.observers.some((observer) => observer.holds === what)
    return new HeldActivations(this.hooks, {
      activations: holds('activations'),
      gradients: gradients && holds('gradients')
    })
  }

  private moment(): Moment {
    const { step } = this.session
    return { step, epoch: step / this.schedule.stepsPerEpoch, wallTimeSeconds: this.port.wallTime() }
  }

  /** Loss with what the parameters add to it, as Keras reports it. */
  private answersOf(split: 'train' | 'val', evaluation: Evaluation, penalty: number): Record<string, number> {
    const loss = { [tagOf.loss(split)]: meanLoss(evaluation) + penalty }
    const hasAnswers = this.dataset.classes > 0 || evaluation.ofLabels
    return hasAnswers ? { ...loss, [tagOf.accuracy(split)]: accuracy(evaluation) } : loss
  }

  /** `user/<name>` for each of the user's functions. What fails is told once, by name, and left out. */
  private async userMetrics(
    scalars: Record<string, number>,
    { heads: [validation] }: Evaluation,
    { step, epoch }: Moment
  ): Promise<Record<string, number>> {
    const { port, session } = this
    if (!port.userMetrics) return {}
    const parameters = (await session.parameterValues()).map(({ spec: { name, shape }, values }) => {
      return { name, shape: [...shape], values }
    })
    const { labels, predictions, losses } = validation
    const point = { step, epoch, scalars: { ...scalars }, parameters, validation: { labels, predictions, losses } }
    const { values, problems } = await port.userMetrics(point)
    for (const { name, text } of problems) {
      const what = name === null ? 'metrics.js' : `The function ${name} of metrics.js`
      if (this.alerted.has(what)) continue
      this.alerted.add(what)
      await this.emit({ kind: 'log', level: 'warning', text: `${what} ${text} (step ${step}).` })
    }
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [tagOf.user(tagPart(name)), value]))
  }

  /**
   * Emits `values` together with the weight metrics; where these are computed beside the training, they follow in a record
   * of their own.
   */
  private async weights(values: Record<string, number>, moment: Moment): Promise<void> {
    const { spec, port, session } = this
    const compute = this.observers.find(({ parameters }) => parameters)?.parameters
    if (spec.hooks.length === 0 || !compute) return this.scalars(values, moment)
    const parameters = await session.parameterValues()
    if (!port.weightMetrics) {
      const computed = await this.gapWhereFails('The weight metrics', () => compute(parameters, spec.hooks))
      Object.assign(values, computed?.values)
      await this.scalars(values, moment)
      return computed && this.nonFiniteWeights(computed, values)
    }
    await this.scalars(values, moment)
    if (this.pending.length >= mostPending) await this.pending.shift()
    const metrics = port.weightMetrics
    const job = this.gapWhereFails('The weight metrics', async () => {
      const computed = await metrics({ parameters, hooks: spec.hooks })
      await this.emit({ kind: 'scalars', ...moment, values: computed.values })
      Object.assign(values, computed.values)
      await this.nonFiniteWeights(computed, values)
    })
    // Its failure is told where it is awaited, which is never later than the next checkpoint.
    job.catch(() => undefined)
    this.pending.push(job)
  }

  private async nonFiniteWeights({ nonFinite }: WeightScalars, values: Record<string, number>): Promise<void> {
    if (!Number.isFinite(values[tagOf.loss('train')])) return
    for (const name of nonFinite) await this.alert(`The parameter ${name}`)
  }

  /** Of the update that leads to the point after `step` updates. */
  private async gradientsOf(gradients: ParameterValues[], step: number): Promise<void> {
    const moment = { ...this.moment(), step, epoch: step / this.schedule.stepsPerEpoch }
    for (const { gradients: look } of this.observers) await look?.(this.site, gradients, moment)
  }

  private async histogram(tag: string, counted: Histogram, moment: Moment): Promise<void> {
    await this.emit({ kind: 'histogram', ...moment, tag, ...counted })
  }

  /** Once for each thing. */
  private async alert(what: string): Promise<void> {
    if (this.alerted.has(what)) return
    this.alerted.add(what)
    const { step } = this.session
    const text = `${what} has values that are not finite from step ${step} on; metrics that they enter are NaN.`
    const grammatical = text.replace(/^(The activations of .*?) has /, '$1 have ')
    if (this.spec.record.pauseOnNonFinite) await this.emit({ kind: 'alert', step, text: grammatical })
    else await this.emit({ kind: 'log', level: 'warning', text: grammatical })
  }
}

/** Logits of yes [N] as logits of no and yes [N, 2]: their softmax is the sigmoid. */
function besideZero(logits: Float32Array): Float32Array {
  return Float32Array.from({ length: 2 * logits.length }, (_, i) => (i % 2 === 0 ? 0 : logits[(i - 1) / 2]))
}

function sentence(text: string): string {
  const plain = text.trim()
  return /[.!?]$/.test(plain) ? plain : `${plain}.`
}

function scalarsOf(looks: readonly ValidationLook[]): Record<string, number> {
  return Object.assign({}, ...looks.map((one) => one.scalars())) as Record<string, number>
}
