/** What somebody asks to train, with the project's data set that it names. */
import { PhasescopeError } from '../contract/errors'
import type { NetworkSpec } from '../models/network'
import type { ParamValue, Recipe } from '../training/types'
import type { ProjectSession } from './project-session'

export interface RecipeRequest {
  experiment: string
  params: Record<string, ParamValue>
  data: string | null
  network: NetworkSpec | null
}

/** Throws where the project has no such data set. */
export async function recipeOf(session: ProjectSession | null, request: RecipeRequest): Promise<Recipe> {
  const { experiment, params, data, network } = request
  return { experiment, params, network, data: data === null ? null : await datasetOf(session, data) }
}

async function datasetOf(session: ProjectSession | null, id: string): Promise<Recipe['data']> {
  if (!session) throw new PhasescopeError('no-project', 'Open a project first: data sets belong to projects.')
  throw new PhasescopeError('not-found', `There is no data set "${id}" in this project.`)
}
