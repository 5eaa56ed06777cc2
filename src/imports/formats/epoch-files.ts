/**
 * Runs of the Python package visualizing-training: a folder with one `epochN.json` for each recorded epoch. Metrics of
 * all matrices are averaged as the package's `get_stats_for_run` does. Unlike there, points are in order of their true
 * epochs, and a matrix that is not finite makes its point NaN instead of dropping out.
 */
import { join } from 'node:path'
import { epochOfFile } from '../../formats/file-names'
import { FormatError, someNames } from '../../formats/format-error'
import { JsonError, parseJson, placeOf } from '../../formats/json'
import { flatten } from '../../formats/json-lines'
import type { RawTable } from '../../formats/types'
import { fixedStep } from '../recorded'
import { readText } from '../text'
import { type FolderFormat, foundRun, namesOfPath } from './folder-format'

/** Names of a matrix's metrics in the files, and in the package's own tables. */
const matrixMetrics = [
  ['l1', 'l1'],
  ['l2', 'l2'],
  ['trace', 'trace'],
  ['spectral', 'spectral'],
  ['code_sparsity', 'code_sparsity'],
  ['computational_sparsity', 'computational_sparsity'],
  ['mean_singular_value', 'mean_lambda'],
  ['var_singular_value', 'variance_lambda']
] as const
const distributions = ['mean', 'median', 'var'] as const

type Fields = Record<string, unknown>
export type EpochPoint = { epoch: number; values: Map<string, number>; notes: string[] }

export const visualizingTraining: FolderFormat = {
  id: 'visualizing-training',
  find: (tree) =>
    tree.folders.flatMap((own) => {
      const files = tree.free(own).filter(({ name }) => epochOfFile(name) !== null)
      if (files.length === 0) return []
      for (const { name } of files) tree.take(`${own.prefix}/${name}`)
      files.sort((a, b) => epochOfFile(a.name)! - epochOfFile(b.name)!)
      const run = foundRun(
        'visualizing-training',
        { ...namesOfPath(own.prefix), file: own.prefix, home: own.prefix },
        own.folder,
        files
      )
      return [tree.isLoose ? { ...run, seed: null } : run]
    }),
  async read(folder, names, file) {
    const parts = names.map((name) => ({ name, epoch: epochOfFile(name)! }))
    checkEpochs(parts, file)
    const points: EpochPoint[] = []
    for (const { name, epoch } of parts) {
      const part = `${file}/${name}`
      points.push(readEpoch(await readText(join(folder, name), part), epoch, part))
    }
    const table = collateEpochs(points)
    return { format: 'visualizing-training', part: null, seed: null, table, step: fixedStep('epoch') }
  }
}

/** @throws FormatError when the text is no epoch of the package */
export function readEpoch(text: string, epoch: number, file: string): EpochPoint {
  const fields = fieldsIn(text, file)
  const values = new Map<string, number>()
  const notes: string[] = []
  const used = new Set<string>()
  const matrices: Fields[] = []
  for (const [key, value] of Object.entries(fields)) {
    const before = matrices.length
    collectMatrices(value, matrices)
    if (matrices.length > before) used.add(key)
  }
  for (const [key, name] of matrixMetrics) {
    const found = matrices.filter((matrix) => typeof matrix[key] === 'number')
    // With n - 1 in the denominator one singular value has no variance; the package leaves it out of the mean.
    const counted = found.filter((matrix) => !(key === 'var_singular_value' && hasOneSingularValue(matrix)))
    if (counted.length < found.length) notes.push('variance of a single singular value')
    if (counted.length > 0) values.set(name, mean(counted.map((matrix) => matrix[key] as number)))
  }
  for (const letter of ['w', 'b']) {
    const all = fields[`${letter}_all`]
    used.add(`${letter}_all`)
    if (!isFields(all)) continue
    for (const kind of distributions) {
      const value = all[kind]
      if (typeof value === 'number') values.set(`${kind}_${letter}`, value)
    }
  }
  for (const [key, value] of Object.entries(fields)) {
    if (used.has(key)) continue
    // One of the package's writers has a number here, another one {"accuracy": number}.
    const plain = isFields(value) && typeof value.accuracy === 'number' ? value.accuracy : value
    if (typeof plain === 'number') values.set(key, plain)
    else if (isFields(plain)) {
      for (const [name, leaf] of flatten(plain, `${key}/`)) if (typeof leaf === 'number') values.set(name, leaf)
    }
  }
  if (values.size === 0) {
    throw new FormatError(
      file,
      null,
      'holds none of the values that visualizing-training writes (metrics of matrices, losses, accuracies). ' +
        'Remove it from the folder, or check that it belongs there.'
    )
  }
  return { epoch, values, notes }
}

/** One row per epoch, in order of the epochs. */
export function collateEpochs(points: readonly EpochPoint[]): RawTable {
  const ordered = [...points].sort((a, b) => a.epoch - b.epoch)
  const rows = ordered.length
  const names = [...new Set(ordered.flatMap((point) => [...point.values.keys()]))].filter((name) => name !== 'epoch')
  const columns = names.map((name) => ({
    name,
    values: Float64Array.from(ordered, (point) => point.values.get(name) ?? NaN),
    present: Uint8Array.from(ordered, (point) => (point.values.has(name) ? 1 : 0))
  }))
  const epoch = {
    name: 'epoch',
    values: Float64Array.from(ordered, (point) => point.epoch),
    present: new Uint8Array(rows).fill(1)
  }
  const dropped = new Set(ordered.flatMap((point) => point.notes))
  return {
    columns: [epoch, ...columns],
    rows,
    lines: Int32Array.from(ordered, (_, row) => row + 1),
    words: [],
    notes: [...dropped].map((what) => `As in the package, the ${what} was left out of its mean.`)
  }
}

function fieldsIn(text: string, file: string): Fields {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const { line, column } = placeOf(text, error.position)
    throw new FormatError(
      file,
      `line ${line}, column ${column}`,
      `this is not JSON: ${error.reason}. Write the file again with visualizing-training, or remove it.`
    )
  }
  if (isFields(value)) return value
  throw new FormatError(file, null, 'is not an object with the metrics of an epoch. Remove it from the folder.')
}

/** Matrices lie in lists and named parts, at different depths for different models. */
function collectMatrices(value: unknown, found: Fields[]): void {
  if (Array.isArray(value)) for (const item of value) collectMatrices(item, found)
  else if (isFields(value)) {
    if (typeof value.l1 === 'number') found.push(value)
    else for (const item of Object.values(value)) collectMatrices(item, found)
  }
}

function hasOneSingularValue(matrix: Fields): boolean {
  const { singular_values: list, var_singular_value: variance } = matrix
  return Array.isArray(list) && list.length === 1 && Number.isNaN(variance)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The same epoch twice, as from `epoch7.json` and `epoch_07.json`. @throws FormatError */
export function checkEpochs(files: readonly { epoch: number; name: string }[], folder: string): void {
  const seen = new Map<number, string>()
  for (const { epoch, name } of files) {
    const before = seen.get(epoch)
    if (before !== undefined) {
      throw new FormatError(folder, null, `holds epoch ${epoch} twice: ${someNames([before, name])}. Remove one.`)
    }
    seen.set(epoch, name)
  }
}
