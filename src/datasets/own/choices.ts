/** What somebody chose as data, what they may decide about it, and what was found. */
import type { Split } from '../../training/types'
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
}

export interface UserData {
  /** What was recognised, for people: `pictures in a folder per class`. */
  kind: string
  inputShape: number[]
  /** 0 where numbers are predicted. */
  classes: number
  classNames: string[]
  targetWidth: number
  train: Split
  /** Null where the data came without a split of its own. */
  validation: Split | null
  /** All examples there are; only some of them may have been read. */
  counts: { train: number; validation: number }
  /** What could have been chosen as the label, and what was. */
  labels: string[]
  label: string | null
  notes: string[]
}

/** Something that only the user can say. The message asks it, the options are the answers. */
export class DataQuestion extends Error {
  constructor(
    readonly about: 'label' | 'size',
    readonly options: string[],
    message: string
  ) {
    super(message)
    this.name = 'DataQuestion'
  }
}
