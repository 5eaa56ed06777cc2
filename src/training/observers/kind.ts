/** What observes one kind of thing at hook points. The observer of a run loops over those that its recipe asks for. */
import type { Dataset } from '../../domain/dataset'
import type { HookKind } from '../../domain/hook-kinds'
import type { RunSpec } from '../../domain/run'
import type { HistogramRanges } from '../../hooks/histogram-ranges'
import type { HeldActivations } from '../../hooks/taps'
import type { ParameterValues, WeightScalars } from '../../hooks/weights'
import type { Histogram } from '../../metrics/histogram'
import type { Batch } from '../batches'

export interface Moment {
  step: number
  epoch: number
  wallTimeSeconds: number
}

/** The run that is observed, and where what is seen is put. */
export interface Site {
  spec: RunSpec
  dataset: Dataset
  /** Of activations; those of what is seen so far. */
  ranges: HistogramRanges
  /** What the classes are called. */
  classes: readonly string[]
  /** Types of the modules (`relu`, `tanh`, ...) by path. */
  types: ReadonlyMap<string, string>
  /** Scalars of the update that leads to a recorded point; part of the point. */
  scalars(values: Record<string, number>): void
  histogram(tag: string, counted: Histogram, moment: Moment): Promise<void>
  /** Values that are not finite; told once for each thing. */
  alert(what: string): Promise<void>
}

/** Looks at the validation examples while they are evaluated at a recorded point. */
export interface ValidationLook {
  look(held: HeldActivations): Promise<void>
  scalars(): Record<string, number>
  histograms(moment: Moment): Promise<void>
  alerts(): Promise<void>
}

/**
 * The parts that a kind has say what an update or an evaluation has to show: nothing is held or copied that nobody looks at.
 * A part that fails leaves a gap and ends no run.
 */
export interface HookObserver {
  /** Of training batches whose passes are held, every `activationsEvery` updates: outputs of modules, gradients of them. */
  holds?: 'activations' | 'gradients'
  batch?(site: Site, held: HeldActivations, batch: Batch, moment: Moment): Promise<void>
  /** Gradients of all parameters in the update that leads to a recorded point. */
  gradients?(site: Site, gradients: ParameterValues[], moment: Moment): Promise<void>
  /** Parameters before and after that update. */
  change?(site: Site, before: ParameterValues[], after: ParameterValues[]): void
  validation?(site: Site): ValidationLook
  /** Parameters at a recorded point; may run in a thread of its own. */
  parameters?(parameters: readonly ParameterValues[], hooks: readonly string[]): WeightScalars
}

export type ObserverOfKind = HookObserver & { kind: HookKind }
