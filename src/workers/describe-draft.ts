/** What the design page shows about a draft while it is edited. Bad values come back as problems, never as an error. */
import type { ModuleGraph } from '../models/types'
import { describeModel } from '../models/describe'
import { ConfigError } from '../hooks/config-error'
import { resolveHooks } from '../hooks/hook-points'
import { checkParams, runPlan } from '../training/experiments'
import type { ParamProblem, Params } from '../training/params'
import { recordProblems } from '../training/params'
import type { ComputeTasks, Draft } from './messages'

type Described = ComputeTasks['describe']['out']

const noPlan = { stepsPerEpoch: 0, totalSteps: 0, metricPoints: 0, histogramColumns: 0, bytesPerRun: 0 }

export function describe(draft: Draft): Described {
  const checked = collect(() => checkParams(draft.experiment, draft.params))
  // An experiment that does not exist has neither a graph nor a plan.
  if (!checked.value) return { problems: checked.problems, graph: null, ...noPlan }
  const { params } = checked.value
  const problems = [...checked.value.problems, ...recordProblems(draft.record)]
  const blocked = problems.length > 0
  const graph = graphOf(draft.experiment, params, problems)
  if (graph) problems.push(...collect(() => resolveHooks(graph, draft.hooks)).problems)
  if (blocked || !graph) return { problems, graph, ...noPlan }
  const { bytes, stepsPerEpoch, totalSteps, metricPoints, histogramColumns } = runPlan(
    draft.experiment,
    params,
    draft.hooks,
    draft.record
  )
  return { problems, graph, stepsPerEpoch, totalSteps, metricPoints, histogramColumns, bytesPerRun: bytes }
}

/**
 * The graph of the parameters, with defaults in place of bad ones; null when values that are fine one by one make no
 * model together, which `checkParams` has already said.
 */
function graphOf(experiment: string, params: Params, problems: readonly ParamProblem[]): ModuleGraph | null {
  try {
    return describeModel(experiment, params)
  } catch (error) {
    if (problems.length > 0) return null
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
