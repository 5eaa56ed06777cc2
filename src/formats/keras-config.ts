/** Values from the settings of a layer of Keras, and what a layer is read as. */
import type { NetworkSpec } from '../domain/network'
import { FormatError } from './format-error'

export type Layer = NetworkSpec['layers'][number]
export type ActivationName = Extract<Layer, { type: 'activation' }>['fn']

export type Config = Record<string, unknown>

export interface KerasLayer {
  className: string
  name: string
  config: Config
  /** The model's file, for messages. */
  file: string
  /** Written by Keras 1 or 2 or by TensorFlow.js, where some names mean something else. */
  legacy?: boolean
  call?: KerasCall
}

/** One use of a layer, beside the tensors that it takes. */
export interface KerasCall {
  /** What it takes in order: tensors, and constants of operations (`2 * x`). */
  operands: Operand[]
  /** Tensors given by name, which come after those given by place. */
  named: string[]
  /** Everything else that is given by name: `use_causal_mask`, `training`. */
  settings: Config
  /** Dimensions of its tensors, without the batch. */
  ranks: number[]
}

export type Operand = { tensor: true } | { constant: unknown }

/** A layer without its name and inputs, which the caller gives. */
export type Part = Layer extends infer L ? (L extends Layer ? Omit<L, 'name' | 'inputs'> : never) : never

export interface Converted {
  /** The layer itself; null for those that do nothing, and for softmax. */
  part: Part | null
  /** What its outputs go through. */
  activation: ActivationName | null
  /** Numbers that go with the activation. */
  activationSettings?: Omit<Extract<Part, { type: 'activation' }>, 'type' | 'fn'>
  notes: string[]
  /** Instead of `part`: several layers, in the scope of the layer's name. The last one gives the output. */
  steps?: Step[]
  /** Dimensions of the output without the batch, where they are others than those of the input. */
  rank?: number
}

export interface Step {
  suffix: string
  part: Part
  /** Suffixes of the steps that it takes; default: the step before, for the first one what the layer takes. */
  from?: string[]
}

/** Types of layers that have weights, which a layer used several times has once. */
export const withWeights: ReadonlySet<Part['type']> = new Set<Part['type']>([
  ...(['dense', 'conv', 'batchNorm', 'layerNorm', 'embedding', 'depthwiseConv', 'convTranspose'] as const),
  ...(['groupNorm', 'rmsNorm', 'lstm', 'gru', 'simpleRnn', 'attention'] as const)
])

export type Reader = (layer: KerasLayer, rank: number) => Converted

export const only = (part: Part | null, notes: string[] = []): Converted => ({ part, activation: null, notes })

export const reshaped = (part: Part, rank: number): Converted => ({ part, activation: null, notes: [], rank })

/** A number from `low` up to below `high`; 0 where there is none. */
export function share(layer: KerasLayer, key: string, high = 1): number {
  const value = Number(layer.config[key] ?? 0)
  if (value >= 0 && value < high) return value
  throw refused(layer, `has the ${key} ${String(layer.config[key])}; it is 0 to below ${high}`)
}

/** A setting that only its default is read of. */
export function checkOff(layer: KerasLayer, key: string, remedy: string): void {
  const value = layer.config[key]
  if (value == null || value === false || value === 0) return
  throw refused(layer, `has ${key}=${textOf(value)}, which is not read. ${remedy}`)
}

export function checkRank(layer: KerasLayer, rank: number, wanted: number, what: string): void {
  if (rank !== wanted) throw refused(layer, `takes ${what}, but gets ${rank} dimensions beside the batch`)
}

/** A value of a file for a message, short. */
export function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

export function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((size) => Number.isInteger(size) && size > 0)
}

export function refused({ file, name }: KerasLayer, text: string): FormatError {
  return new FormatError(file, `layer "${name}"`, `it ${text}.`)
}

export function padding(layer: KerasLayer): 'same' | 'valid' {
  const { padding: value } = layer.config
  if (value === 'same' || value === 'valid' || value == null) return value ?? 'valid'
  throw refused(layer, `has the padding "${String(value)}". "same" and "valid" are read`)
}

/** Windows with holes, where there are some. */
export function dilations(layer: KerasLayer, dimensions: number): { dilations?: number[] } {
  const all = sizes(layer, 'dilation_rate', layer.config.dilation_rate ?? 1, dimensions)
  return all.some((dilation) => dilation !== 1) ? { dilations: all } : {}
}

export function checkLastAxis(layer: KerasLayer, rank: number): void {
  const axes = [layer.config.axis ?? -1].flat()
  if (axes.length === 1 && (axes[0] === -1 || axes[0] === rank)) return
  throw refused(layer, `works along axis ${axes.join(', ')}. Only the last axis is read`)
}

export function whole(layer: KerasLayer, key: string): number {
  const value = layer.config[key]
  if (Number.isInteger(value) && (value as number) > 0) return value as number
  throw refused(layer, `has no usable "${key}"`)
}

/** One number stands for all dimensions. */
export function sizes(layer: KerasLayer, key: string, value: unknown, dimensions: number): number[] {
  const all = typeof value === 'number' ? new Array<number>(dimensions).fill(value) : value
  if (isSizes(all) && all.length === dimensions) return all
  throw refused(layer, `has no usable "${key}"`)
}

export function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: number } {
  const entries = Object.entries(values).filter(([, value]) => typeof value === 'number')
  return Object.fromEntries(entries) as { [K in keyof T]?: number }
}
