/**
 * Tensors of Keras's HDF5 files, and of `.keras` archives, which hold one. The HDF5 library (h5wasm) runs as WebAssembly on
 * Node's file system: it reads parts of the file where they lie, so that only the tensor at hand is in memory.
 */
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset, File, Group, Metadata } from 'h5wasm/node'
import { type ByteSource } from '../../formats/byte-source'
import { FormatError } from '../../formats/format-error'
import { megabytes, unpackedLimit } from '../../formats/inflate'
import { decodeValues, type FloatValues, type StoredTensor } from '../../formats/tensor-values'
import { zipEntries } from '../../formats/zip-entries'

export interface OpenedWeights {
  tensors: StoredTensor[]
  notes: string[]
  /** Texts of Keras beside the arrays, such as `model_config`. */
  attributes?: Record<string, string>
  close(): void
}

type Library = typeof import('h5wasm/node')
type Module = NonNullable<Awaited<Library['ready']>>

const remedy = 'Save it again with model.save_weights("name.weights.h5") of Keras.'
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
/** Kinds of values: H5T_class_t of the library. */
const [integerClass, floatClass] = [0, 1]
/** Groups and arrays in a file, counted by every way that leads to them. */
const mostMembers = 200_000
/** A `.keras` archive is copied out in pieces of this size. */
const pieceBytes = 16 * 1024 * 1024

/** @param path where `source` lies. @throws FormatError */
export async function hdf5Tensors(source: ByteSource, path: string): Promise<OpenedWeights> {
  const head = source.read(0, Math.min(8, source.size))
  if (head[0] === 0x50 && head[1] === 0x4b) return kerasTensors(source)
  return openHdf5(source, path)
}

/** Keras 3's own format: a zip archive of the model, in it `model.weights.h5`. */
async function kerasTensors(source: ByteSource): Promise<OpenedWeights> {
  const entry = (await zipEntries(source)).get('model.weights.h5')
  if (!entry) {
    throw new FormatError(source.name, null, `is a zip archive without model.weights.h5. ${remedy}`)
  }
  const write = async (path: string): Promise<void> => {
    const file = openSync(path, 'w')
    try {
      const piece = entry.stored ? pieceBytes : entry.size
      for (let at = 0; at < entry.size; at += piece)
        writeSync(file, await entry.read(at, Math.min(piece, entry.size - at)))
    } finally {
      closeSync(file)
    }
  }
  return openedCopy(write, (path) => openHdf5(source, path))
}

/** Opens what is written into a folder of its own, which goes when it is closed: the library opens files only. */
export async function openedCopy(
  write: (path: string) => void | Promise<void>,
  open: (path: string) => Promise<OpenedWeights>
): Promise<OpenedWeights> {
  const folder = mkdtempSync(join(tmpdir(), 'phasescope-hdf5-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'model.weights.h5')
    await write(path)
    const opened = await open(path)
    return {
      ...opened,
      close: () => {
        opened.close()
        remove()
      }
    }
  } catch (error) {
    remove()
    throw error
  }
}

/**
 * Files that the library has failed on. It never closes those, knows a file by its number on the disk, and would give what it has read
 * before for whatever lies there now: the sound file that somebody has copied over a damaged one.
 */
const failedOn = new Set<string>()
/** Each of them keeps a descriptor of this process open. */
const mostFailed = 500

function numberOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found ? `${found.dev}:${found.ino}` : path
}

function tooManyDamaged(file: string): FormatError {
  const text = 'was not read: too many files before it were damaged. Start the application again.'
  return new FormatError(file, null, text)
}

async function openHdf5(source: ByteSource, path: string): Promise<OpenedWeights> {
  if (failedOn.size >= mostFailed) throw tooManyDamaged(source.name)
  if (!failedOn.has(numberOf(path))) return openWhere(source, path)
  return openedCopy(
    (copy) => copyFileSync(path, copy),
    (copy) => openWhere(source, copy)
  )
}

/** How often the library has been begun anew in this thread, and the most that its memory allows. */
let begun = 0
const mostBegun = 20

/** A program of WebAssembly that has stumbled once is in no state to read anything. */
function lookAt(error: unknown): void {
  if (hasStumbled(error)) begun += 1
}

/** A trap or an abort of WebAssembly. */
function hasStumbled(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError'
}

async function libraryNow(file: string): Promise<Library> {
  if (begun === 0) return import('h5wasm/node')
  if (begun > mostBegun) throw tooManyDamaged(file)
  // A module under another address is another one, with memory of its own.
  return (await import(/* @vite-ignore */ `${import.meta.resolve('h5wasm/node')}?begun=${begun}`)) as Library
}

async function openWhere(source: ByteSource, path: string): Promise<OpenedWeights> {
  if (source.size < 8 || (!source.name.endsWith('.keras') && !hasSignature(source))) {
    throw new FormatError(source.name, null, `is no HDF5 file. ${remedy}`)
  }
  const library = await libraryNow(source.name)
  const module = (await library.ready) as Module
  // Otherwise the library writes its own words to the terminal, and goes on with a file that it has not opened.
  module.activate_throwing_error_handler()
  let file: File
  try {
    file = new library.File(path, 'r')
    if (Number(file.file_id) < 0) throw new Error('it cannot be opened')
  } catch (error) {
    failedOn.add(numberOf(path))
    lookAt(error)
    throw damaged(source.name, error)
  }
  const close = (): void => {
    try {
      file.close()
    } catch (error) {
      lookAt(error)
    }
  }
  try {
    const tensors = datasetsOf(library, file, source.name).map((found): StoredTensor => ({
      name: found.name,
      shape: found.metadata.shape ?? [],
      dtype: found.dtype,
      read: async () => {
        try {
          return valuesOf(module, found, source.name, source.size)
        } catch (error) {
          failedOn.add(numberOf(path))
          lookAt(error)
          throw error instanceof FormatError ? error : damaged(source.name, error)
        }
      }
    }))
    if (tensors.length === 0) throw new FormatError(source.name, null, `holds no arrays of numbers. ${remedy}`)
    return { tensors, notes: [], attributes: textsOf(file), close }
  } catch (error) {
    failedOn.add(numberOf(path))
    lookAt(error)
    close()
    throw error instanceof FormatError ? error : damaged(source.name, error)
  }
}

/** Where Keras writes a model as a whole, what it writes beside the weights. */
const textNames = ['model_config', 'training_config', 'keras_version']

function textsOf(file: File): Record<string, string> {
  const found = textNames.flatMap((name): [string, string][] => {
    const value = name in file.attrs ? file.attrs[name].value : null
    return typeof value === 'string' ? [[name, value]] : []
  })
  return Object.fromEntries(found)
}

/** At the beginning, or behind a block of the user's own. */
function hasSignature(source: ByteSource): boolean {
  for (let at = 0; at + 8 <= source.size; at = at === 0 ? 512 : at * 2) {
    const bytes = source.read(at, 8)
    if (signature.every((byte, i) => bytes[i] === byte)) return true
  }
  return false
}

interface Found {
  name: string
  dataset: Dataset
  metadata: Metadata
  dtype: string
}

function datasetsOf(library: Library, file: File, source: string): Found[] {
  const found: Found[] = []
  let visited = 0
  const walk = (group: Group, prefix: string, depth: number): void => {
    if (depth > 32) throw new FormatError(source, prefix, `its groups are nested too deeply. ${remedy}`)
    for (const key of group.keys()) {
      visited += 1
      // A group may hold itself, or one group many times.
      if (visited > mostMembers)
        throw new FormatError(source, null, `holds more than ${mostMembers} members. ${remedy}`)
      const child = group.get(key)
      const name = prefix === '' ? key : `${prefix}/${key}`
      if (child instanceof library.Group) walk(child, name, depth + 1)
      else if (child instanceof library.Dataset) {
        const { metadata } = child
        const dtype = dtypeOf(metadata)
        if (dtype !== null && metadata.shape) found.push({ name, dataset: child, metadata, dtype })
      }
    }
  }
  walk(file, '', 0)
  return found
}

/** Null for texts, records and whatever else is no number. */
function dtypeOf({ type, size, signed }: Metadata): string | null {
  if (type === floatClass && (size === 2 || size === 4 || size === 8)) return `float${size * 8}`
  if (type === integerClass) return `${signed ? '' : 'u'}int${size * 8}`
  return null
}

/** The library gives half floats to nobody, so the bytes are decoded here. */
function valuesOf(module: Module, { dataset, metadata, dtype }: Found, source: string, fileBytes: number): FloatValues {
  const bytes = metadata.size * metadata.total_size
  // A dataset may be packed, or have no values at all but one that stands for all of them.
  if (!Number.isSafeInteger(bytes) || bytes > unpackedLimit(fileBytes)) {
    const limit = unpackedLimit(fileBytes)
    throw new FormatError(
      source,
      dataset.path,
      `it would be ${megabytes(bytes)} in memory, from a file of ${megabytes(fileBytes)}; at most ${megabytes(limit)} are plausible. Save it without compression.`
    )
  }
  const memory = module as unknown as { _malloc(bytes: number): number; _free(at: number): void; HEAPU8: Uint8Array }
  const at = memory._malloc(Math.max(1, bytes))
  if (at === 0) {
    throw new FormatError(
      source,
      dataset.path,
      `it has ${bytes} bytes, for which memory is missing. Close other programs.`
    )
  }
  try {
    module.get_dataset_data(dataset.file_id, dataset.path, null, null, null, BigInt(at))
    return decodeValues(memory.HEAPU8.subarray(at, at + bytes), dtype, source, metadata.littleEndian)
  } catch (error) {
    lookAt(error)
    throw error instanceof FormatError ? error : damaged(source, error)
  } finally {
    memory._free(at)
  }
}

function damaged(name: string, error: unknown): FormatError {
  if (hasStumbled(error)) {
    return new FormatError(name, null, 'is damaged so that its library cannot read on. Save or copy it again.')
  }
  const said = error instanceof Error ? error.message.split('\n', 1)[0].slice(0, 120) : String(error).slice(0, 120)
  return new FormatError(name, null, `is damaged: ${said}. Save or copy it again.`)
}
