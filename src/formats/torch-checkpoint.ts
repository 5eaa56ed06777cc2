/**
 * Checkpoints of torch.save (torch >= 1.6): a zip archive with the pickle `<name>/data.pkl`, one stored entry `<name>/data/<key>`
 * for each storage, and `<name>/byteorder`. Tensors are views of storages: an offset, a shape and strides, in values.
 */
import { type ByteSource } from './byte-source'
import { FormatError, someNames } from './format-error'
import { megabytes } from './inflate'
import { type StepCounters, stepCounters } from './step-counters'
import {
  bytesPerValue,
  countOf,
  decodeValues,
  type FloatValues,
  type StoredTensor,
  type StoredTensors,
  unreadNotes
} from './tensor-values'
import { PickleDict, Placeholder, StorageRef, TensorRef } from './torch-globals'
import { readTorchPickle } from './torch-pickle'
import { type ZipEntry, zipEntries } from './zip-entries'

/** Keys under which programs put the model's parameters, the surest first. */
const modelKeys = [
  ...['model_state_dict', 'state_dict', 'model_state', 'model', 'module', 'network', 'net', 'params', 'weights']
]
/** The structure of a checkpoint is small; its values lie beside it. */
const mostPickle = 64 * 1024 * 1024
/** `{'model': {'state_dict': ..}}` is two deep; more than this is no checkpoint. */
const deepest = 32
/** Values that are looked at in all: a structure may hold one part a million times. */
const mostVisits = 20_000_000
/** Letters of a tensor's name. */
const longestName = 2000
const remedy = 'Save it again with torch.save(model.state_dict(), file) of torch 1.6 or later.'

/** @throws FormatError when it is no such archive, asks for what is no data, or has no tensors */
export async function torchTensors(source: ByteSource): Promise<StoredTensors> {
  refuseOtherFormats(source)
  const entries = await zipEntries(source)
  const pickle = [...entries.values()].find(({ path }) => /^([^/]+\/)?data\.pkl$/.test(path))
  if (!pickle) throw new FormatError(source.name, null, `is a zip archive, but no checkpoint of PyTorch. ${remedy}`)
  const folder = pickle.path.slice(0, -'data.pkl'.length)
  if ([...entries.keys()].some((path) => path.startsWith(`${folder}code/`))) {
    throw new FormatError(source.name, null, `is a TorchScript program, which is not run here. ${remedy}`)
  }
  if (pickle.size > mostPickle) {
    // That the archive cannot hold what it claims says more.
    await pickle.read(0, 0)
    throw new FormatError(
      source.name,
      null,
      `has a structure of ${megabytes(pickle.size)}; at most ${megabytes(mostPickle)} are plausible. ${remedy}`
    )
  }
  const foreign = new Set<string>()
  const root = readTorchPickle(await pickle.read(0, pickle.size), source.name, foreign)
  const order = entries.get(`${folder}byteorder`)
  const little = !order || new TextDecoder().decode(await order.read(0, Math.min(order.size, 16))).trim() !== 'big'
  const { found, notes } = modelTensors(root, source.name, foreign)
  const unread = [...found].filter(([, { dtype }]) => bytesPerValue(dtype) === null)
  const types = unread.map(([name, { dtype }]) => `${name} (${dtype})`)
  if (unread.length === found.size) {
    const text = `holds only tensors of types that are not read: ${someNames(types, 4)}. Save them as float32.`
    throw new FormatError(source.name, null, text)
  }
  for (const [name] of unread) found.delete(name)
  const tensors = [...found].map(([name, tensor]) => storedTensor(name, tensor, entries, folder, little, source.name))
  return { tensors, notes: [...notes, ...unreadNotes(types)], counters: countersIn(root) }
}

/** At the top of what was saved, and in the `meta` that OpenMMLab's programs put there. */
function countersIn(root: unknown): StepCounters {
  if (!(root instanceof PickleDict)) return new Map()
  const meta = root.entries.get('meta')
  return stepCounters([...root.entries, ...(meta instanceof PickleDict ? meta.entries : [])])
}

/** Before torch 1.6 a checkpoint was a row of pickles, which begins with the number 0x1950a86a20f9469cfc6c. */
const oldMagic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

function refuseOtherFormats(source: ByteSource): void {
  const head = source.read(0, Math.min(source.size, 16))
  if (head[0] === 0x50 && head[1] === 0x4b) return
  if (oldMagic.every((byte, i) => head[i] === byte)) {
    const how = 'Load it with torch.load and save it with torch.save of torch 1.6 or later.'
    throw new FormatError(source.name, null, `is of the format before torch 1.6, which is not read. ${how}`)
  }
  if (head[0] === 0x80 && head[1] <= 5 && source.size <= mostPickle) {
    // Whoever sends a pickle instead of a checkpoint wants something: say what.
    const root = readTorchPickle(source.read(0, source.size), source.name)
    if (root instanceof Placeholder) throw needs(source.name, root.name)
    throw new FormatError(source.name, null, `is a plain pickle and no checkpoint of torch.save. ${remedy}`)
  }
  throw new FormatError(source.name, null, `is no checkpoint of PyTorch: it is no zip archive. ${remedy}`)
}

/** The tensors of the model in what was saved, by dotted names. */
function modelTensors(
  root: unknown,
  file: string,
  foreign: ReadonlySet<string>
): { found: Map<string, TensorRef>; notes: string[] } {
  if (root instanceof TensorRef) return { found: new Map([['tensor', root]]), notes: [] }
  const search = new Search(file)
  const countTensors = (value: unknown): number => search.tensorsIn(value).size
  const path: string[] = []
  const aside: string[] = []
  let at = root
  while (at instanceof PickleDict && path.length < deepest) {
    const children = [...at.entries].filter(([, value]) => countTensors(value) > 0)
    const named = modelKeys.find((key) => children.some(([name]) => name === key))
    // A state dictionary has its tensors at once; beside a model there may be single ones, such as the best loss.
    const direct = children.filter(([, value]) => value instanceof TensorRef).length
    if (direct > 0 && (named === undefined || countTensors(at.entries.get(named)) < direct)) break
    if (named !== undefined && at.entries.get(named) instanceof TensorRef) break
    // One of Flax, or of several networks, is taken as a whole.
    const others = children.filter(([name]) => !/optim|sched|scaler|ema|amp/i.test(String(name)))
    if (named === undefined && others.length !== 1) break
    const [key, value] = named !== undefined ? [named, at.entries.get(named)] : others[0]
    for (const [other, beside] of at.entries) {
      if (other === key) continue
      aside.push(beside instanceof Placeholder ? `${String(other)} (${beside.name})` : String(other))
    }
    path.push(String(key))
    at = value
  }
  const blocked = search.blockedIn(at)
  if (blocked !== null) throw needs(file, blocked)
  const found = search.tensorsIn(at)
  if (found.size === 0) throw new FormatError(file, null, `holds no tensors. ${remedy}`)
  const notes: string[] = []
  if (path.length > 0) {
    const left = aside.length > 0 ? `; ${someNames(aside, 6)} not looked at` : ''
    notes.push(`The parameters are those in ${someNames([path.join('.')])}${left}.`)
  } else {
    const inert = at instanceof PickleDict ? [...at.entries].filter(([, value]) => value instanceof Placeholder) : []
    aside.push(...inert.map(([key, value]) => `${String(key)} (${(value as Placeholder).name})`))
    if (aside.length > 0) notes.push(`${someNames(aside, 6)} not looked at.`)
  }
  const untold = [...foreign].filter((name) => !aside.slice(0, 6).some((text) => text.endsWith(`(${name})`)))
  if (untold.length > 0)
    notes.push(`Nothing was made of ${someNames(untold, 6)}, which it asks for: no code of a file is run.`)
  return { found, notes }
}

/** Tensors are inside of something that only a program could make. */
function needs(file: string, name: string): FormatError {
  const remedies = 'Save the weights alone, with torch.save(model.state_dict(), file).'
  const text = `needs ${name} for its tensors, which is not run here: it was not read, and nothing in it was run. ${remedies}`
  return new FormatError(file, null, text)
}

/** Looks for tensors in what a pickle holds, with a bound on all of its looks together. */
class Search {
  private visits = 0
  /** What was met in the last looks. */
  private readonly inert = new Set<Placeholder>()
  private storages = 0

  constructor(private readonly file: string) {}

  /** By dotted names. @throws FormatError */
  tensorsIn(root: unknown): Map<string, TensorRef> {
    const found = new Map<string, TensorRef>()
    this.collect(root, '', found, new Set(), 0)
    return found
  }

  /** The name of something inert that holds tensors or stands for one; null where there is none. @throws FormatError */
  blockedIn(root: unknown): string | null {
    if (root instanceof Placeholder) return root.name
    this.inert.clear()
    this.tensorsIn(root)
    const known = new Set<Placeholder>()
    const open = [...this.inert]
    while (open.length > 0) {
      const one = open.pop()!
      if (known.has(one)) continue
      known.add(one)
      this.inert.clear()
      this.storages = 0
      if (one.isTensor || this.tensorsIn(one.parts).size > 0 || this.storages > 0) return one.name
      for (const inner of this.inert) open.push(inner)
    }
    return null
  }

  /** @param seen what has been visited: a structure may hold itself, or one part a million times */
  private collect(
    value: unknown,
    name: string,
    found: Map<string, TensorRef>,
    seen: Set<unknown>,
    depth: number
  ): void {
    this.visits += 1
    if (this.visits > mostVisits) throw new FormatError(this.file, null, `holds too much besides tensors. ${remedy}`)
    if (value instanceof TensorRef) {
      if (name.length > longestName) {
        throw new FormatError(
          this.file,
          `${name.slice(0, 40)}…`,
          `the name of a tensor has ${name.length} letters; at most ${longestName} are read. ${remedy}`
        )
      }
      found.set(name, value)
      return
    }
    if (value instanceof Placeholder) this.inert.add(value)
    if (value instanceof StorageRef) this.storages += 1
    if (depth > deepest || seen.has(value)) return
    const inside = (key: unknown): string => (name === '' ? String(key) : `${name}.${String(key)}`)
    if (value instanceof PickleDict) {
      seen.add(value)
      for (const [key, child] of value.entries) {
        if (typeof key === 'string' || typeof key === 'number') this.collect(child, inside(key), found, seen, depth + 1)
      }
    } else if (Array.isArray(value)) {
      seen.add(value)
      value.forEach((child, i) => this.collect(child, inside(i), found, seen, depth + 1))
    }
  }
}

function storedTensor(
  name: string,
  tensor: TensorRef,
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
  little: boolean,
  file: string
): StoredTensor {
  const { storage, dtype, offset, shape, strides } = tensor
  const width = bytesPerValue(dtype)!
  const count = countOf(shape, file, name)
  /** Values from the first to the last that is used. */
  const span = count === 0 ? 0 : 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0)
  const entry = entries.get(`${folder}data/${storage.key}`)
  const refuse = (text: string): FormatError => new FormatError(file, name, text)
  if (!entry) throw refuse(`its values (data/${storage.key}) are missing. Save or copy the file again.`)
  const present = Math.floor(entry.size / width)
  if (!Number.isSafeInteger(span) || offset + span > present) {
    throw refuse(`it needs ${offset + span} values, and its storage has ${present}. Save or copy the file again.`)
  }
  if (count > span) throw refuse('it repeats its values (an expanded view). Save it with tensor.contiguous().')
  return {
    name,
    shape,
    dtype,
    read: async () => {
      const values = decodeValues(await entry.read(offset * width, span * width), dtype, file, little)
      return isContiguous(shape, strides) ? values : inOrder(values, shape, strides)
    }
  }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis]
  }
  return true
}

/** Row-major values of a strided view. */
function inOrder(values: FloatValues, shape: readonly number[], strides: readonly number[]): FloatValues {
  const count = shape.reduce((product, size) => product * size, 1)
  const result = values instanceof Float64Array ? new Float64Array(count) : new Float32Array(count)
  const index = new Array<number>(shape.length).fill(0)
  for (let i = 0, from = 0; i < count; i++) {
    result[i] = values[from]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] += 1
      from += strides[axis]
      if (index[axis] < shape[axis]) break
      from -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
  return result
}
