/**
 * What a point shows of a model: answers to the evaluated examples, what hook points show of them, pictures and curves, and what the
 * update that led to it did. A function of the recipe, the evaluated examples and the model's values, so that it can be computed in
 * the training thread or, from copies, beside it, with the same result to the bit.
 */
import { HistogramRanges, type KnownRanges } from '../hooks/histogram-ranges'
import { HeldActivations } from '../hooks/taps'
import type { ParameterValues } from '../hooks/weights'
import type { Histogram } from '../metrics/histogram'
import type { Model } from '../models/model'
import { tagOf } from '../domain/tags'
import { readValues } from '../tensor/views'
import { classScalars, predictionHistograms } from './class-metrics'
import { accuracy, evaluate, meanLoss, type Evaluation, type EvaluationOptions } from './evaluation'
import { experimentOf } from './experiments'
import { observersOf } from './observers'
import type { HookObserver, Moment, ObserverOfKind, Site, ValidationLook } from './observers/kind'
import { penaltyValue, trainedOf } from './parameter-rules'
import { PrCounter } from './pr-counts'
import { convolutionSamples, curveSamples, type Sample } from './samples'
import { streamOf } from './streams'
import type { LossName } from './losses'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'
import type { UserMetricPoint } from '../domain/user-metrics'

/** What stays the same during a run. Plain values, which another thread can be given. */
export interface PointSite {
  spec: RunSpec
  /** The evaluated examples are its splits. */
  dataset: Dataset
}

export interface PointAsked {
  moment: Moment
  /** Are pictures and curves part of it? */
  sampled: boolean
  /** Of the update that led here, where an observer asks for them; copies. */
  gradients: ParameterValues[] | null
  /** The trained parameters before that update, where an observer asks for them; copies. */
  before: ParameterValues[] | null
  /** Ranges that the histograms of training batches had here; what is seen at the point begins with them. */
  ranges: KnownRanges
}

interface TaggedHistogram {
  tag: string
  counted: Histogram
}

/** Plain values, which another thread can send. */
export interface PointSeen {
  /** Scalars in the order in which they are recorded. */
  values: Record<string, number>
  ofUpdate: { histograms: TaggedHistogram[]; alerts: string[] }
  histograms: TaggedHistogram[]
  samples: Sample[]
  alerts: string[]
  /** What could not be computed, and why. */
  gaps: { what: string; message: string }[]
  /** The answers to the validation examples. */
  validation: UserMetricPoint['validation']
}

export class PointLooker {
  private readonly hooks: ReadonlySet<string>
  private readonly classes: readonly string[]
  private readonly observers: readonly ObserverOfKind[]
  private readonly loss: LossName
  private readonly delta: number

  constructor(
    private readonly site: PointSite,
    private readonly model: Model
  ) {
    const { spec, dataset } = site
    const experiment = experimentOf(spec.experiment)
    this.loss = experiment.loss(spec)
    this.delta = experiment.huberDelta?.(spec) ?? 1
    this.hooks = new Set(spec.hooks)
    this.classes = classNamesOf(dataset)
    this.observers = observersOf(spec.record.observe)
  }

  async look(asked: PointAsked): Promise<PointSeen> {
    const { site, model, loss, delta, classes } = this
    const { spec, dataset } = site
    const { moment, sampled } = asked
    const ranges = new HistogramRanges(spec.record, asked.ranges)
    const scalarsOfUpdate: Record<string, number> = {}
    const seen: PointSeen = {
      values: {},
      ofUpdate: { histograms: [], alerts: [] },
      histograms: [],
      samples: [],
      alerts: [],
      gaps: [],
      validation: { labels: new Int32Array(0), predictions: new Int32Array(0), losses: new Float64Array(0) }
    }
    const gapWhereFails = async <T extends object | void>(
      what: string,
      work: () => T | Promise<T>
    ): Promise<T | undefined> => {
      try {
        return await work()
      } catch (error) {
        seen.gaps.push({ what, message: (error as Error).message })
        return undefined
      }
    }
    const ofUpdate = this.siteInto(seen.ofUpdate, scalarsOfUpdate, ranges)
    for (const { kind, gradients, change } of this.observers) {
      if (gradients && asked.gradients) {
        await gapWhereFails('The gradients', () => gradients(ofUpdate, asked.gradients!, moment))
      }
      if (change && asked.before) {
        const after = await this.trainedValues()
        await gapWhereFails(`The ${kind}`, () => change(ofUpdate, asked.before!, after))
      }
    }
    const onTrain = await evaluate(model, loss, dataset.train, {}, delta)
    const own = this.siteInto(seen, {}, ranges)
    const looks = this.observers.flatMap(({ validation }) => (validation ? [validation(own)] : []))
    const isBinary = loss === 'binary-cross-entropy' && dataset.classes === 2
    const oneHead = loss === 'cross-entropy' && model.architecture.heads.length === 1
    let curves = sampled && (oneHead || isBinary) ? new PrCounter(dataset.classes) : null
    const look: EvaluationOptions = {
      ...(this.hooks.size > 0 && looks.length > 0 ? { held: () => this.hold() } : {}),
      look: async (held) => {
        await gapWhereFails('The activations of the validation examples', async () => {
          for (const one of looks) await one.look(held)
        })
      },
      outputs: (_head, outputs, labels) => {
        try {
          curves?.add(isBinary ? besideZero(outputs) : outputs, labels)
        } catch (error) {
          curves = null
          seen.gaps.push({ what: 'The precision-recall curves', message: (error as Error).message })
        }
      }
    }
    const onValidation = await evaluate(model, loss, dataset.validation, look, delta)
    const penalty = await penaltyValue(model.parameters)
    const { pointMetrics } = experimentOf(spec.experiment)
    seen.values = {
      ...this.answersOf('train', onTrain, penalty),
      ...this.answersOf('val', onValidation, penalty),
      ...(penalty > 0 ? { [tagOf.penalty]: penalty } : {}),
      ...(await gapWhereFails('The metrics of classes', () =>
        dataset.classes > 0 || onValidation.ofLabels
          ? classScalars(onValidation, 'val', classes, dataset.heads ?? spec.data?.labelNames ?? [])
          : {}
      )),
      ...(await gapWhereFails('The scalars of activations', () => scalarsOf(looks))),
      ...scalarsOfUpdate,
      ...(pointMetrics
        ? await gapWhereFails("The experiment's own metrics", () =>
            pointMetrics(spec, model, streamOf(spec, 'point-metrics'))
          )
        : {})
    }
    await gapWhereFails('The histograms of the validation examples', async () => {
      for (const one of looks) await one.histograms(moment)
    })
    if (sampled) {
      await gapWhereFails('The pictures and curves', async () => {
        seen.samples.push(
          ...(await convolutionSamples(model, dataset.validation)),
          ...(curves ? curveSamples(curves, dataset.classNames) : [])
        )
      })
      await gapWhereFails('The histograms of predictions', () => {
        for (const [name, counted] of dataset.classes > 0 ? predictionHistograms(onValidation, classes) : []) {
          seen.histograms.push({ tag: tagOf.predictionHistogram(name), counted })
        }
      })
    }
    for (const one of looks) await one.alerts()
    const [{ labels, predictions, losses }] = onValidation.heads
    seen.validation = { labels, predictions, losses }
    return seen
  }

  /** As they are now; valid until the next tensor is made. */
  private async trainedValues(): Promise<ParameterValues[]> {
    const found: ParameterValues[] = []
    for (const { tensor, ...spec } of trainedOf(this.model.parameters)) {
      found.push({ spec, values: await readValues(tensor) })
    }
    return found
  }

  /** A site whose finds are kept. */
  private siteInto(
    { histograms, alerts }: Pick<PointSeen, 'histograms' | 'alerts'>,
    scalars: Record<string, number>,
    ranges: HistogramRanges
  ): Site {
    return {
      ...siteOf(this.site, this.model, ranges),
      scalars: (values) => void Object.assign(scalars, values),
      histogram: (tag, counted) => Promise.resolve(void histograms.push({ tag, counted })),
      alert: (what) => Promise.resolve(void alerts.push(what))
    }
  }

  private hold(): HeldActivations {
    const holds = (what: HookObserver['holds']): boolean => this.observers.some((observer) => observer.holds === what)
    return new HeldActivations(this.hooks, { activations: holds('activations'), gradients: false })
  }

  /** Loss with what the parameters add to it, as Keras reports it. */
  private answersOf(split: 'train' | 'val', evaluation: Evaluation, penalty: number): Record<string, number> {
    const loss = { [tagOf.loss(split)]: meanLoss(evaluation) + penalty }
    const hasAnswers = this.site.dataset.classes > 0 || evaluation.ofLabels
    return hasAnswers ? { ...loss, [tagOf.accuracy(split)]: accuracy(evaluation) } : loss
  }
}

function classNamesOf({ classes, classNames }: Dataset): readonly string[] {
  return classNames ?? Array.from({ length: classes }, (_, c) => String(c))
}

/** What observers are told of the run. */
export function siteOf(
  { spec, dataset }: PointSite,
  model: Model,
  ranges: HistogramRanges
): Omit<Site, 'scalars' | 'histogram' | 'alert'> {
  const types = new Map(model.graph.nodes.map(({ path, type }) => [path, type]))
  return { spec, dataset, ranges, classes: classNamesOf(dataset), types }
}

/** Logits of yes [N] as logits of no and yes [N, 2]: their softmax is the sigmoid. */
function besideZero(logits: Float32Array): Float32Array {
  return Float32Array.from({ length: 2 * logits.length }, (_, i) => (i % 2 === 0 ? 0 : logits[(i - 1) / 2]))
}

function scalarsOf(looks: readonly ValidationLook[]): Record<string, number> {
  return Object.assign({}, ...looks.map((one) => one.scalars())) as Record<string, number>
}
