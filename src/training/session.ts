/** The state of a run in training - weights, buffers, optimizer slots, step count - and the update that moves it one step on. */
import * as tf from '@tensorflow/tfjs-core'
import { norm } from '../hooks/gradients'
import type { HeldActivations } from '../hooks/taps'
import type { ParameterValues } from '../hooks/weights'
import { Model, type Buffer, type Parameter } from '../models/model'
import type { BatchStatistics } from '../models/pass'
import { readValues } from '../tensor/views'
import type { Batch } from './batches'
import { checkFit, checkInitial, optimizerUpdatesOf } from './checkpoint-fit'
import { experimentOf, stepsPerEpoch, totalSteps } from './experiments'
import { learningRateAt } from './learning-rate'
import { batchLoss, type LossName, type LossOptions } from './losses'
import { constrain, penaltyOf, penaltyValue, trainedOf } from './parameter-rules'
import { OptimizerState } from './optimizer-state'
import type { OptimizerName } from './optimizers'
import { streamOf } from './streams'
import type { CheckpointState } from '../domain/records'
import type { NamedArray } from '../domain/arrays'
import type { RunSpec } from '../domain/run'

/** What an update shows of itself on request. */
export interface UpdateLook {
  held?: HeldActivations
  /** Gradients of all parameters before clipping; called with copies. */
  gradients?: (gradients: ParameterValues[]) => void
  /** Trained parameters before it; called with copies. */
  before?: (before: ParameterValues[]) => void
}

export class TrainingSession {
  readonly model: Model
  readonly loss: LossName
  readonly lossOptions: LossOptions
  /** Updates done. */
  step = 0
  /** Of them, those that the slots hold, which Adam's bias correction counts: fewer after a fork to another optimizer. */
  private optimizerUpdates = 0
  private readonly optimizer: OptimizerState
  /** The parameters that updates change. */
  private readonly trained: readonly Parameter[]
  private readonly length: { perEpoch: number; total: number }

  /** @param spec with complete parameters */
  constructor(
    private readonly spec: RunSpec,
    /** What the data say about the loss: weights of classes. */
    classWeights?: ArrayLike<number>
  ) {
    const { params } = spec
    const experiment = experimentOf(spec.experiment)
    this.loss = experiment.loss(spec)
    this.lossOptions = { delta: experiment.huberDelta?.(spec) ?? 1, ...(classWeights ? { classWeights } : {}) }
    this.length = { perEpoch: stepsPerEpoch(spec), total: totalSteps(spec) }
    this.model = Model.build(experiment.blueprint(spec), streamOf(spec, 'init'))
    const options = {
      name: params.optimizer as OptimizerName,
      weightDecay: params.weightDecay as number,
      // Experiments with data of their own have Adam's usual numbers.
      beta1: (params.beta1 as number | undefined) ?? 0.9,
      beta2: params.beta2 as number,
      epsilon: (params.epsilon as number | undefined) ?? 1e-8,
      momentum: params.momentum as number,
      earlyEpsilon: spec.network?.conventions === 'keras'
    }
    this.trained = trainedOf(this.model.parameters)
    this.optimizer = new OptimizerState(options, this.trained)
  }

  /** Learning rate of update `step` + 1. */
  learningRateAt(step: number): number {
    return learningRateAt(this.spec.params, step, this.length.perEpoch, this.length.total)
  }

  /** One update. Returns the batch's loss before it; when that is not finite the weights are left as they are. */
  async update(batch: Batch, look: UpdateLook = {}): Promise<number> {
    const { loss, gradients, statistics } = await this.backward(batch, look.held)
    try {
      if (!Number.isFinite(loss)) return loss
      if (look.gradients) look.gradients(await named(this.trained, gradients))
      if (look.before) look.before(await this.trainedValues())
      const scale = await this.clipping(gradients)
      this.optimizer.update(gradients, this.learningRateAt(this.step), this.optimizerUpdates + 1, scale)
      constrain(this.trained)
      if (statistics.length > 0) await this.model.normalise(statistics)
      this.step++
      this.optimizerUpdates++
      return loss
    } finally {
      tf.dispose([...gradients, ...statistics.flatMap(({ mean, variance }) => [mean, variance])])
    }
  }

  /** Gradients of a batch without an update, as `update` would see them. */
  async look(batch: Batch, look: UpdateLook): Promise<void> {
    const { gradients, statistics } = await this.backward(batch, look.held)
    try {
      look.gradients?.(await named(this.trained, gradients))
    } finally {
      tf.dispose([...gradients, ...statistics.flatMap(({ mean, variance }) => [mean, variance])])
    }
  }

  private async backward(
    batch: Batch,
    held?: HeldActivations
  ): Promise<{ loss: number; gradients: tf.Tensor[]; statistics: BatchStatistics[] }> {
    const smoothing = (this.spec.params.labelSmoothing as number | undefined) ?? 0
    const options = { ...this.lossOptions, smoothing }
    const statistics: BatchStatistics[] = []
    const { value, grads } = tf.tidy(() => {
      // Drawn from the step, so a continued run drops what an uninterrupted one would have dropped.
      const rng = streamOf(this.spec, `dropout/${this.step}`)
      const normalised = (batchStatistics: BatchStatistics): void => {
        tf.keep(batchStatistics.mean)
        tf.keep(batchStatistics.variance)
        statistics.push(batchStatistics)
      }
      const forward = (): tf.Scalar => {
        const outputs = this.model.forward(batch.inputs, batch.count, { tap: held?.tap, rng, normalised })
        const loss = batchLoss(this.loss, outputs, batch, options)
        const penalty = penaltyOf(this.trained)
        return penalty ? tf.add(loss, penalty) : loss
      }
      return tf.valueAndGrads(forward)(this.trained.map(({ tensor }) => tensor))
    })
    const [loss] = await readValues(value)
    value.dispose()
    return { loss, gradients: grads, statistics }
  }

  /** Factor that brings the norm of all gradients down to the limit; 1 where there is none. */
  private async clipping(gradients: readonly tf.Tensor[]): Promise<number> {
    const limit = this.spec.params.clipNorm as number
    if (!(limit > 0)) return 1
    const values: Float32Array[] = []
    for (const gradient of gradients) values.push(await readValues(gradient))
    const size = norm(values)
    // PyTorch's clip_grad_norm_ divides by the norm plus 1e-6.
    return size > limit ? limit / (size + 1e-6) : 1
  }

  /** Copies of the parameters' values, in their order. */
  parameterValues(): Promise<ParameterValues[]> {
    return named(
      this.model.parameters,
      this.model.parameters.map(({ tensor }) => tensor)
    )
  }

  /** Copies of those that updates change. */
  trainedValues(): Promise<ParameterValues[]> {
    return named(
      this.trained,
      this.trained.map(({ tensor }) => tensor)
    )
  }

  /** What the parameters add to every loss. */
  penalty(): Promise<number> {
    return penaltyValue(this.trained)
  }

  async checkpoint(epoch: number, final: boolean, more: Record<string, unknown>): Promise<CheckpointState> {
    const weights: NamedArray[] = []
    for (const { name, shape, tensor } of this.holders()) {
      weights.push({ name, shape: [...shape], data: (await readValues(tensor)).slice() })
    }
    const { step, spec, optimizerUpdates } = this
    const progress = { seed: spec.seed, optimizer: spec.params.optimizer, updates: step, optimizerUpdates, ...more }
    return { step, epoch, final, weights, optimizer: await this.optimizer.arrays(), progress }
  }

  /**
   * Continues exactly where `state` was taken. Throws with a sentence when it is of another run or model. A fork may have
   * another optimizer than its parent; its slots and their time begin at zero then (without that, the correction for zero
   * slots would be missing, and Adam's first updates several times too large).
   */
  restore(state: CheckpointState): void {
    checkFit(this.spec, state)
    const find = (arrays: NamedArray[], name: string): Float32Array => arrays.find((array) => array.name === name)!.data
    for (const holder of this.holders()) {
      const values = find(state.weights, holder.name)
      holder.tensor.dispose()
      holder.tensor = tf.keep(tf.tensor(values.slice(), holder.shape))
    }
    const sameOptimizer = state.progress.optimizer === this.spec.params.optimizer
    if (sameOptimizer) this.optimizer.restore((name) => find(state.optimizer, name))
    this.optimizerUpdates = sameOptimizer ? optimizerUpdatesOf(state) : 0
    this.step = state.step
  }

  /** Sets parameters and buffers by name before the first update. @throws ConfigError where one does not fit the network */
  begin(arrays: readonly NamedArray[]): void {
    checkInitial(this.model.architecture, arrays)
    const values = new Map(arrays.map(({ name, data }) => [name, data]))
    for (const holder of this.holders()) {
      const own = values.get(holder.name)
      if (!own) continue
      holder.tensor.dispose()
      holder.tensor = tf.keep(tf.tensor(own.slice(), holder.shape))
    }
  }

  /** Copies of parameters and buffers, in their order: all that an evaluation depends on. */
  async modelValues(): Promise<Float32Array[]> {
    const copies: Float32Array[] = []
    for (const { tensor } of this.holders()) copies.push((await readValues(tensor)).slice())
    return copies
  }

  private holders(): (Parameter | Buffer)[] {
    return [...this.model.parameters, ...this.model.buffers]
  }

  dispose(): void {
    this.model.dispose()
    this.optimizer.dispose()
  }
}

/** Without the tensor, so that it can be sent to another thread. */
function specOf({ tensor: _tensor, ...spec }: Parameter): ParameterValues['spec'] {
  return spec
}

async function named(parameters: readonly Parameter[], tensors: readonly tf.Tensor[]): Promise<ParameterValues[]> {
  const found: ParameterValues[] = []
  for (const [i, tensor] of tensors.entries()) {
    found.push({ spec: specOf(parameters[i]), values: (await readValues(tensor)).slice() })
  }
  return found
}
