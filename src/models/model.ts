/** A model with its tensors: initialisation, forward pass with taps, running statistics, disposal. */
import * as tf from '@tensorflow/tfjs-core'
import { Rng } from '../numeric/rng'
import { readValues } from '../tensor/views'
import type { Architecture, BufferSpec, ParameterSpec } from './architecture'
import { initialValues } from './draw-values'
import type { BatchStatistics, Blueprint, Forward, InputBatch, Pass, Tap } from './pass'
import type { ModuleGraph } from '../domain/model-graph'

export interface Parameter extends ParameterSpec {
  /** Replaced by an update where values cannot be changed in place. */
  tensor: tf.Tensor
}

export interface Buffer extends BufferSpec {
  tensor: tf.Tensor
}

export interface ForwardOptions {
  tap?: Tap
  /** In training: the random numbers of the update, for dropout. Without, running statistics and no dropout. */
  rng?: Rng
  /** In training: takes over the batch statistics; they are kept until disposed of. */
  normalised?: (statistics: BatchStatistics) => void
}

const still = new Rng(0)

export class Model {
  readonly parameters: Parameter[]
  readonly buffers: Buffer[]
  private readonly byName: ReadonlyMap<string, { tensor: tf.Tensor }>

  private constructor(
    readonly architecture: Architecture,
    private readonly run: Forward,
    values: (spec: ParameterSpec) => Float32Array
  ) {
    this.parameters = architecture.parameters.map((spec) => {
      return { ...spec, tensor: tf.keep(tf.tensor(values(spec), spec.shape, 'float32')) }
    })
    this.buffers = architecture.buffers.map((spec) => {
      const { initial, shape } = spec
      return { ...spec, tensor: tf.keep(initial === 'ones' ? tf.ones(shape) : tf.zeros(shape)) }
    })
    this.byName = new Map([...this.parameters, ...this.buffers].map((holder) => [holder.name, holder]))
  }

  /** Draws initial values from `rng`, parameter by parameter in the order of the architecture. */
  static build({ architecture, forward }: Blueprint<Architecture>, rng: Rng): Model {
    return new Model(architecture, forward, (spec) => initialValues(spec, rng))
  }

  get graph(): ModuleGraph {
    return this.architecture.graph
  }

  /** Outputs [count, width], one per head. Inside `tf.tidy`, else its intermediates leak. */
  forward(inputs: InputBatch, count: number, options: ForwardOptions = {}): tf.Tensor2D[] {
    const { tap, rng, normalised } = options
    const pass: Pass = {
      inputs,
      count,
      training: rng !== undefined,
      rng: rng ?? still,
      value: (name) => this.byName.get(name)!.tensor,
      seen: (path, value) => (tap?.(path, value) ?? value) as typeof value,
      normalised: (statistics) => normalised?.(statistics)
    }
    return this.run(pass)
  }

  /**
   * Moves the running statistics towards those of a batch: r = m r + (1 - m) b with momentum m, and disposes of `statistics`.
   * The variance is corrected by n / (n - 1) as PyTorch does (`BatchNorm`), where the statistics do not say otherwise.
   */
  async normalise(statistics: readonly BatchStatistics[]): Promise<void> {
    for (const { path, momentum, mean, variance, count, uncorrected } of statistics) {
      const corrected = count > 1 && !uncorrected ? count / (count - 1) : 1
      for (const [suffix, batch, factor] of [
        ['mean', mean, 1],
        ['variance', variance, corrected]
      ] as const) {
        const holder = this.byName.get(`${path}.${suffix}`)!
        const now = (await readValues(batch)).slice()
        const running = (await readValues(holder.tensor)).slice()
        for (let c = 0; c < running.length; c++) {
          running[c] = momentum * running[c] + (1 - momentum) * factor * now[c]
        }
        holder.tensor.dispose()
        holder.tensor = tf.keep(tf.tensor(running, holder.tensor.shape))
      }
      tf.dispose([mean, variance])
    }
  }

  dispose(): void {
    for (const { tensor } of [...this.parameters, ...this.buffers]) tensor.dispose()
  }
}
