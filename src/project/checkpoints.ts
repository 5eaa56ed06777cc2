/**
 * Checkpoints on disk: `checkpoints/<step>/` with weights.safetensors, optimizer.safetensors, progress.json, and SHA256SUMS,
 * which says what each of them has to be (`sha256sum --check` understands it). A checkpoint is written into a temporary
 * folder and renamed, so it exists whole or not at all; what the disk has changed since is found before anything goes on
 * from it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors'
import type { CheckpointState } from '../domain/records'
import { describeFileError, readText, readWhole, removeTree, syncFolder, writeSynced } from './files'
import { guard } from './places'

const checkpointVersion = 1
const sumsFile = 'SHA256SUMS'
const checkpointFiles = ['weights.safetensors', 'optimizer.safetensors', 'progress.json'] as const

export async function saveCheckpoint(runFolder: string, state: CheckpointState): Promise<void> {
  const parent = join(runFolder, 'checkpoints')
  const target = join(parent, String(state.step))
  const temporary = join(parent, `.${state.step}.${randomBytes(4).toString('hex')}.tmp`)
  await guard(target)
  try {
    // Not with `recursive`: a run whose folder somebody has removed must not come back as a ghost.
    await mkdir(parent).then(
      () => syncFolder(runFolder),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      }
    )
    await mkdir(temporary)
    const metadata = { step: String(state.step), epoch: String(state.epoch) }
    const progress = {
      schemaVersion: checkpointVersion,
      step: state.step,
      epoch: state.epoch,
      final: state.final,
      progress: state.progress
    }
    const content: Record<(typeof checkpointFiles)[number], Uint8Array> = {
      'weights.safetensors': encodeSafetensors(state.weights, metadata),
      'optimizer.safetensors': encodeSafetensors(state.optimizer, metadata),
      'progress.json': new TextEncoder().encode(JSON.stringify(progress))
    }
    for (const name of checkpointFiles) await writeSynced(join(temporary, name), content[name])
    const sums = checkpointFiles.map((name) => `${sha256(content[name])}  ${name}\n`).join('')
    await writeSynced(join(temporary, sumsFile), new TextEncoder().encode(sums))
    // The files' names in the folder are on the disk before the folder has its own.
    await syncFolder(temporary)
    await removeTree(target)
    await rename(temporary, target)
    await syncFolder(parent)
  } catch (error) {
    await removeTree(temporary).catch(() => undefined)
    throw describeFileError(error, target, 'written')
  }
}

/** Steps of the checkpoints that exist, ascending. */
export async function listCheckpoints(runFolder: string): Promise<number[]> {
  const folder = join(runFolder, 'checkpoints')
  await guard(folder)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw describeFileError(error, folder, 'read')
  })
  return entries
    .filter((entry) => entry.isDirectory() && /^(0|[1-9]\d{0,14})$/.test(entry.name))
    .map((entry) => Number(entry.name))
    .sort((a, b) => a - b)
}

/**
 * @returns whether there were sums to compare with; checkpoints of version 0.1 have none
 * @throws PhasescopeError 'damaged' when a file is not what it was when it was written
 */
export async function verifyCheckpoint(runFolder: string, step: number): Promise<boolean> {
  const folder = join(runFolder, 'checkpoints', String(step))
  const sums = await readSums(folder)
  if (sums) for (const name of checkpointFiles) await readVerified(folder, name, sums)
  return sums !== null
}

export async function loadCheckpoint(runFolder: string, step: number): Promise<CheckpointState> {
  const folder = join(runFolder, 'checkpoints', String(step))
  const sums = await readSums(folder)
  const read = (name: (typeof checkpointFiles)[number]): Promise<Uint8Array> => readVerified(folder, name, sums)
  const header = headerIn(await read('progress.json'), join(folder, 'progress.json'))
  if ((header.schemaVersion ?? 0) > checkpointVersion) {
    throw new PhasescopeError(
      'newer-version',
      `${folder} was written by a newer Phasescope. Update Phasescope to use it.`
    )
  }
  const { epoch, progress } = header
  const whole = typeof epoch === 'number' && epoch >= 0 && typeof progress === 'object' && progress !== null
  if (!whole || header.step !== step) {
    throw new PhasescopeError(
      'damaged',
      `${join(folder, 'progress.json')} is damaged. Remove this checkpoint's folder.`
    )
  }
  return {
    step,
    epoch,
    final: header.final === true,
    weights: tensorsIn(await read('weights.safetensors'), join(folder, 'weights.safetensors')),
    optimizer: tensorsIn(await read('optimizer.safetensors'), join(folder, 'optimizer.safetensors')),
    progress
  }
}

/** A checkpoint that the caller could not use either, for instance because its tensors do not fit the network. */
export type Usable = (state: CheckpointState) => void | Promise<void>

/**
 * The newest checkpoint that can be used; damaged ones are passed over and reported.
 * @param check throws where a checkpoint that can be read is of no use
 */
export async function loadNewestCheckpoint(
  runFolder: string,
  check: Usable = () => undefined
): Promise<{ state: CheckpointState | null; problems: string[] }> {
  const problems: string[] = []
  for (const step of (await listCheckpoints(runFolder)).reverse()) {
    try {
      const state = await loadCheckpoint(runFolder, step)
      await check(state)
      return { state, problems }
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  return { state: null, problems }
}

/**
 * Keeps the newest `kept` and the best; two are the least: one to resume from, and one in case the newest turns out unreadable. What a
 * crash left half written goes as well; a run has one writer, so nobody else is writing one now.
 */
export async function pruneCheckpoints(runFolder: string, kept = 2, best?: number): Promise<void> {
  const folder = join(runFolder, 'checkpoints')
  for (const name of await unfinishedCheckpoints(runFolder)) await removeTree(join(folder, name))
  const steps = await listCheckpoints(runFolder)
  const newest = steps.filter((step) => step !== best).slice(-kept)
  for (const step of steps) {
    if (step !== best && !newest.includes(step)) await removeTree(join(folder, String(step)))
  }
}

/** Names of folders in `checkpoints` that a process has begun to write and not finished. */
export async function unfinishedCheckpoints(runFolder: string): Promise<string[]> {
  const folder = join(runFolder, 'checkpoints')
  await guard(folder)
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^\.\d+\.[0-9a-f]+\.tmp$/.test(name))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Null for a checkpoint of version 0.1. */
async function readSums(folder: string): Promise<Map<string, string> | null> {
  const path = join(folder, sumsFile)
  const text = await readText(path, 1 << 16).catch((error: unknown) => {
    if (error instanceof PhasescopeError && error.code === 'not-found') return null
    throw error
  })
  if (text === null) return null
  const sums = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [sum, name] = line.split(/ [ *]/)
    if (name) sums.set(name, sum)
  }
  for (const name of checkpointFiles) {
    if (!/^[0-9a-f]{64}$/.test(sums.get(name) ?? '')) {
      throw new PhasescopeError('damaged', `${path} is damaged: it has no line for ${name}.`)
    }
  }
  return sums
}

async function readVerified(folder: string, name: string, sums: Map<string, string> | null): Promise<Uint8Array> {
  const path = join(folder, name)
  const bytes = await readWhole(path)
  if (sums && sums.get(name) !== sha256(bytes)) {
    throw new PhasescopeError(
      'damaged',
      `${path} is not what was written: its bytes have changed on the disk (SHA-256). This checkpoint is not used.`
    )
  }
  return bytes
}

function headerIn(bytes: Uint8Array, path: string): Partial<CheckpointState> & { schemaVersion?: number } {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below.
  }
  throw new PhasescopeError('damaged', `${path} is damaged. Remove this checkpoint's folder.`)
}

function tensorsIn(bytes: Uint8Array, path: string): CheckpointState['weights'] {
  try {
    return decodeSafetensors(bytes).tensors
  } catch (error) {
    throw new PhasescopeError('damaged', `${path}: ${(error as Error).message} Remove this checkpoint's folder.`)
  }
}
