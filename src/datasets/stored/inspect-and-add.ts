/** The user's own data in a compute worker: a look at what was chosen, and its way into the project. */
import type { DataChoices, DataFindings, DatasetInfo } from '../../domain/data'
import { PhasescopeError } from '../../domain/errors'
import { whyLeft } from '../../domain/left-files'
import { readUserData } from '../own/read'
import { DataQuestion, type LeftOut, type UserData } from '../own/choices'
import { stemOf } from '../../formats/file-names'
import { FormatError } from '../../formats/format-error'
import { findDataFiles } from './files'
import { saveDataset } from '../../project/datasets'
import type { Split } from '../../domain/dataset'

const mostPictures = 16
/** Pictures of a folder that are decoded for a look. */
const mostDecoded = 1000
/** More files than this are not listed. */
const mostLeft = 10_000

interface DataToInspect {
  paths: string[]
  choices: DataChoices
}

export async function inspectData({ paths, choices }: DataToInspect): Promise<DataFindings> {
  const { label, files } = await findDataFiles(paths)
  const empty = { label, name: stemOf(label), found: null, question: null, problem: null, left: [] }
  try {
    const data = await readUserData(files, label, choices, mostDecoded)
    return { ...empty, found: summary(data), left: told(data.left) }
  } catch (error) {
    if (error instanceof DataQuestion) {
      return {
        ...empty,
        question: { about: error.about, text: error.message, options: error.options.slice(0, 10_000) },
        left: told(error.left)
      }
    }
    if (error instanceof FormatError) return { ...empty, problem: error.message }
    throw error
  }
}

export async function addData({
  paths,
  choices,
  project,
  name
}: DataToInspect & { project: string; name: string }): Promise<DatasetInfo> {
  const { label, files } = await findDataFiles(paths)
  let data: UserData
  try {
    data = await readUserData(files, label, choices)
  } catch (error) {
    if (error instanceof DataQuestion || error instanceof FormatError) {
      throw new PhasescopeError('bad-request', error.message)
    }
    throw error
  }
  const names = files.slice(0, 20).map((file) => file.name)
  return saveDataset(project, name, { kind: data.kind, files: names }, data)
}

/** With a reason for each. */
function told(left: readonly LeftOut[]): DataFindings['left'] {
  return left.slice(0, mostLeft).map(({ file, reason }) => ({ file, reason: reason ?? whyLeft(file) }))
}

function summary(data: UserData): NonNullable<DataFindings['found']> {
  const { kind, inputShape, classes, classNames, targetWidth, counts, labels, label, inputs, notes } = data
  const classCounts = new Array<number>(classes).fill(0)
  if (classes > 0) for (const index of data.train.labels) classCounts[index] += 1
  return {
    kind,
    inputShape,
    classes,
    classNames,
    targetWidth,
    ...counts,
    classCounts,
    ...(data.labelNames && { labelNames: data.labelNames.slice(0, 1000) }),
    // A table of thousands of columns has no choice that anybody could read.
    labels: labels.slice(0, 1000),
    label,
    inputs: inputs.slice(0, 1000),
    notes,
    pictures: picturesOf(data)
  }
}

/** The first examples where they are pictures, evenly over all of them. */
function picturesOf({ inputShape, train, classNames }: UserData): NonNullable<DataFindings['found']>['pictures'] {
  const [height, width, channels] = inputShape
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3) || height * width > 512 * 512) return []
  const count = Math.min(mostPictures, train.count)
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((i * train.count) / count)
    const label = classNames[train.labels[at]] ?? ''
    return { width, height, channels, data: bytesOf(train, at, height * width * channels), label }
  })
}

/** Bytes as they are; other values from the example's least to its greatest. */
function bytesOf({ inputs }: Split, at: number, size: number): Uint8Array {
  const values = inputs.subarray(at * size, (at + 1) * size)
  if (values instanceof Uint8Array) return values.slice()
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
  return Uint8Array.from(values, (value) => Math.round((255 * (value - least)) / (most - least || 1)))
}
