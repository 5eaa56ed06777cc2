/** What somebody chose as data, what they may decide about it, and what was found. */
import type { Split } from '../../domain/dataset'
import type { Predict } from './labels'

/** A file of the choice; its name is the path below the chosen folder, with `/`. */
export interface DataFile {
  name: string
  bytes: number
  read(): Promise<Uint8Array>
}

export interface DataChoices {
  /** Column, or array, that is to be predicted. */
  label?: string
  predict?: Predict
  /** Pictures are brought to this size. */
  size?: { width: number; height: number }
  /** Where pictures say their class: in the outer or the inner folder, or in their names. */
  classes?: 'outer' | 'inner' | 'names'
  /** What becomes of files that cannot be read. */
  unreadable?: 'leave-out'
  /** Channels of pictures; default: one where all are gray, else three. */
  colors?: 'gray' | 'rgb'
  /** What becomes of examples with empty cells: left out, or filled with the mean of their column. */
  missing?: 'leave-out' | 'mean'
  /** How a text that is not UTF-8 is written. */
  encoding?: string
  /** Whether the channels of arrays stand before or after their other dimensions. */
  channels?: 'first' | 'last'
  /** Columns of words as inputs: a number for each of their words, or none. */
  words?: 'one-hot' | 'leave-out'
  /** Columns that are inputs, or not, whatever they look like. */
  use?: string[]
  leaveOut?: string[]
}

/** What a question is about, which is the choice that answers it. */
export type QuestionAbout = 'label' | 'size' | 'classes' | 'unreadable' | 'missing' | 'encoding' | 'channels'

/** A file that gives no example, and why; null: its name says why. */
export interface LeftOut {
  file: string
  reason: string | null
}

export interface UserData {
  /** What was recognised, for people: `pictures in a folder per class`. */
  kind: string
  inputShape: number[]
  /** 0 where numbers are predicted. */
  classes: number
  classNames: string[]
  targetWidth: number
  /** Names of several yes/no labels, whose targets are 1 and 0; absent where there are none. */
  labelNames?: string[]
  train: Split
  /** Null where the data came without a split of its own. */
  validation: Split | null
  /** All examples there are; only some of them may have been read. */
  counts: { train: number; validation: number }
  /** What could have been chosen as the label, and what was. */
  labels: string[]
  label: string | null
  /** Columns of a table that are inputs; empty for other data. */
  inputs: string[]
  notes: string[]
  /** Files of the choice that give no examples. */
  left: LeftOut[]
}

/** One of the answers that there are, and how people read it. */
export interface DataAnswer {
  value: string
  label: string
}

/** Something that only the user can say. The message asks it, the options are the answers. */
export class DataQuestion extends Error {
  /** @param left files that the question is about, or that will give no examples whatever the answer is */
  constructor(
    readonly about: QuestionAbout,
    readonly options: DataAnswer[],
    message: string,
    readonly left: LeftOut[] = []
  ) {
    super(message)
    this.name = 'DataQuestion'
  }
}

/** Answers that are read as they are. */
export function plainAnswers(values: readonly string[]): DataAnswer[] {
  return values.map((value) => ({ value, label: value }))
}
