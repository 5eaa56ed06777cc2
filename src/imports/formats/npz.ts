/** NumPy archives of recorded values, such as the evaluations.npz of Stable-Baselines3: arrays that are as long as the one of steps. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesSource } from '../../formats/byte-source'
import { stemOf } from '../../formats/file-names'
import { FormatError, someNames } from '../../formats/format-error'
import { readNpz } from '../../formats/npz'
import { isRecordedName } from '../../formats/npz-tensors'
import { zipEntries } from '../../formats/zip-entries'
import { unreadable } from '../checkpoints/open'
import { fixedStep, type Recorded } from '../recorded'
import type { ImportFile } from '../sources'
import { TableBuilder } from '../table-builder'
import { type FolderFormat, foundRun, namesOfPath } from './folder-format'

/** Archives of logs are small; larger ones are looked at as weights. */
const mostBytes = 32 * 1024 * 1024
const stepNames = /^(time_?)?steps?$|^iter(ation)?s?$|^epochs?$/i

/** NumPy archives of what was recorded lie beside weights of the same kind of file. */
export const npz: FolderFormat = {
  id: 'npz',
  async find(tree) {
    const found: ImportFile[] = []
    for (const own of tree.folders) {
      for (const file of tree.free(own)) {
        if (!/\.npz$/i.test(file.name)) continue
        if (!(await holdsRecordedValues(join(own.folder, file.name), file.bytes))) continue
        tree.take(`${own.prefix}/${file.name}`)
        const place = {
          file: `${own.prefix}/${file.name}`,
          name: stemOf(file.name),
          group: namesOfPath(own.prefix).name
        }
        found.push(foundRun('npz', { ...place, home: own.prefix }, own.folder, [file]))
      }
    }
    return found
  },
  read: (folder, [name], file) => readNpzTable(join(folder, name), file)
}

/** Whether all that an archive holds is recorded values. */
async function holdsRecordedValues(path: string, bytes: number): Promise<boolean> {
  if (bytes > mostBytes) return false
  try {
    const entries = await zipEntries(bytesSource(path, await readFile(path)))
    const names = [...entries.values()].map((entry) => entry.path.replace(/\.npy$/, ''))
    return names.some((name) => stepNames.test(name)) && names.every(isRecordedName)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

/** Of several values for a step, as of several episodes of an evaluation, the mean. @throws FormatError */
async function readNpzTable(path: string, file: string): Promise<Recorded> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(file, error)
  })
  const arrays = await readNpz(bytes, file)
  const steps = arrays.find(({ name, shape }) => stepNames.test(name) && shape.length === 1)
  if (!steps) throw new FormatError(file, null, 'has no array that counts steps. Save one, called "timesteps".')
  const builder = new TableBuilder()
  const notes: string[] = []
  const left: string[] = []
  for (const { name, shape, values } of arrays) {
    const each = shape[0] === steps.shape[0] ? values.length / Math.max(1, shape[0]) : 0
    if (each < 1) {
      left.push(name)
      continue
    }
    if (each > 1) notes.push(`"${name}" has ${each} values for each step: their mean is taken.`)
    for (let row = 0; row < shape[0]; row++) {
      let sum = 0
      for (let i = row * each; i < (row + 1) * each; i++) sum += Number(values[i])
      builder.set(row, name, sum / each)
    }
  }
  if (left.length > 0) notes.push(`Left out, because of another length than the steps: ${someNames(left)}.`)
  return { format: 'npz', part: null, seed: null, table: builder.build(notes), step: fixedStep(steps.name) }
}
