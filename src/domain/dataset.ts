/** Data that networks are trained on. */
import type { NamedArray } from './arrays'
import { z } from './words'

/** A dataset in memory. Inputs are [N, ...inputShape] row-major. */
export interface Dataset {
  inputShape: number[]
  /** Classes of every head; 0 where the targets are numbers. */
  classes: number
  /** What the classes are called; by default their indices. */
  classNames?: string[]
  /** Names of the heads: each example has one label per head. By default one head without a name. */
  heads?: string[]
  train: Split
  validation: Split
  /** Values that the network's parameters and buffers begin with, instead of drawn ones; those that are not named are drawn. */
  initial?: NamedArray[]
  /** How the inputs were scaled, where they were. */
  scaling?: Scaling
}

export type ScalingKind = 'standard' | 'min-max'

/** Of each column (the last axis of the inputs): x becomes (x - shift) / scale. */
export interface Scaling {
  kind: ScalingKind
  shift: number[]
  scale: number[]
}

export interface Split {
  /** Bytes stand for 0..1: they are divided by 255 when a batch is cut, where `byteMaximum` does not say otherwise. */
  inputs: Float32Array | Int32Array | Uint8Array
  /** What the byte 255 counts as; 1 by default. */
  byteMaximum?: 255
  /** Class indices [count, heads] row-major; empty where the targets are numbers. */
  labels: Int32Array
  /** Numbers to predict, [count, width] row-major. */
  targets?: Float32Array
  count: number
}

/** What has to be known about a project's data set before it is read: enough to build a model and to plan a run. */
export const datasetFacts = z.object({
  /** Folder below the project's `data`. */
  id: z.string().min(1).max(200),
  name: z.string().min(1),
  inputShape: z.array(z.number().int().min(1)).min(1),
  /** 0 where the targets are numbers. */
  classes: z.number().int().min(0),
  /** At most the first 1,000. */
  classNames: z.array(z.string()),
  /** Width of the targets where they are numbers, else 0. */
  targetWidth: z.number().int().min(0),
  /** Names of several yes/no labels, where an example may have any of them: the targets are 1 and 0, as many as there are names. */
  labelNames: z.array(z.string()).optional(),
  /** Examples; `validation` is 0 where the data came without a split of their own. */
  train: z.number().int().min(1),
  validation: z.number().int().min(0)
})
export type DatasetFacts = z.infer<typeof datasetFacts>
