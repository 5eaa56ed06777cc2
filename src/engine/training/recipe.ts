/** What somebody asks to train, with the project's data set that it names. */
import { PhasescopeError } from '../../domain/errors'
import type { NetworkSpec } from '../../domain/network'
import { suggestion } from '../../text/near-names'
import { listDatasets } from '../../project/datasets'
import type { DatasetFacts } from '../../domain/dataset'
import type { ParamValue, Recipe } from '../../domain/recipe'

export interface RecipeRequest {
  experiment: string
  params: Record<string, ParamValue>
  data: string | null
  network: NetworkSpec | null
}

/** Throws where the project has no such data set. */
export async function recipeOf(project: { folder: string } | null, request: RecipeRequest): Promise<Recipe> {
  const { experiment, params, data, network } = request
  return { experiment, params, network, data: data === null ? null : await datasetOf(project, data) }
}

async function datasetOf(project: { folder: string } | null, wanted: string): Promise<DatasetFacts> {
  if (!project) throw new PhasescopeError('no-project', 'Open a project first: data sets belong to projects.')
  const { datasets } = await listDatasets(project.folder)
  const found = datasets.find((one) => one.id === wanted)
  if (!found) {
    const known = datasets.map(({ id }) => id)
    throw new PhasescopeError(
      'not-found',
      `There is no data set "${wanted}" in this project.${suggestion(wanted, known)}`
    )
  }
  const { id, name, inputShape, classes, classNames, targetWidth, labelNames, train, validation } = found
  const facts = { id, name, inputShape, classes, classNames, targetWidth, train, validation }
  return labelNames ? { ...facts, labelNames } : facts
}
