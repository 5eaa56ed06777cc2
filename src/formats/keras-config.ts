/** Values from the settings of a layer of Keras, and what a layer is read as. */
import type { NetworkSpec } from '../models/types'
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
}

/** A layer without its name and inputs, which the caller gives. */
export type Part = Layer extends infer L ? (L extends Layer ? Omit<L, 'name' | 'inputs'> : never) : never

export interface Converted {
  /** The layer itself; null for those that do nothing, and for softmax. */
  part: Part | null
  /** What its outputs go through; `softmax` only at the end of a network. */
  activation: ActivationName | 'softmax' | null
  notes: string[]
}

export type Reader = (layer: KerasLayer, rank: number) => Converted

export const only = (part: Part | null, notes: string[] = []): Converted => ({ part, activation: null, notes })

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
