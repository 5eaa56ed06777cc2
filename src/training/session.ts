/** The state of a run in training - weights, optimizer slots, step count - and the update that moves it one step on. */
import * as tf from '@tensorflow/tfjs-core'
import { Model, type Tap } from '../models/model'
import { Rng } from '../numeric/rng'
import { crossEntropy } from '../tensor/ops/cross-entropy'
import { touched, valuesOf } from '../tensor/views'
import type { Batch } from './batches'
import { OptimizerState } from './optimizer-state'
import type { OptimizerName } from './optimizers'
import type { CheckpointState, NamedArray, ParamValue, RunSpec } from './types'

export class TrainingSession {
  readonly model: Model
  /** Updates done. */
  step = 0
  private readonly optimizer: OptimizerState

  constructor(
    private readonly spec: RunSpec,
    private readonly params: Record<string, ParamValue>
  ) {
    this.model = Model.build(spec.experiment, params, Rng.forPurpose(spec.seed, 'init'))
    const options = {
      name: params.optimizer as OptimizerName,
      weightDecay: params.weightDecay as number,
      beta1: 0.9,
      beta2: params.beta2 as number,
      epsilon: 1e-8,
      momentum: 0.9
    }
    this.optimizer = new OptimizerState(options, this.model.parameters)
  }

  /** Learning rate of update `step` + 1. */
  learningRateAt(step: number): number {
    const warmup = this.params.warmupSteps as number
    const full = this.params.learningRate as number
    return warmup > 0 ? full * Math.min(1, (step + 1) / warmup) : full
  }

  /** One update. Returns the batch's loss before it; when that is not finite the weights are left as they are. */
  update(batch: Batch, tap?: Tap): number {
    return tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads(() => {
        return crossEntropy(this.model.forward(batch.inputs, batch.count, tap), batch.labels)
      })(this.model.parameters.map(({ tensor }) => tensor))
      const loss = valuesOf(value)[0]
      if (!Number.isFinite(loss)) return loss
      this.optimizer.update(grads, this.learningRateAt(this.step), this.step + 1)
      this.step++
      return loss
    })
  }

  checkpoint(epoch: number, final: boolean): CheckpointState {
    const weights = this.model.parameters.map(({ name, shape, tensor }): NamedArray => {
      return { name, shape: [...shape], data: valuesOf(tensor).slice() }
    })
    const progress = { seed: this.spec.seed, optimizer: this.params.optimizer, updates: this.step }
    return { step: this.step, epoch, final, weights, optimizer: this.optimizer.arrays(), progress }
  }

  /** Continues exactly where `state` was taken. Throws with a sentence when it is of another run or model. */
  restore(state: CheckpointState): void {
    const { seed, optimizer, updates } = state.progress
    if (seed !== this.spec.seed) {
      throw new Error(`The checkpoint is of seed ${String(seed)}, this run has seed ${this.spec.seed}.`)
    }
    if (optimizer !== this.params.optimizer || updates !== state.step) {
      throw new Error(
        `The checkpoint of step ${state.step} does not fit this run: it was trained with ${String(optimizer)}.`
      )
    }
    const find = (arrays: NamedArray[], name: string, shape: readonly number[]): Float32Array => {
      const array = arrays.find((candidate) => candidate.name === name)
      if (!array) throw new Error(`The checkpoint of step ${state.step} has no array "${name}".`)
      if (array.shape.join() !== shape.join()) {
        throw new Error(
          `"${name}" is [${array.shape.join(', ')}] in the checkpoint, [${shape.join(', ')}] in this run.`
        )
      }
      return array.data
    }
    for (const { name, shape, tensor } of this.model.parameters) {
      valuesOf(tensor).set(find(state.weights, name, shape))
      touched(tensor)
    }
    this.optimizer.restore((name, shape) => find(state.optimizer, name, shape))
    this.step = state.step
  }

  dispose(): void {
    this.model.dispose()
    this.optimizer.dispose()
  }
}
