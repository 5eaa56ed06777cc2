/** Everything that is recorded of a run: what is looked at during updates and at recorded points, and how it is written down. */
import { histogramsByClass, ActivationStatistics, type HistogramRange } from '../hooks/activations'
import { gradientScalars, updateScalars } from '../hooks/gradients'
import { HeldActivations } from '../hooks/taps'
import { weightScalars, type ParameterValues, type WeightScalars } from '../hooks/weights'
import { histogram, type Histogram } from '../metrics/histogram'
import { isInside } from '../models/architecture'
import { subset, type Batch } from './batches'
import { classScalars, predictionHistograms, tagName } from './class-metrics'
import { accuracy, evaluate, meanLoss, type Evaluation, type EvaluationOptions } from './evaluation'
import { experimentOf } from './experiments'
import type { Schedule } from './plan'
import { PrCounter } from './pr-counts'
import { convolutionSamples, curveSamples, type Sample } from './samples'
import type { TrainingSession } from './session'
import { streamOf } from './streams'
import type { Dataset } from '../domain/dataset'
import { tagOf } from '../domain/tags'
import type { HookKind } from '../domain/hook-kinds'
import type { RunSpec } from '../domain/run'
import type { TrainerPort } from './port'
import type { TrainRecord } from '../domain/records'

/** Weight metrics that may be under way beside the training; beyond, it waits for the oldest. */
const maxPending = 2

interface Moment {
  step: number
  epoch: number
  wallTimeSeconds: number
}

export class Observer {
  readonly evaluated: { train: Dataset['train']; validation: Dataset['validation'] }
  private readonly hooks: ReadonlySet<string>
  private readonly types: ReadonlyMap<string, string>
  private readonly range: HistogramRange
  private readonly classes: readonly string[]
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
    this.types = new Map(session.model.graph.nodes.map(({ path, type }) => [path, type]))
    const { histogramMin: min, histogramMax: max, histogramBins: bins } = spec.record
    this.range = { min, max, bins }
    this.classes = dataset.classNames ?? Array.from({ length: dataset.classes }, (_, c) => String(c))
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
        ...(point && this.sees('gradients') ? { gradients: (values) => (gradients = values) } : {}),
        ...(point && this.sees('updates')
          ? {
              change: (before, after) => {
                this.gapLater('updates', () =>
                  Object.assign(this.ofUpdate, updateScalars(before, after, this.spec.hooks))
                )
              }
            }
          : {})
      })
      const seen = gradients
      if (seen) await this.gapWhereFails('The gradients', () => this.gradientsOf(seen, step))
      if (held && session.step === step) {
        await this.gapWhereFails('The activations', () => this.activationsOf(held, batch, this.moment()))
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
    if (first && this.hooks.size > 0 && this.sees('gradients')) {
      let gradients: ParameterValues[] = []
      await session.look(first, { gradients: (values) => (gradients = values) })
      await this.gapWhereFails('The gradients', () => this.gradientsOf(gradients, 0))
    }
    const sampled = this.schedule.samplesAt(session.step)
    const onTrain = await evaluate(session.model, session.loss, this.evaluated.train, {}, session.lossOptions.delta)
    const statistics = new ActivationStatistics(this.range, this.types)
    const isBinary = session.loss === 'binary-cross-entropy' && dataset.classes === 2
    const oneHead = session.loss === 'cross-entropy' && session.model.architecture.heads.length === 1
    const curves = sampled && (oneHead || isBinary) ? new PrCounter(dataset.classes) : null
    const look: EvaluationOptions = {
      ...(this.hooks.size > 0 && this.sees('activations') ? { held: () => this.hold(false) } : {}),
      look: async (held) => {
        await this.gapWhereFails('The activations of the validation examples', async () => {
          for (const [hook, read] of held.activations()) statistics.add(hook, await read())
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
      ...(await this.gapWhereFails('The scalars of activations', () => statistics.scalars())),
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
      for (const [hook, counted] of statistics.histograms()) {
        await this.histogram(tagOf.validationHistogram(hook), counted, moment)
      }
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
      for (const hook of statistics.nonFinite()) await this.alert(`The activations of ${hook}`)
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

  private sees(kind: HookKind): boolean {
    return this.spec.record.observe.includes(kind)
  }

  private hold(gradients = this.sees('gradients')): HeldActivations {
    return new HeldActivations(this.hooks, { activations: this.sees('activations'), gradients })
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
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [tagOf.user(tagName(name)), value]))
  }

  /**
   * Emits `values` together with the weight metrics; where these are computed beside the training, they follow in a record
   * of their own.
   */
  private async weights(values: Record<string, number>, moment: Moment): Promise<void> {
    const { spec, port, session } = this
    if (spec.hooks.length === 0 || !this.sees('weights')) return this.scalars(values, moment)
    const parameters = await session.parameterValues()
    if (!port.weightMetrics) {
      const computed = await this.gapWhereFails('The weight metrics', () => weightScalars(parameters, spec.hooks))
      Object.assign(values, computed?.values)
      await this.scalars(values, moment)
      return computed && this.nonFiniteWeights(computed, values)
    }
    await this.scalars(values, moment)
    if (this.pending.length >= maxPending) await this.pending.shift()
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

  private async gradientsOf(gradients: ParameterValues[], step: number): Promise<void> {
    const { spec } = this
    Object.assign(this.ofUpdate, gradientScalars(gradients, spec.hooks))
    const moment = { ...this.moment(), step, epoch: step / this.schedule.stepsPerEpoch }
    for (const hook of spec.hooks) {
      const inside = gradients.filter(({ spec: { owner } }) => isInside(owner, hook))
      if (inside.length === 0) continue
      await this.histogram(
        tagOf.gradientHistogram(hook),
        centred(
          inside.map(({ values }) => values),
          this.range.bins
        ),
        moment
      )
      if (this.ofUpdate[tagOf.gradients(hook, 'nonfinite')] > 0) await this.alert(`The gradient of ${hook}`)
    }
  }

  private async activationsOf(held: HeldActivations, batch: Batch, moment: Moment): Promise<void> {
    const { min, max, bins } = this.range
    const { spec, dataset } = this
    for (const [hook, read] of held.activations()) {
      const seen = await read()
      const counted = histogram(seen.values, min, max, bins)
      const perClass =
        spec.record.perClass && batch.labels.length === batch.count
          ? histogramsByClass(seen, batch.labels, dataset.classes, this.range)
          : []
      await this.histogram(tagOf.activationHistogram(hook), counted, moment)
      for (const { class: c, histogram: own } of perClass) {
        await this.histogram(tagOf.classHistogram(hook, tagName(this.classes[c])), own, moment)
      }
      if (counted.nonFinite > 0) await this.alert(`The activations of ${hook}`)
    }
    for (const [hook, read] of held.activationGradients()) {
      const { values } = await read()
      await this.histogram(tagOf.activationGradientHistogram(hook), centred([values], bins), moment)
    }
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

/**
 * Gradients have no natural range: the bins reach to the power of two at or above the largest magnitude, on both sides of
 * zero, so that the edges of different steps lie on each other.
 */
function centred(arrays: readonly Float32Array[], bins: number): Histogram {
  let largest = 0
  let count = 0
  for (const values of arrays) {
    count += values.length
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i])
      if (size > largest && size !== Infinity) largest = size
    }
  }
  const reach = largest > 0 ? 2 ** Math.ceil(Math.log2(largest)) : 1
  if (arrays.length === 1) return histogram(arrays[0], -reach, reach, bins)
  const all = new Float32Array(count)
  arrays.reduce((at, values) => (all.set(values, at), at + values.length), 0)
  return histogram(all, -reach, reach, bins)
}
