/**
 * Runs that are about to be queued: checked, then their manifests and folders, all of an experiment's or none. Whatever knows
 * networks brings TensorFlow.js; it is here, and loaded for the first run that is made: most commands, and whoever only looks
 * at runs, need none of it.
 */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { ConfigError } from '../../hooks/config-error'
import { listCheckpoints, verifyCheckpoint } from '../../project/checkpoints'
import { describeFileError, makeFolder } from '../../project/files'
import type { RunManifest } from '../../project/manifests'
import { guard } from '../../project/places'
import { newId } from '../../project/project-folder'
import { keepWeights, loadWeights } from '../../project/saved-weights'
import { checkInitial } from '../../training/checkpoint-fit'
import {
  architectureOf,
  checkHooks,
  checkRecord,
  findExperiment,
  resolveRecipe,
  totalEpochs,
  totalSteps
} from '../../training/experiments'
import type { ParamValue, Recipe } from '../../domain/recipe'
import type { RecordOptions } from '../../domain/record-options'
import type { RunSpec } from '../../domain/run'
import type { ProjectSession } from '../project/project-session'
import type { RunClaims } from '../project/run-claims'

export interface NewRun {
  name: string
  spec: RunSpec
}

/** @throws ConfigError that says what cannot be trained, or recorded */
export function checkedRecipe(given: Recipe, hooks: readonly string[], record: RecordOptions): Recipe {
  const recipe = resolveRecipe(given)
  checkHooks(recipe, hooks)
  checkRecord(record)
  return recipe
}

/** The recipe at each rate of a sweep, ascending, each checked; without rates the recipe as it is. */
export function atRates(recipe: Recipe, rates: readonly number[] | null): { recipe: Recipe; suffix: string }[] {
  if (!rates) return [{ recipe, suffix: '' }]
  return [...new Set(rates)]
    .sort((a, b) => a - b)
    .map((rate) => ({
      recipe: resolveRecipe({ ...recipe, params: { ...recipe.params, learningRate: rate } }),
      suffix: ` lr ${rate}`
    }))
}

/** Keeps the weights that a network begins with in the project, where it has some. @throws where they are not its own */
export async function keepInitial(folder: string, recipe: Recipe, weights: Uint8Array | null): Promise<void> {
  const saved = recipe.network?.saved
  if (saved === undefined) return
  await keepWeights(folder, saved, weights)
  checkInitial(architectureOf(recipe), await loadWeights(folder, saved))
}

/** Makes the folders and manifests of runs that belong together. Returns their ids. */
export async function makeRuns(
  session: ProjectSession,
  claims: RunClaims,
  runs: readonly NewRun[],
  group: { id: string; name: string },
  versions: Record<string, string>,
  prepare: (folder: string) => Promise<void> = () => Promise.resolve()
): Promise<string[]> {
  // One stem for all seeds, so that TensorBoard and file managers list them together.
  const stem = newId(runs[0].spec.experiment)
  const runIds: string[] = []
  for (const { name, spec } of runs) {
    const id = runs.length > 1 || !spec.parent ? `${stem}-s${spec.seed}` : stem
    const unique = runIds.includes(id) ? `${id}-${runIds.length}` : id
    try {
      await makeFolder(session.runFolder(unique))
      await prepare(session.runFolder(unique))
      // Before its manifest is there: without a claim, another program would take it for interrupted.
      await claims.claim(session.runFolder(unique), name)
      await session.addRun(manifestOf(unique, name, spec, group, versions))
    } catch (error) {
      for (const runId of [...runIds, unique]) {
        await claims.release(session.runFolder(runId))
        await session.discardRun(runId)
      }
      throw error
    }
    runIds.push(unique)
  }
  return runIds
}

function manifestOf(
  id: string,
  name: string,
  spec: RunSpec,
  group: { id: string; name: string },
  versions: Record<string, string>
): RunManifest {
  const began = spec.parent?.step ?? 0
  const total = totalSteps(spec)
  return {
    schemaVersion: 1,
    id,
    name,
    group: group.id,
    groupName: group.name,
    spec,
    imported: null,
    log: null,
    status: 'queued',
    message: null,
    createdAt: new Date().toISOString(),
    startedAt: null,
    finishedAt: null,
    step: began,
    totalSteps: total,
    epoch: (began / total) * totalEpochs(spec),
    totalEpochs: totalEpochs(spec),
    elapsedSeconds: 0,
    last: {},
    notes: '',
    tags: [],
    versions
  }
}

export interface ForkRequest {
  runId: string
  step: number
  name: string
  /** Hyperparameters that change; the others are the parent's. */
  params: Record<string, ParamValue>
  hooks?: string[]
  record?: RecordOptions
}

/** A new run that goes on from another's checkpoint. Only what does not change model, data or batches can differ. */
export async function forkRun(
  session: ProjectSession,
  claims: RunClaims,
  request: ForkRequest,
  versions: Record<string, string>
): Promise<string> {
  const parent = session.run(request.runId)
  if (!parent.spec) throw new PhasescopeError('bad-request', `${parent.name} was imported; it has no checkpoints.`)
  const { experiment, data, network } = parent.spec
  for (const param of findExperiment(experiment).params) {
    const value = request.params[param.key]
    const fixed = param.group === 'Data' || param.group === 'Model' || param.key === 'batchSize'
    if (value === undefined || !fixed || value === parent.spec.params[param.key]) continue
    throw new ConfigError(
      `A fork goes on with the parent's model and batches, so ${param.label} (${param.key}) stays ` +
        `${String(parent.spec.params[param.key])}. Start a new run to change it.`,
      param.key
    )
  }
  const recipe = resolveRecipe({ experiment, data, network, params: { ...parent.spec.params, ...request.params } })
  const hooks = request.hooks ?? parent.spec.hooks
  const record = request.record ?? parent.spec.record
  checkHooks(recipe, hooks)
  checkRecord(record)
  const { seed, streams, backend } = parent.spec
  const spec: RunSpec = {
    ...recipe,
    seed,
    streams,
    hooks,
    record,
    backend,
    parent: { runId: parent.id, step: request.step }
  }
  if (request.step >= totalSteps(spec)) {
    throw new ConfigError(
      `The fork begins at step ${request.step}, but would end at step ${totalSteps(spec)}. Give it more epochs.`,
      'epochs'
    )
  }
  const steps = await listCheckpoints(session.runFolder(parent.id))
  if (!steps.includes(request.step)) {
    const known = steps.length > 0 ? `It has those of steps ${steps.join(', ')}.` : 'It has none.'
    throw new PhasescopeError('not-found', `${parent.name} has no checkpoint of step ${request.step}. ${known}`)
  }
  const from = join(session.runFolder(parent.id), 'checkpoints', String(request.step))
  await guard(from)
  await verifyCheckpoint(session.runFolder(parent.id), request.step)
  const [id] = await makeRuns(
    session,
    claims,
    [{ name: request.name, spec }],
    { id: parent.group, name: parent.groupName },
    versions,
    async (folder) => {
      const target = join(folder, 'checkpoints', String(request.step))
      try {
        await guard(target)
        await cp(from, target, { recursive: true })
      } catch (error) {
        throw describeFileError(error, target, 'written')
      }
    }
  )
  return id
}
