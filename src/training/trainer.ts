/**
 * The training loop. Pure: data and a port come in, records go out, and everything but the tags under `time/` is a
 * function of the run's specification, bit for bit.
 *
 * Order at every step count s: records of s, checkpoint of s, then control; so a checkpoint of s lies behind all records up
 * to s, and a run continued from it records from s + 1 on. The activations of the batch of update s carry step s.
 */
import { ConfigError } from '../hooks/config-error'
import { tensorMemory } from '../tensor/backend'
import { BatchSource } from './batches'
import { factsOf } from './data-facts'
import { describeRun, hparamsOf } from './description'
import { checkHooks, checkRecord, resolveRecipe, stepsPerEpoch, totalSteps } from './experiments'
import { balancedWeights } from './losses'
import { Observer, type PointListener } from './observer'
import { Pace } from './pace'
import { Schedule } from './plan'
import { firstSamples } from './samples'
import { TrainingSession } from './session'
import { classesWithoutExamples } from './class-metrics'
import { WatchedMetric, watches } from './watched-metric'
import type { Moment } from './observers/kind'
import type { CheckpointState } from '../domain/records'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'
import type { TrainerPort, TrainOutcome } from './port'

/** How long the loop may run without letting messages in, and how often progress is told. */
const yieldIntervalMs = 20
const progressIntervalMs = 250

/**
 * Trains to the end, or until the port says cancel. The backend of `spec` must be prepared. Throws a ConfigError for a bad
 * specification and an Error when the loss diverges; its tensors are disposed of in every case.
 */
export async function train(
  given: RunSpec,
  dataset: Dataset,
  port: TrainerPort,
  resume?: CheckpointState
): Promise<TrainOutcome> {
  const spec: RunSpec = { ...given, ...resolveRecipe(given) }
  checkHooks(spec, spec.hooks)
  checkRecord(spec.record)
  const perEpoch = stepsPerEpoch(spec)
  const total = totalSteps(spec)
  if (resume && resume.step > total) {
    throw new ConfigError(`The checkpoint is at step ${resume.step}, but this run ends at step ${total}.`)
  }
  if (Math.ceil(dataset.train.count / (spec.params.batchSize as number)) !== perEpoch) {
    throw new Error(`The dataset has ${dataset.train.count} training examples, which does not fit the parameters.`)
  }
  const { classes, train: training } = dataset
  const balanced = spec.params.classWeights === 'balanced' && classes > 0
  const session = new TrainingSession(spec, balanced ? balancedWeights(training.labels, classes) : undefined)
  try {
    if (resume) session.restore(resume)
    else if (dataset.initial) session.begin(dataset.initial)
    const schedule = new Schedule(perEpoch, total, spec.record)
    return await new Loop(spec, session, schedule, dataset, port).run(resume)
  } finally {
    session.dispose()
  }
}

class Loop {
  private readonly batches: BatchSource
  private readonly pace: Pace
  private readonly observer: Observer
  /** Null where nothing follows a metric. */
  private readonly watched: WatchedMetric | null
  /** The best point's checkpoint, until it is on disk with the next one: early on, every point is the best so far. */
  private best: CheckpointState | null = null
  private lastYieldMs: number
  private lastProgressMs = -Infinity

  constructor(
    private readonly spec: RunSpec,
    private readonly session: TrainingSession,
    private readonly schedule: Schedule,
    private readonly dataset: Dataset,
    private readonly port: TrainerPort
  ) {
    this.batches = new BatchSource(dataset.train, spec.params.batchSize as number, spec)
    this.pace = new Pace(schedule, () => port.now(), schedule.stepsPerEpoch)
    this.watched = watches(spec.params, spec.record) ? new WatchedMetric(spec.params) : null
    // Early stopping has to know a point before the next update; the best checkpoint can be chosen later, of copies.
    const waits = (spec.params.patience as number) > 0
    const listener: PointListener = {
      keep: async () => (this.watched && spec.record.keepBest ? this.stateHere(false) : null),
      recorded: (...point) => this.pointRecorded(...point)
    }
    this.observer = new Observer(spec, session, schedule, dataset, port, listener, waits)
    this.lastYieldMs = port.now()
  }

  async run(resume?: CheckpointState): Promise<TrainOutcome> {
    try {
      return await this.loop(resume)
    } finally {
      await this.observer.settled()
    }
  }

  private async loop(resume?: CheckpointState): Promise<TrainOutcome> {
    const { session, schedule, watched } = this
    await this.announce(resume)
    // The first record of a fork describes it: it is a run of its own.
    const fork = resume !== undefined && this.spec.parent?.step === resume.step
    if (!resume || fork) await this.describe()
    if (resume && !fork) watched?.restore(resume.progress.stopping)
    if (resume) this.observer.restoreRanges(resume.progress.ranges)
    const complete = resume?.final === true && !fork
    let savedAt = resume ? resume.step : -1
    for (;;) {
      const step = session.step
      if (!resume || step > resume.step || (fork && step === resume.step)) {
        if (schedule.recordsAt(step)) await this.recordPoint()
      }
      const stops = watched?.stops === true
      const done = complete || stops || step === schedule.totalSteps
      if (!resume || step > resume.step) {
        if (schedule.checkpointsAt(step) || stops) {
          await this.checkpoint(done)
          savedAt = step
        }
      } else if (done && !complete) {
        await this.checkpoint(true)
      }
      await this.tellProgress(done)
      if (done) {
        const stoppedEarly = step < schedule.totalSteps && watched ? watched.why() : null
        return { status: 'done', stoppedEarly, step, epoch: this.epoch() }
      }
      await this.breathe()
      if (await this.cancelled()) {
        if (savedAt !== step) await this.checkpoint(false)
        await this.log('info', `Cancelled at step ${step}, epoch ${this.epoch().toFixed(2)}.`)
        return { status: 'cancelled', stoppedEarly: null, step, epoch: this.epoch() }
      }
      await this.update()
    }
  }

  private epoch(): number {
    return this.session.step / this.schedule.stepsPerEpoch
  }

  private async update(): Promise<void> {
    const { session, port } = this
    const start = port.now()
    const loss = await this.observer.update(this.batches.batchAt(session.step))
    if (!Number.isFinite(loss)) await this.diverged(loss)
    this.pace.spent('step', port.now() - start)
  }

  private async recordPoint(): Promise<void> {
    const { session, port } = this
    const start = port.now()
    await this.observer.point({
      first: session.step === 0 ? this.batches.batchAt(0) : null,
      stepMs: session.step > 0 ? this.pace.stepMs() : null
    })
    this.pace.spent('point', port.now() - start)
  }

  /** One point after the other, in the order of their steps; the run may have gone on meanwhile. */
  private async pointRecorded(
    values: Readonly<Record<string, number>>,
    { step }: Moment,
    kept: CheckpointState | null,
    late: () => Promise<void>
  ): Promise<void> {
    const { watched, spec } = this
    if (!Number.isFinite(values['loss/train'])) await this.diverged(values['loss/train'], step)
    if (!watched) return
    // Weight metrics are computed beside the training and join the point when they are there.
    if (!(watched.metric in values)) await late()
    const best = watched.seen(values, step)
    if (best && spec.record.keepBest) {
      // The run may have gone on since: only what follows the points is that of now.
      this.best = kept
        ? { ...kept, progress: { ...kept.progress, stopping: watched.state() } }
        : await this.stateHere(false)
    }
    if (watched.stops && step < this.schedule.totalSteps) {
      await this.log('info', `Stopped early at epoch ${this.epoch().toFixed(2)}: ${watched.why()}.`)
    }
  }

  private stateHere(final: boolean): Promise<CheckpointState> {
    return this.session.checkpoint(this.epoch(), final, this.beside())
  }

  /** What a checkpoint holds beside the session's state. */
  private beside(): Record<string, unknown> {
    const { scaling } = this.dataset
    const ranges = this.observer.ranges()
    return {
      ...(this.watched ? { stopping: this.watched.state() } : {}),
      ...(scaling ? { scaling } : {}),
      ...(Object.keys(ranges).length > 0 ? { ranges } : {})
    }
  }

  private async checkpoint(final: boolean): Promise<void> {
    // What is still being computed belongs to steps before the checkpoint, so it has to be recorded before it.
    await this.observer.settled()
    const start = this.port.now()
    const kept = this.spec.record.keepBest ? (this.watched?.bestPoint ?? null) : null
    const best = this.best
    this.best = null
    // First, so that the newest checkpoint is the last that is written.
    if (best && best.step !== this.session.step) await this.port.emit({ kind: 'checkpoint', state: best, best: kept })
    await this.port.emit({ kind: 'checkpoint', state: await this.stateHere(final), best: kept })
    this.pace.spent('checkpoint', this.port.now() - start)
  }

  /** Records the bad loss, unless it is that of a recorded point, and ends the run. */
  private async diverged(loss: number, point?: number): Promise<never> {
    const step = point ?? this.session.step
    if (point === undefined && !this.schedule.recordsAt(step)) await this.observer.scalars({ 'loss/train': loss })
    const what = Number.isNaN(loss) ? 'NaN' : 'infinite'
    const epoch = Number((step / this.schedule.stepsPerEpoch).toFixed(2))
    throw new Error(`The loss became ${what} at epoch ${epoch} (step ${step}); lower the learning rate and run again.`)
  }

  /** A continued run has been described when it began. */
  private async describe(): Promise<void> {
    const { port, spec, dataset, session } = this
    const { model } = session
    const at = { step: session.step, epoch: this.epoch(), wallTimeSeconds: port.wallTime() }
    await port.emit({
      kind: 'description',
      ...at,
      hparams: hparamsOf(spec, spec.params),
      graph: model.graph,
      text: describeRun(spec, spec.params, model.graph.title, dataset.scaling)
    })
    const { validation } = this.observer.evaluated
    await port.emit({ kind: 'facts', facts: factsOf(dataset, session.loss, validation) })
    await this.observer.samples(firstSamples(model, dataset.inputShape, this.batches.batchAt(session.step), validation))
  }

  private async announce(resume?: CheckpointState): Promise<void> {
    const { model } = this.session
    const { train: training, validation } = this.dataset
    const { evaluated } = this.observer
    const frozen = model.parameters.filter((one) => one.frozen).reduce((sum, { tensor }) => sum + tensor.size, 0)
    const kept = frozen > 0 ? `, ${frozen} of which are not trained,` : ''
    const text =
      `${model.graph.title}, ${model.graph.parameters} parameters${kept} in ${tensorMemory().tensors} tensors; ` +
      `${training.count} training and ${validation.count} validation examples, ` +
      `evaluated on ${evaluated.train.count} and ${evaluated.validation.count} of them; ` +
      `backend ${this.spec.backend}${resume ? `; continued from step ${resume.step}` : ''}.`
    await this.log('info', text)
    const missing = classesWithoutExamples(this.dataset, evaluated.validation)
    if (missing !== null) await this.log('warning', missing)
  }

  private async log(level: 'info' | 'warning', text: string): Promise<void> {
    await this.port.emit({ kind: 'log', level, text })
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
