/** A model with its tensors: initialisation, forward pass with taps, disposal. */
import * as tf from '@tensorflow/tfjs-core'
import type { Rng } from '../numeric/rng'
import { attention } from '../tensor/ops/attention'
import { convolution } from '../tensor/ops/convolution'
import { dense, relu } from '../tensor/ops/dense'
import { addPositions, embed, lastPosition } from '../tensor/ops/embedding'
import { layerNorm } from '../tensor/ops/layer-norm'
import type { ParamValue } from '../training/types'
import { sizeOf, type Architecture, type ParameterSpec } from './architecture'
import { architectureFor, transformerOptions } from './describe'
import { contextLength, type TransformerOptions } from './transformer'
import type { ModuleGraph } from './types'

export interface Parameter extends ParameterSpec {
  tensor: tf.Tensor
}

/** Called in forward order with the output of every hookable module. The tensor is valid during the call only. */
export type Tap = (path: string, activation: tf.Tensor) => void

/** A batch of inputs as cut from the dataset: [count, ...inputShape] row-major. */
export type InputBatch = Float32Array | Int32Array

type Weights = Record<string, tf.Tensor>
type Forward = (weights: Weights, inputs: InputBatch, count: number, tap: Tap) => tf.Tensor2D

export class Model {
  readonly parameters: Parameter[]
  private readonly weights: Weights = {}

  private constructor(
    readonly architecture: Architecture,
    private readonly run: Forward,
    values: (spec: ParameterSpec) => Float32Array
  ) {
    this.parameters = architecture.parameters.map((spec) => {
      return { ...spec, tensor: tf.keep(tf.tensor(values(spec), spec.shape, 'float32')) }
    })
    for (const { name, tensor } of this.parameters) this.weights[name] = tensor
  }

  /** Draws initial values from `rng`, parameter by parameter in the order of the architecture. */
  static build(experiment: string, params: Record<string, ParamValue>, rng: Rng): Model {
    const architecture = architectureFor(experiment, params)
    return new Model(architecture, forwardFor(experiment, params), (spec) => initialValues(spec, rng))
  }

  get graph(): ModuleGraph {
    return this.architecture.graph
  }

  /** Logits [count, classes]. Inside `tf.tidy`, else its intermediates leak. */
  forward(inputs: InputBatch, count: number, tap: Tap = () => undefined): tf.Tensor2D {
    return this.run(this.weights, inputs, count, tap)
  }

  dispose(): void {
    for (const { tensor } of this.parameters) tensor.dispose()
  }
}

export function initialValues({ initial, shape }: ParameterSpec, rng: Rng): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  switch (initial.kind) {
    case 'zeros':
      return values
    case 'ones':
      return values.fill(1)
    case 'normal':
      for (let i = 0; i < values.length; i++) values[i] = initial.std * rng.normal()
      return values
    case 'uniform':
      for (let i = 0; i < values.length; i++) values[i] = initial.limit * (2 * rng.uniform() - 1)
      return values
  }
}

function forwardFor(experiment: string, params: Record<string, ParamValue>): Forward {
  if (experiment === 'modular-addition') return transformer(transformerOptions(params))
  return params.model === 'lenet5' ? lenet : mlp
}

function linear(weights: Weights, path: string, x: tf.Tensor2D, inputGradient = true): tf.Tensor2D {
  const bias = weights[`${path}.b`] as tf.Tensor1D | undefined
  return dense(x, weights[`${path}.W`] as tf.Tensor2D, bias ?? null, inputGradient)
}

const mlp: Forward = (weights, inputs, count, tap) => {
  const seen = tapped(tap)
  const x = tf.tensor2d(inputs, [count, inputs.length / count], 'float32')
  const h1 = seen('relu1', relu(seen('fc1', linear(weights, 'fc1', x, false))))
  const h2 = seen('relu2', relu(seen('fc2', linear(weights, 'fc2', h1))))
  return seen('fc3', linear(weights, 'fc3', h2))
}

const lenet: Forward = (weights, inputs, count, tap) => {
  const seen = tapped(tap)
  const conv = (path: string, x: tf.Tensor4D, pad: 'same' | 'valid'): tf.Tensor4D => {
    return convolution(x, weights[`${path}.W`] as tf.Tensor4D, weights[`${path}.b`] as tf.Tensor1D, pad)
  }
  const x = tf.tensor4d(inputs, [count, 28, 28, 1], 'float32')
  const h1 = seen('relu1', relu(seen('conv1', conv('conv1', x, 'same'))))
  const p1 = seen('pool1', tf.maxPool(h1, 2, 2, 'valid'))
  const h2 = seen('relu2', relu(seen('conv2', conv('conv2', p1, 'valid'))))
  const p2 = seen('pool2', tf.maxPool(h2, 2, 2, 'valid'))
  const h3 = seen('relu3', relu(seen('fc1', linear(weights, 'fc1', tf.reshape(p2, [count, 400])))))
  const h4 = seen('relu4', relu(seen('fc2', linear(weights, 'fc2', h3))))
  return seen('fc3', linear(weights, 'fc3', h4))
}

function transformer({ heads, dModel, layerNorm: normed, positions }: TransformerOptions): Forward {
  const block = 'blocks.0'
  return (weights, inputs, count, tap) => {
    const seen = tapped(tap)
    const norm = (path: string, x: tf.Tensor2D): tf.Tensor2D => {
      if (!normed) return x
      return seen(path, layerNorm(x, weights[`${path}.W`] as tf.Tensor1D, weights[`${path}.b`] as tf.Tensor1D))
    }
    const queried = (x: tf.Tensor2D): tf.Tensor2D => (positions === 'all' ? x : lastPosition(x, contextLength))
    const place = weights['pos_embed.W'] as tf.Tensor2D
    const embedded = seen('embed', embed(weights['embed.W'] as tf.Tensor2D, inputs as Int32Array))
    tap('pos_embed', place)
    const pre = addPositions(embedded, place)

    const attn = `${block}.attn`
    const x1 = norm(`${block}.ln1`, pre)
    const q = seen(`${attn}.q`, linear(weights, `${attn}.q`, queried(x1)))
    const k = seen(`${attn}.k`, linear(weights, `${attn}.k`, x1))
    const v = seen(`${attn}.v`, linear(weights, `${attn}.v`, x1))
    const queries = positions === 'all' ? contextLength : 1
    const shape = { examples: count, queries, keys: contextLength, heads, width: dModel / heads }
    const z = seen(
      `${attn}.z`,
      attention(q, k, v, shape, (pattern) => tap(`${attn}.pattern`, pattern))
    )
    const attnOut = seen(attn, seen(`${attn}.o`, linear(weights, `${attn}.o`, z)))
    const mid = tf.add(queried(pre), attnOut) as tf.Tensor2D

    const mlpPath = `${block}.mlp`
    const x2 = norm(`${block}.ln2`, mid)
    const hidden = seen(`${mlpPath}.relu`, relu(seen(`${mlpPath}.fc1`, linear(weights, `${mlpPath}.fc1`, x2))))
    const mlpOut = seen(mlpPath, seen(`${mlpPath}.fc2`, linear(weights, `${mlpPath}.fc2`, hidden)))
    const post = seen(block, tf.add(mid, mlpOut) as tf.Tensor2D)
    const last = positions === 'all' ? lastPosition(post, contextLength) : post
    return seen('unembed', linear(weights, 'unembed', last))
  }
}

/** Shows a value to the tap and passes it on. */
function tapped(tap: Tap): <T extends tf.Tensor>(path: string, value: T) => T {
  return (path, value) => {
    tap(path, value)
    return value
  }
}
