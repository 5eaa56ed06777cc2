/** Weights that networks begin with: `networks/<SHA-256>.safetensors` in the project, kept for runs that are made or begun anew. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { PhasescopeError } from '../domain/errors'
import { decodeSafetensors } from '../formats/safetensors'
import type { NamedArray } from '../domain/arrays'
import { makeFolder, readWhole, writeFileAtomic } from './files'
import { guard, placeIn } from './places'

const folderName = 'networks'

const fileOf = (project: string, sha256: string): string => placeIn(project, folderName, `${sha256}.safetensors`)

const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Keeps weights in a project, once. Without `bytes` the project must have them.
 * @throws PhasescopeError
 */
export async function keepWeights(project: string, sha256: string, bytes: Uint8Array | null): Promise<void> {
  const path = fileOf(project, sha256)
  await guard(path)
  if (await stat(path).catch(() => null)) return
  if (!bytes || sumOf(bytes) !== sha256) {
    const text =
      'The saved weights of the network are not in this project. Open its file again, or draw the first weights.'
    throw new PhasescopeError('not-found', text)
  }
  decoded(bytes)
  await makeFolder(placeIn(project, folderName))
  await writeFileAtomic(path, bytes)
}

/** @throws PhasescopeError where they are missing or damaged */
export async function loadWeights(project: string, sha256: string): Promise<NamedArray[]> {
  const path = fileOf(project, sha256)
  await guard(path)
  const bytes = await readWhole(path)
  if (sumOf(bytes) !== sha256)
    throw new PhasescopeError('damaged', `${path} is damaged. Open the network's file again.`)
  return decoded(bytes)
}

function decoded(bytes: Uint8Array): NamedArray[] {
  try {
    return decodeSafetensors(bytes).tensors
  } catch (error) {
    throw new PhasescopeError('damaged', `The saved weights cannot be read: ${(error as Error).message}`)
  }
}
