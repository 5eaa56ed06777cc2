/**
 * Checkpoints on disk: `checkpoints/<step>/` with weights.safetensors, optimizer.safetensors and progress.json.
 * A checkpoint is written into a temporary folder and renamed, so it exists whole or not at all.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PhasescopeError } from '../contract/errors'
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors'
import type { CheckpointState } from '../training/types'
import { describeFileError, readJson, syncFolder, writeSynced } from './files'

const checkpointVersion = 1

export async function saveCheckpoint(runFolder: string, state: CheckpointState): Promise<void> {
  const parent = join(runFolder, 'checkpoints')
  const target = join(parent, String(state.step))
  const temporary = join(parent, `.${state.step}.${randomBytes(4).toString('hex')}.tmp`)
  try {
    await mkdir(temporary, { recursive: true })
    const metadata = { step: String(state.step), epoch: String(state.epoch) }
    await writeSynced(join(temporary, 'weights.safetensors'), encodeSafetensors(state.weights, metadata))
    await writeSynced(join(temporary, 'optimizer.safetensors'), encodeSafetensors(state.optimizer, metadata))
    const progress = {
      schemaVersion: checkpointVersion,
      step: state.step,
      epoch: state.epoch,
      final: state.final,
      progress: state.progress
    }
    await writeSynced(join(temporary, 'progress.json'), new TextEncoder().encode(JSON.stringify(progress)))
    await rm(target, { recursive: true, force: true })
    await rename(temporary, target)
    await syncFolder(parent)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    throw describeFileError(error, target, 'written')
  }
}

/** Steps of the checkpoints that exist, ascending. */
export async function listCheckpoints(runFolder: string): Promise<number[]> {
  const folder = join(runFolder, 'checkpoints')
  if (!existsSync(folder)) return []
  const entries = await readdir(folder)
  return entries
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}

export async function loadCheckpoint(runFolder: string, step: number): Promise<CheckpointState> {
  const folder = join(runFolder, 'checkpoints', String(step))
  const header = (await readJson(join(folder, 'progress.json'))) as Partial<CheckpointState> & {
    schemaVersion?: number
  }
  if ((header.schemaVersion ?? 0) > checkpointVersion) {
    throw new PhasescopeError(
      'newer-version',
      `${folder} was written by a newer Phasescope. Update Phasescope to use it.`
    )
  }
  if (typeof header.step !== 'number' || typeof header.epoch !== 'number' || !header.progress) {
    throw new PhasescopeError(
      'damaged',
      `${join(folder, 'progress.json')} is damaged. Remove this checkpoint's folder.`
    )
  }
  return {
    step: header.step,
    epoch: header.epoch,
    final: header.final === true,
    weights: await readTensors(join(folder, 'weights.safetensors')),
    optimizer: await readTensors(join(folder, 'optimizer.safetensors')),
    progress: header.progress
  }
}

/** The newest checkpoint that can be read; damaged ones are passed over and reported. */
export async function loadNewestCheckpoint(
  runFolder: string
): Promise<{ state: CheckpointState | null; problems: string[] }> {
  const problems: string[] = []
  for (const step of (await listCheckpoints(runFolder)).reverse()) {
    try {
      return { state: await loadCheckpoint(runFolder, step), problems }
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  return { state: null, problems }
}

/**
 * Keeps the newest `kept`; two are the least: one to resume from, and one in case the newest turns out unreadable. What a
 * crash left half written goes as well; a run has one writer, so nobody else is writing one now.
 */
export async function pruneCheckpoints(runFolder: string, kept = 2): Promise<void> {
  const folder = join(runFolder, 'checkpoints')
  const steps = await listCheckpoints(runFolder)
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    if (/^\.\d+\..*\.tmp$/.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
  for (const step of steps.slice(0, -kept)) {
    await rm(join(folder, String(step)), { recursive: true, force: true })
  }
}

async function readTensors(path: string): Promise<CheckpointState['weights']> {
  try {
    return decodeSafetensors(new Uint8Array(await readFile(path))).tensors
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw describeFileError(error, path, 'read')
    throw new PhasescopeError('damaged', `${path}: ${(error as Error).message} Remove this checkpoint's folder.`)
  }
}
