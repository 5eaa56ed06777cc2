/** The experiments that can be trained, and the checks of a request to train one. No tensors are touched here. */
import { ConfigError } from '../../hooks/config-error'
import { suggestion } from '../../text/near-names'
import { resolveHooks } from '../../hooks/hook-points'
import type { Architecture } from '../../models/architecture'
import { NetworkError } from '../../models/network-shapes'
import { completeParams, recordProblems, refuse, type ParamProblem } from '../params'
import { planOf, sampleBytes, type RunPlan } from '../plan'
import type { ExperimentSpec, Recipe } from '../../domain/recipe'
import type { RecordOptions } from '../../domain/record-options'
import { captcha } from './captcha'
import { custom } from './custom'
import { mnist } from './mnist'
import { modularAddition } from './modular-addition'
import { nodules } from './nodules'
import { sparseParity } from './sparse-parity'
import type { Experiment } from './types'

const all: readonly Experiment[] = [modularAddition, sparseParity, mnist, captcha, nodules, custom]

export const experiments: readonly ExperimentSpec[] = all.map(({ spec }) => spec)

export function experimentOf(id: string): Experiment {
  const found = all.find(({ spec }) => spec.id === id)
  const known = experiments.map((candidate) => candidate.id)
  if (!found) throw new ConfigError(`There is no experiment "${id}".${suggestion(id, known)}`)
  return found
}

export function findExperiment(id: string): ExperimentSpec {
  return experimentOf(id).spec
}

/** The same recipe with full parameters, and everything that is wrong with it; for forms, which show all of it. */
export function checkRecipe(recipe: Recipe): { recipe: Recipe; problems: ParamProblem[] } {
  const experiment = experimentOf(recipe.experiment)
  const { params, problems } = completeParams(experiment.spec, recipe.params)
  const complete = { ...recipe, params }
  if (recipe.data && experiment.spec.data === 'own') {
    problems.push({ key: 'data', message: `${experiment.spec.title} has its own data; it cannot train on others.` })
  }
  if (recipe.network && !experiment.spec.network) {
    problems.push({ key: 'network', message: `${experiment.spec.title} has its own network; use "custom" for yours.` })
  }
  problems.push(...experiment.problems(complete, params))
  if (problems.length === 0) {
    try {
      experiment.architecture(complete)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      problems.push({ key: experiment.spec.network ? 'network' : null, message: error.message })
    }
  }
  return { recipe: complete, problems }
}

/** Full parameters. Throws a ConfigError that names the parameter, its value and what is allowed. */
export function resolveRecipe(recipe: Recipe): Recipe {
  const checked = checkRecipe(recipe)
  refuse(checked.problems)
  return checked.recipe
}

/** The model of a complete recipe, without tensors: cheap enough for every edit of a form. */
export function architectureOf(recipe: Recipe): Architecture {
  return experimentOf(recipe.experiment).architecture(recipe)
}

/** Throws a ConfigError for a name that the model does not have. */
export function checkHooks(recipe: Recipe, hooks: readonly string[]): void {
  resolveHooks(architectureOf(recipe).graph, hooks)
}

/** The experiment's default hook points that this model has; for a user's network, its layers with weights. */
export function defaultHooks(recipe: Recipe): string[] {
  const { graph } = architectureOf(recipe)
  const { defaultHooks: wanted } = findExperiment(recipe.experiment)
  const known = new Set(graph.nodes.map(({ path }) => path))
  const found = wanted.filter((path) => known.has(path))
  if (found.length > 0) return found
  return graph.nodes.filter(({ kind, hook }) => kind === 'layer' && hook?.weights).map(({ path }) => path)
}

/** Throws a ConfigError for options that cannot work. */
export function checkRecord(record: RecordOptions): void {
  refuse(recordProblems(record))
}

export function totalSteps(recipe: Recipe): number {
  return stepsPerEpoch(recipe) * totalEpochs(recipe)
}

export function totalEpochs({ params }: Recipe): number {
  return params.epochs as number
}

/** The last batch of an epoch may be smaller. */
export function stepsPerEpoch(recipe: Recipe): number {
  const examples = experimentOf(recipe.experiment).trainingExamples(recipe)
  return Math.ceil(examples / (recipe.params.batchSize as number))
}

/** Everything about the length and size of a run that follows from its options. */
export function runPlan(recipe: Recipe, hooks: readonly string[], record: RecordOptions): RunPlan {
  const architecture = architectureOf(recipe)
  const steps = { stepsPerEpoch: stepsPerEpoch(recipe), totalSteps: totalSteps(recipe) }
  const slots = recipe.params.optimizer === 'sgd' ? 1 : 2
  const { parameters } = architecture.graph
  return planOf(steps, record, { parameters, slots, hooks: hooks.length, sampleBytes: sampleBytes(architecture) })
}
