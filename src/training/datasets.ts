/** The data of a run, from its seed, the application's resource files and the project's data sets. */
import { experimentOf, resolveRecipe } from './experiments'
import type { Resources } from './experiments/types'
import { streamOf } from './streams'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'

export type { Resources }

/** Which examples train and which validate is drawn by the seed. Throws a ConfigError for a bad specification. */
export async function loadDataset(
  spec: Pick<RunSpec, 'experiment' | 'params' | 'data' | 'network' | 'seed' | 'streams'>,
  resources: Resources
): Promise<Dataset> {
  const { experiment, params, data, network } = spec
  const recipe = resolveRecipe({ experiment, params, data, network })
  const isStratified = spec.streams >= 3
  return experimentOf(experiment).load(recipe, streamOf(spec, 'data'), { ...resources, isStratified })
}
