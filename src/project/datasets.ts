/**
 * Data sets of a project: `data/<id>/` with dataset.json and the arrays of each split as .npy files, which NumPy opens as
 * they are. A data set is written into a temporary folder and renamed, so it exists whole or not at all.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PhasescopeError } from '../domain/errors'
import { type NumericArray, shapeText, sizeOf } from '../formats/arrays'
import { FormatError } from '../formats/format-error'
import { readNpy, writeNpy } from '../formats/npy'
import type { Dataset, DatasetFacts, Split } from '../domain/dataset'
import {
  describeFileError,
  makeFolder,
  readableJson,
  readJson,
  readWhole,
  removeTree,
  syncFolder,
  writeSynced
} from './files'
import { guard, placeIn } from './places'
import { lives } from './processes'
import type { Problem } from './project-folder'
import { moveToTrash } from './trash'

const datasetVersion = 1
/** As many names as DatasetFacts may carry. */
const mostClassNames = 1000

const storedDataset = z.object({
  schemaVersion: z.literal(datasetVersion),
  name: z.string().min(1),
  createdAt: z.string(),
  /** What it was made of: a kind for people, and names of files, never absolute paths. */
  source: z.object({ kind: z.string(), files: z.array(z.string()) }),
  inputShape: z.array(z.number().int().min(1)).min(1),
  classes: z.number().int().min(0),
  classNames: z.array(z.string()),
  targetWidth: z.number().int().min(0),
  labelNames: z.array(z.string()).optional(),
  train: z.number().int().min(1),
  validation: z.number().int().min(0),
  /** Training examples of each class; empty where numbers are predicted. */
  classCounts: z.array(z.number()),
  notes: z.array(z.string())
})

/** A data set as its dataset.json says it. */
export type StoredDataset = DatasetFacts & Omit<z.infer<typeof storedDataset>, 'schemaVersion'>

/** What is to be stored; `validation` is null where the data came without a split of their own. */
export interface DatasetContent {
  inputShape: number[]
  classes: number
  classNames: string[]
  targetWidth: number
  labelNames?: string[]
  train: Split
  validation: Split | null
  notes: string[]
}

/** All that can be read, oldest first; a damaged one is reported and hides none of the others. */
export async function listDatasets(project: string): Promise<{ datasets: StoredDataset[]; problems: Problem[] }> {
  const folder = join(project, 'data')
  await guard(folder)
  const names = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : []
  const datasets: StoredDataset[] = []
  const problems: Problem[] = []
  for (const entry of names) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    try {
      datasets.push(await readFacts(project, entry.name))
    } catch (error) {
      problems.push({ place: `data/${entry.name}/dataset.json`, message: (error as Error).message })
    }
  }
  datasets.sort((a, b) => (a.createdAt === b.createdAt ? (a.id < b.id ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1))
  return { datasets, problems }
}

/** Writes a data set. @param files names of the files it was made of, without folders of the machine */
export async function saveDataset(
  project: string,
  name: string,
  source: { kind: string; files: string[] },
  content: DatasetContent
): Promise<StoredDataset> {
  const parent = join(project, 'data')
  await makeFolder(parent)
  await sweepDatasets(project)
  const stem = freeId(name, await readdir(parent))
  const temporary = join(parent, `.${stem}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`)
  const { inputShape, classes, targetWidth, train, validation, notes } = content
  const facts = {
    schemaVersion: datasetVersion,
    name,
    createdAt: new Date().toISOString(),
    source,
    inputShape,
    classes,
    classNames: content.classNames.slice(0, mostClassNames),
    targetWidth,
    ...(content.labelNames && { labelNames: content.labelNames.slice(0, mostClassNames) }),
    train: train.count,
    validation: validation?.count ?? 0,
    classCounts: countsOf(train, classes),
    notes
  }
  try {
    await mkdir(temporary)
    await writeSplit(temporary, 'train', train, content)
    if (validation) await writeSplit(temporary, 'validation', validation, content)
    await writeSynced(join(temporary, 'dataset.json'), new TextEncoder().encode(`${readableJson(facts)}\n`))
    const id = await moveToFree(temporary, parent, name)
    await syncFolder(parent)
    return await readFacts(project, id)
  } catch (error) {
    await removeTree(temporary).catch(() => undefined)
    throw describeFileError(error, join(parent, stem), 'written')
  }
}

/** Two programs may add data of one name at once: a folder that is full is never renamed over. @returns the id */
async function moveToFree(temporary: string, parent: string, name: string): Promise<string> {
  for (;;) {
    const id = freeId(name, await readdir(parent))
    try {
      await rename(temporary, join(parent, id))
      return id
    } catch (error) {
      if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      if (!(await readdir(parent)).includes(id)) throw error
    }
  }
}

/**
 * The examples of a data set. `validation` is null where it has none of its own; `dataset.validation` is empty then.
 * @throws PhasescopeError
 */
export async function loadDataset(
  project: string,
  id: string
): Promise<{ facts: StoredDataset; dataset: Dataset; validation: Split | null }> {
  const facts = await readFacts(project, id)
  const folder = join(project, 'data', id)
  const train = await readSplit(folder, 'train', facts, facts.train)
  const validation = facts.validation > 0 ? await readSplit(folder, 'validation', facts, facts.validation) : null
  const { inputShape, classes, classNames } = facts
  const none: Split = { inputs: new Float32Array(0), labels: new Int32Array(0), count: 0 }
  return { facts, dataset: { inputShape, classes, classNames, train, validation: validation ?? none }, validation }
}

/** Moves a data set into the project's trash folder. */
export async function removeDataset(project: string, id: string): Promise<void> {
  checkId(id)
  await moveToTrash(project, `data/${id}`)
}

/** What a cancel or a crash left half written goes; one process adds one data set at a time. */
export async function sweepDatasets(project: string): Promise<void> {
  const parent = join(project, 'data')
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(/^\..*\.(\d+)\.[0-9a-f]+\.tmp$/.exec(name)?.[1] ?? NaN)
    if (Number.isNaN(pid) || (pid !== process.pid && lives(pid))) continue
    await removeTree(join(parent, name)).catch(() => undefined)
  }
}

async function readFacts(project: string, id: string): Promise<StoredDataset> {
  checkId(id)
  const path = join(placeIn(project, 'data', id), 'dataset.json')
  const value = await readJson(path)
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (typeof version === 'number' && version > datasetVersion) {
    throw new PhasescopeError(
      'newer-version',
      `${path} was written by a newer Phasescope. Update Phasescope to use it.`
    )
  }
  const parsed = storedDataset.safeParse(value)
  if (!parsed.success) {
    const { path: place, message } = parsed.error.issues[0]
    const text = `${path} is damaged at "${place.join('.')}": ${message}. Add the data again.`
    throw new PhasescopeError('damaged', text)
  }
  const { schemaVersion: _, ...facts } = parsed.data
  return { id, ...facts }
}

/** Ids come from the renderer, too: they name a folder in `data` and nothing else. */
function checkId(id: string): void {
  if (!/^[\w-]+$/.test(id)) throw new PhasescopeError('bad-request', `"${id}" is no data set of this project.`)
}

function freeId(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const stem = plain.slice(0, 60) || 'data'
  let id = stem
  for (let n = 2; taken.includes(id); n++) id = `${stem}-${n}`
  return id
}

function countsOf({ labels }: Split, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  if (classes > 0) for (const label of labels) counts[label] += 1
  return counts
}

async function writeSplit(folder: string, name: string, split: Split, content: DatasetContent): Promise<void> {
  const { inputs, labels, targets, count } = split
  const shape = [count, ...content.inputShape]
  await writeSynced(join(folder, `${name}-inputs.npy`), writeNpy({ shape, values: inputs }))
  if (targets) {
    const values = { shape: [count, content.targetWidth], values: targets }
    await writeSynced(join(folder, `${name}-targets.npy`), writeNpy(values))
  } else {
    await writeSynced(join(folder, `${name}-labels.npy`), writeNpy({ shape: [count], values: labels }))
  }
}

async function readSplit(folder: string, name: string, facts: StoredDataset, count: number): Promise<Split> {
  const inputs = await readArray(folder, `${name}-inputs.npy`, [count, ...facts.inputShape])
  const what = facts.classes > 0 ? 'labels' : 'targets'
  const shape = facts.classes > 0 ? [count] : [count, facts.targetWidth]
  const { values } = await readArray(folder, `${name}-${what}.npy`, shape)
  const kept = inputs.values
  if (!(kept instanceof Uint8Array || kept instanceof Int32Array || kept instanceof Float32Array)) {
    throw damaged(folder, `${name}-inputs.npy`, `is of type ${inputs.dtype}; data sets have uint8, int32 or float32`)
  }
  if (facts.classes === 0) {
    return { inputs: kept, labels: new Int32Array(0), targets: Float32Array.from(values), count }
  }
  const wrong = values.findIndex((label) => !(label >= 0 && label < facts.classes))
  if (wrong >= 0) {
    throw damaged(folder, `${name}-labels.npy`, `has the label ${values[wrong]}; there are ${facts.classes} classes`)
  }
  return { inputs: kept, labels: Int32Array.from(values), count }
}

async function readArray(folder: string, file: string, shape: readonly number[]): Promise<NumericArray> {
  const path = join(folder, file)
  const bytes = await readWhole(path)
  let array: NumericArray
  try {
    array = readNpy(bytes, path)
  } catch (error) {
    throw error instanceof FormatError ? new PhasescopeError('damaged', `${error.message} Add the data again.`) : error
  }
  if (sizeOf(array.shape) !== sizeOf(shape) || array.shape[0] !== shape[0]) {
    throw damaged(folder, file, `is of shape ${shapeText(array.shape)}; dataset.json says ${shapeText(shape)}`)
  }
  return array
}

function damaged(folder: string, file: string, text: string): PhasescopeError {
  return new PhasescopeError('damaged', `${join(folder, file)} ${text}. Add the data again.`)
}
