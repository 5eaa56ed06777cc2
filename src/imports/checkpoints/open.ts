/** Opens checkpoints of other programs where they lie: what is in them first, values one tensor at a time. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type ByteSource, checkRange } from '../../formats/byte-source'
import type { CheckpointUnit } from './units'
import { FormatError } from '../../formats/format-error'
import { npzTensors } from '../../formats/npz-tensors'
import { safetensorsTensors } from '../../formats/safetensors'
import type { StepCounters } from '../../formats/step-counters'
import type { StoredTensor, StoredTensors } from '../../formats/tensor-values'
import { tfjsTensors } from '../../formats/tfjs-weights'
import { torchTensors } from '../../formats/torch-checkpoint'
import { hdf5Tensors } from './hdf5-weights'

export interface OpenedCheckpoint {
  tensors: StoredTensor[]
  /** Whether filters of this format begin with their outputs, where names do not tell. */
  outputsFirst: boolean
  /** Where in the file they were, in sentences. */
  notes: string[]
  /** How far the training was, as its files say. */
  counters: StepCounters
  close(): void
}

/**
 * @param root folder that the unit's paths are below
 * @throws FormatError when it is not what it should be; nothing stays open then
 */
export async function openCheckpoint(root: string, unit: CheckpointUnit): Promise<OpenedCheckpoint> {
  const closing: (() => void)[] = []
  const close = (): void => {
    for (const one of closing.splice(0)) one()
  }
  const open = (file: string): ByteSource => {
    const source = openSource(join(root, file), unit.files.length === 1 ? unit.name : file)
    closing.push(source.close)
    return source
  }
  try {
    checkShards(unit)
    const outputsFirst = unit.kind === 'torch' || unit.kind === 'safetensors'
    const notes: string[] = []
    const tensors: StoredTensor[] = []
    const counters = new Map<string, number>()
    if (unit.kind === 'tfjs') {
      const folder = dirname(unit.files[0])
      const shards = new Set(unit.files.slice(1))
      const beside = (path: string): ByteSource | null => {
        const file = folder === '.' ? path : `${folder}/${path}`
        return shards.has(file) || path === basename(path) ? openIfThere(() => open(file)) : null
      }
      tensors.push(...tfjsTensors(open(unit.files[0]), beside))
    } else {
      for (const file of unit.files) {
        const source = open(file)
        const opened = await openFile(unit.kind, source, join(root, file))
        if ('close' in opened) closing.push(opened.close as () => void)
        tensors.push(...opened.tensors)
        notes.push(...opened.notes)
        for (const [name, value] of opened.counters ?? []) counters.set(name, value)
      }
    }
    refuseRepeated(tensors, unit.name)
    return { tensors, outputsFirst, notes, counters, close }
  } catch (error) {
    close()
    throw error
  }
}

async function openFile(
  kind: Exclude<CheckpointUnit['kind'], 'tfjs'>,
  source: ByteSource,
  path: string
): Promise<StoredTensors> {
  switch (kind) {
    case 'safetensors':
      return safetensorsTensors(source)
    case 'npz':
      return npzTensors(source)
    case 'torch':
      return torchTensors(source)
    case 'keras':
      return hdf5Tensors(source, path)
  }
}

function checkShards({ name, files, shards, ofRanks }: CheckpointUnit): void {
  // Each part has a slice of every matrix, and in which direction it was cut is not in the file.
  if (ofRanks && files.length > 1) {
    throw new FormatError(
      name,
      null,
      `is one model that was divided among ${files.length} devices, one file each, which are not put together here. Merge them with the program that wrote them (zero_to_fp32.py of DeepSpeed).`
    )
  }
  if (shards === null || shards === files.length) return
  throw new FormatError(
    name,
    null,
    `consists of ${shards} files by their names, and ${files.length} are there. Copy the missing ones beside them.`
  )
}

function refuseRepeated(tensors: readonly StoredTensor[], file: string): void {
  const seen = new Set<string>()
  for (const { name } of tensors) {
    if (seen.has(name)) throw new FormatError(file, name, 'two tensors have this name. Save the checkpoint again.')
    seen.add(name)
  }
}

function openIfThere(open: () => ByteSource): ByteSource | null {
  try {
    return open()
  } catch {
    return null
  }
}

function openSource(path: string, name: string): ByteSource & { close: () => void } {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw unreadable(name, error)
  }
  const { size } = fstatSync(file)
  const read = (at: number, length: number): Uint8Array => {
    checkRange(name, size, at, length)
    const bytes = new Uint8Array(length)
    try {
      for (let done = 0; done < length;) {
        // Node reads at most 2^31 - 1 bytes at once.
        const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), at + done)
        if (count === 0) throw new FormatError(name, null, 'became shorter while it was read. Import it again.')
        done += count
      }
    } catch (error) {
      throw error instanceof FormatError ? error : unreadable(name, error)
    }
    return bytes
  }
  return { name, size, read, close: () => closeSync(file) }
}

/** A file that cannot be read, with the reason and the remedy. */
export function unreadable(name: string, error: unknown): FormatError {
  const { code, message } = error as NodeJS.ErrnoException
  const reason =
    code === 'ENOENT'
      ? 'it is gone. Choose the files again.'
      : code === 'EACCES' || code === 'EPERM'
        ? 'you have no permission. Change its permissions and try again.'
        : `${message}.`
  return new FormatError(name, null, `could not be read: ${reason}`)
}
