/** What a type of layer is made of: its shape, parameters, name in the graph and forward pass, in one place. */
import type * as tf from '@tensorflow/tfjs-core'
import type { Initialiser } from '../architecture'
import type { Pass } from '../pass'

/** Refuses a layer: what is wrong with it, as the end of a sentence that begins with its name. */
export type Fail = (what: string) => never

/** A parameter before its initial values and names are known. */
export interface ParameterDraft {
  /** Part of the layer that it belongs to, such as `query`; the layer itself without. */
  part?: string
  role: 'weight' | 'bias'
  shape: number[]
  /** Drawn as the run's initialiser says, where nothing is given. */
  initial?: Initialiser
  /** Of a weight that is drawn so; of its bias, too. */
  fan?: { in: number; out: number }
  columnBlocks?: number
  normalisation?: boolean
}

/** A part that the graph shows inside the layer, and where it can be observed. */
export interface LayerPart {
  name: string
  type: string
  /** Output of one example. */
  shape: number[]
  /** Parts whose outputs it takes; none: it takes the layer's inputs. */
  from?: string[]
  /** Which of the layer's inputs it takes; default: the first. */
  input?: number
}

export interface LayerPass<L> {
  layer: L
  x: tf.Tensor
  inputs: tf.Tensor[]
  /** Of one example. */
  output: number[]
  pass: Pass
  /** A parameter of the layer by the end of its name: `W`, `query.W`. */
  parameter<T extends tf.Tensor>(name: string): T
  /** Shows the output of a part. */
  seen<T extends tf.Tensor>(part: string, value: T): T
  /** False where a gradient of the inputs would be computed and thrown away. */
  inputGradient: boolean
}

export interface LayerKind<L> {
  /** Fewest and most inputs; default: one. */
  inputs?: [number, number]
  /** Output of one example. */
  shape(layer: L, inputs: readonly number[][], fail: Fail): number[]
  parameters?(layer: L, inputs: readonly number[][]): ParameterDraft[]
  parts?(layer: L, inputs: readonly number[][]): LayerPart[]
  /** Short name in the graph. */
  label(layer: L): string
  forward(pass: LayerPass<L>): tf.Tensor
}

export function checkWhole(fail: Fail, value: number, what: string, least = 1): void {
  if (!Number.isInteger(value) || value < least) fail(`has ${what} ${value}; it must be a whole number from ${least}.`)
}

export function checkRank(fail: Fail, input: readonly number[], rank: number, wanted: string): void {
  if (input.length !== rank) fail(`needs ${wanted}, but gets [${input.join(', ')}].`)
}
