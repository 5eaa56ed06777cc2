/** What an experiment is, besides what forms show of it. */
import type { Architecture } from '../../models/architecture'
import type { Model } from '../../models/model'
import type { Blueprint } from '../../models/pass'
import type { Rng } from '../../numeric/rng'
import type { LossName } from '../losses'
import type { ParamProblem, Params } from '../params'
import type { Dataset, DatasetFacts, Split } from '../../domain/dataset'
import type { ExperimentSpec, Recipe } from '../../domain/recipe'
import type { NamedArray } from '../../domain/arrays'

/** Where data come from: the application's resources and the project's data sets. */
export interface Resources {
  /** The bytes of a file in the application's resource folder; throws with a sentence when it is missing. */
  read(name: string): Uint8Array | Promise<Uint8Array>
  /** Whether splits keep the shares of classes; runs that began before they did keep the split that they had. */
  isStratified?: boolean
  /** A data set of the project; `validation` is null where it has none of its own. */
  dataset?(facts: DatasetFacts): Promise<{ dataset: Dataset; validation: Split | null }>
  /** Weights of the project that a network begins with, by their SHA-256. */
  weights?(sha256: string): Promise<NamedArray[]>
}

/** A recipe whose parameters are complete. */
export interface Experiment {
  spec: ExperimentSpec
  loss(recipe: Recipe): LossName
  /** Where the Huber loss turns from squares to lines. */
  huberDelta?(recipe: Recipe): number
  /** Throws a NetworkError where the parameters make no model. */
  architecture(recipe: Recipe): Architecture
  blueprint(recipe: Recipe): Blueprint<Architecture>
  /** Number of examples that train. */
  trainingExamples(recipe: Recipe): number
  /** What is wrong with values that are allowed each by itself. */
  problems(recipe: Recipe, params: Params): ParamProblem[]
  /** Metrics of this experiment alone, computed at every recorded point; `rng` is the same at each of them. */
  pointMetrics?(recipe: Recipe, model: Model, rng: Rng): Promise<Record<string, number>>
  load(recipe: Recipe, rng: Rng, resources: Resources): Promise<Dataset>
}
