/**
 * The training loop. Pure: data and a port come in, records go out, and everything but the tags under `time/` is a
 * function of the run's specification, bit for bit.
 *
 * Order at every step count s: records of s, checkpoint of s, then control; so a checkpoint of s lies behind all records up
 * to s, and a run continued from it records from s + 1 on. The activations of the batch of update s carry step s.
 */
import { histogramTap } from '../hooks/activations'
import { ConfigError } from '../hooks/config-error'
import { Rng } from '../numeric/rng'
import { tensorMemory } from '../tensor/backend'
import { BatchSource, subset } from './batches'
import { describeRun, hparamsOf } from './description'
import { pointScalars } from './evaluation'
import { checkHooks, checkRecord, resolveParams, stepsPerEpoch, totalSteps } from './experiments'
import { Pace } from './pace'
import type { Params } from './params'
import { Schedule } from './plan'
import { PrCounter } from './pr-counts'
import { convolutionSamples, curveSamples, firstSamples, type Sample } from './samples'
import { TrainingSession } from './session'
import type { CheckpointState, Dataset, HistogramRecord, RunSpec, TrainerPort, TrainOutcome } from './types'

/** How long the loop may run without letting messages in, and how often progress is told. */
const yieldIntervalMs = 20
const progressIntervalMs = 250

/**
 * Trains to the end, or until the port says cancel. The backend of `spec` must be prepared. Throws a ConfigError for a bad
 * specification and an Error when the loss diverges; its tensors are disposed of in every case.
 */
export async function train(
  spec: RunSpec,
  dataset: Dataset,
  port: TrainerPort,
  resume?: CheckpointState
): Promise<TrainOutcome> {
  const params = resolveParams(spec.experiment, spec.params)
  checkHooks(spec.experiment, params, spec.hooks)
  checkRecord(spec.record)
  const perEpoch = stepsPerEpoch(spec.experiment, params)
  const total = totalSteps(spec.experiment, params)
  if (resume && resume.step > total) {
    throw new ConfigError(`The checkpoint is at step ${resume.step}, but this run ends at step ${total}.`)
  }
  if (Math.ceil(dataset.train.count / (params.batchSize as number)) !== perEpoch) {
    throw new Error(`The dataset has ${dataset.train.count} training examples, which does not fit the parameters.`)
  }
  const session = new TrainingSession(spec, params)
  try {
    if (resume) session.restore(resume)
    const schedule = new Schedule(perEpoch, total, spec.record)
    return await new Loop(spec, params, session, schedule, dataset, port).run(resume)
  } finally {
    session.dispose()
  }
}

class Loop {
  private readonly batches: BatchSource
  private readonly pace: Pace
  private readonly hooks: ReadonlySet<string>
  private readonly reported = new Set<string>()
  private readonly evaluated: { train: Dataset['train']; validation: Dataset['validation'] }
  private lastYieldMs: number
  private lastProgressMs = -Infinity

  constructor(
    private readonly spec: RunSpec,
    private readonly params: Params,
    private readonly session: TrainingSession,
    private readonly schedule: Schedule,
    private readonly dataset: Dataset,
    private readonly port: TrainerPort
  ) {
    const evalSamples = params.evalSamples as number
    this.batches = new BatchSource(dataset.train, params.batchSize as number, spec.seed)
    this.pace = new Pace(schedule, () => port.now(), schedule.stepsPerEpoch)
    this.hooks = new Set(spec.hooks)
    this.evaluated = {
      train: subset(dataset.train, evalSamples, Rng.forPurpose(spec.seed, 'evaluation/train')),
      validation: subset(dataset.validation, evalSamples, Rng.forPurpose(spec.seed, 'evaluation/validation'))
    }
    this.lastYieldMs = port.now()
  }

  async run(resume?: CheckpointState): Promise<TrainOutcome> {
    const { session, schedule, port } = this
    await this.announce(resume)
    if (!resume) await this.describe()
    let savedAt = resume ? resume.step : -1
    for (;;) {
      const step = session.step
      const done = step === schedule.totalSteps
      if (!resume || step > resume.step) {
        if (schedule.recordsAt(step)) await this.recordPoint()
        if (schedule.checkpointsAt(step)) {
          await this.checkpoint(done)
          savedAt = step
        }
      } else if (done && !resume.final) {
        await this.checkpoint(true)
      }
      await this.tellProgress(done)
      if (done) return { status: 'done', step, epoch: this.epoch() }
      await this.breathe()
      if (await this.cancelled()) {
        if (savedAt !== step) await this.checkpoint(false)
        await port.emit({
          kind: 'log',
          level: 'info',
          text: `Cancelled at step ${step}, epoch ${this.epoch().toFixed(2)}.`
        })
        return { status: 'cancelled', step, epoch: this.epoch() }
      }
      await this.update()
    }
  }

  private epoch(): number {
    return this.session.step / this.schedule.stepsPerEpoch
  }

  private async update(): Promise<void> {
    const { session, port, spec } = this
    const start = port.now()
    const step = session.step + 1
    const histograms: HistogramRecord[] = []
    const { histogramMin: min, histogramMax: max, histogramBins: bins } = spec.record
    const observe = this.hooks.size > 0 && this.schedule.observesBatch(step)
    const wallTimeSeconds = port.wallTime()
    const epoch = step / this.schedule.stepsPerEpoch
    const tap = observe
      ? histogramTap(this.hooks, { min, max, bins }, (hook, counted) => {
          histograms.push({ kind: 'histogram', step, epoch, wallTimeSeconds, tag: `activations/${hook}`, ...counted })
        })
      : undefined
    const loss = session.update(this.batches.batchAt(session.step), tap)
    if (!Number.isFinite(loss)) await this.diverged(loss)
    for (const record of histograms) await port.emit(record)
    this.pace.spent('step', port.now() - start)
  }

  private async recordPoint(): Promise<void> {
    const { session, port } = this
    const start = port.now()
    const { train, validation } = this.evaluated
    const sampled = this.schedule.samplesAt(session.step)
    const curves = sampled ? new PrCounter(this.dataset.classes) : null
    const answers = curves ? curves.add.bind(curves) : undefined
    const { values, nonFinite } = pointScalars(session.model, train, validation, this.spec.hooks, answers)
    await this.emitScalars({
      ...values,
      // The rate of the update that led here; at the start, of the first one.
      lr: session.learningRateAt(Math.max(0, session.step - 1)),
      epoch: this.epoch(),
      ...(session.step > 0 ? { 'time/step_ms': this.pace.stepMs() } : {})
    })
    if (curves) await this.emitSamples([...convolutionSamples(session.model, validation), ...curveSamples(curves)])
    for (const name of nonFinite) {
      if (this.reported.has(name)) continue
      this.reported.add(name)
      const text = `${name} has values that are not finite from step ${session.step} on; its metrics are NaN.`
      await port.emit({ kind: 'log', level: 'warning', text })
    }
    this.pace.spent('point', port.now() - start)
    if (!Number.isFinite(values['loss/train'])) await this.diverged(values['loss/train'], true)
  }

  private async checkpoint(final: boolean): Promise<void> {
    const start = this.port.now()
    await this.port.emit({ kind: 'checkpoint', state: this.session.checkpoint(this.epoch(), final) })
    this.pace.spent('checkpoint', this.port.now() - start)
  }

  /** Records the bad loss, unless the point has it already, and ends the run. */
  private async diverged(loss: number, recorded = false): Promise<never> {
    const { step } = this.session
    if (!recorded && !this.schedule.recordsAt(step)) {
      await this.emitScalars({ 'loss/train': loss, epoch: this.epoch() })
    }
    const what = Number.isNaN(loss) ? 'NaN' : 'infinite'
    const epoch = Number(this.epoch().toFixed(2))
    throw new Error(`The loss became ${what} at epoch ${epoch} (step ${step}); lower the learning rate and run again.`)
  }

  private async emitScalars(values: Record<string, number>): Promise<void> {
    const { session, port } = this
    await port.emit({
      kind: 'scalars',
      step: session.step,
      epoch: this.epoch(),
      wallTimeSeconds: port.wallTime(),
      values
    })
  }

  private async emitSamples(samples: readonly Sample[]): Promise<void> {
    const { session, port } = this
    const at = { step: session.step, epoch: this.epoch(), wallTimeSeconds: port.wallTime() }
    for (const sample of samples) await port.emit({ ...sample, ...at })
  }

  /** A continued run has been described when it began. */
  private async describe(): Promise<void> {
    const { port, spec, dataset } = this
    const { model } = this.session
    await port.emit({
      kind: 'description',
      step: 0,
      epoch: 0,
      wallTimeSeconds: port.wallTime(),
      hparams: hparamsOf(spec, this.params),
      graph: model.graph,
      text: describeRun(spec, this.params, model.graph.title)
    })
    const { validation } = this.evaluated
    await this.emitSamples(firstSamples(model, dataset.inputShape, this.batches.batchAt(0), validation))
  }

  private async announce(resume?: CheckpointState): Promise<void> {
    const { model } = this.session
    const { train, validation } = this.dataset
    const text =
      `${model.graph.title}, ${model.graph.parameters} parameters in ${tensorMemory().tensors} tensors; ` +
      `${train.count} training and ${validation.count} validation examples, ` +
      `evaluated on ${this.evaluated.train.count} and ${this.evaluated.validation.count} of them; ` +
      `backend ${this.spec.backend}${resume ? `; continued from step ${resume.step}` : ''}.`
    await this.port.emit({ kind: 'log', level: 'info', text })
  }

  private async tellProgress(force: boolean): Promise<void> {
    const now = this.port.now()
    if (!force && (now - this.lastProgressMs < progressIntervalMs || !this.pace.settled())) return
    this.lastProgressMs = now
    await this.port.emit(this.pace.progress(this.session.step))
  }

  private async breathe(): Promise<void> {
    if (this.port.now() - this.lastYieldMs < yieldIntervalMs) return
    await this.port.yield()
    this.lastYieldMs = this.port.now()
  }

  /** Honours a pause, for as long as it lasts, and says whether to stop. */
  private async cancelled(): Promise<boolean> {
    let wanted = this.port.control()
    while (wanted === 'pause') {
      const start = this.port.now()
      await this.port.resumed()
      this.pace.paused(this.port.now() - start)
      this.lastYieldMs = this.port.now()
      wanted = this.port.control()
    }
    return wanted === 'cancel'
  }
}
