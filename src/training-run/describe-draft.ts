/** What the design page shows about a draft while it is edited. Bad values come back as problems, never as an error. */
import type { RequestResult } from '../contract/requests'
import type { ModuleGraph } from '../domain/model-graph'
import { NetworkError } from '../models/network-shapes'
import { ConfigError } from '../hooks/config-error'
import { resolveHooks } from '../hooks/hook-points'
import { architectureOf, checkRecipe, defaultHooks, findExperiment, runPlan } from '../training/experiments'
import { customNetwork } from '../training/experiments/custom'
import type { ParamProblem } from '../training/params'
import { recordProblems } from '../training/params'
import type { Recipe } from '../domain/recipe'
import type { Draft } from './messages'

type Described = Omit<RequestResult<'experiments.describe'>, 'secondsPerStep'>

const noPlan = { stepsPerEpoch: 0, totalSteps: 0, metricPoints: 0, histogramColumns: 0, bytesPerRun: 0 }

export function describe(draft: Draft): Described {
  const { experiment, params, data, network } = draft
  const checked = collect(() => checkRecipe({ experiment, params, data, network }))
  const wanted = draft.hooks ?? []
  // An experiment that does not exist has neither a graph nor a plan.
  if (!checked.value) return { problems: checked.problems, graph: null, hooks: wanted, network: null, ...noPlan }
  const { recipe } = checked.value
  const problems = [...checked.value.problems, ...recordProblems(draft.record)]
  const blocked = problems.length > 0
  const graph = graphOf(recipe, problems)
  const hooks = draft.hooks ?? (graph ? defaultHooks(recipe) : [])
  const own = findExperiment(experiment).network ? customNetwork(recipe) : null
  if (graph) problems.push(...collect(() => resolveHooks(graph, hooks)).problems)
  if (blocked || !graph) return { problems, graph, hooks, network: own, ...noPlan }
  const { bytes, stepsPerEpoch, totalSteps, metricPoints, histogramColumns } = runPlan(recipe, hooks, draft.record)
  const plan = { stepsPerEpoch, totalSteps, metricPoints, histogramColumns, bytesPerRun: bytes }
  return { problems, graph, hooks, network: own, ...plan }
}

/** The graph of a recipe; null when it makes no model, which `checkRecipe` has already said. */
function graphOf(recipe: Recipe, problems: readonly ParamProblem[]): ModuleGraph | null {
  try {
    return architectureOf(recipe).graph
  } catch (error) {
    if (error instanceof NetworkError || problems.length > 0) return null
    throw error
  }
}

/** A check that throws for people, as a list of problems. */
function collect<T>(check: () => T): { value: T | null; problems: ParamProblem[] } {
  try {
    return { value: check(), problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { value: null, problems: [{ key: error.key, message: error.message }] }
  }
}
