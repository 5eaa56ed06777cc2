/** The user's own data: what is said of it, what its files hold, and what became of it in a project. */
import { z } from './words'

const columnNames = z.array(z.string().max(1000)).max(10_000)

export const dataChoices = z.object({
  /** Column, or array, that is to be predicted. */
  label: z.string().min(1).optional(),
  predict: z.enum(['classes', 'numbers', 'labels']).optional(),
  /** Pictures are brought to this size. */
  size: z.object({ width: z.number().int().min(1).max(4096), height: z.number().int().min(1).max(4096) }).optional(),
  /** Where pictures say their class: in the outer or the inner folder, or in their names. */
  classes: z.enum(['outer', 'inner', 'names']).optional(),
  /** What becomes of files that cannot be read. */
  unreadable: z.enum(['leave-out']).optional(),
  /** Channels of pictures; default: one where all are gray, else three. */
  colors: z.enum(['gray', 'rgb']).optional(),
  /** What becomes of examples with empty cells: left out, or filled with the mean of their column. */
  missing: z.enum(['leave-out', 'mean']).optional(),
  /** How a text that is not UTF-8 is written. */
  encoding: z.string().max(40).optional(),
  /** Whether the channels of arrays stand before or after their other dimensions. */
  channels: z.enum(['first', 'last']).optional(),
  /** Columns of words as inputs: a number for each of their words, or none. */
  words: z.enum(['one-hot', 'leave-out']).optional(),
  /** Columns that are inputs, or not, whatever they look like. */
  use: columnNames.optional(),
  leaveOut: columnNames.optional()
})
export type DataChoices = z.infer<typeof dataChoices>

/** What a question is about, which is the choice that answers it. */
const questionAbout = z.enum(['label', 'size', 'classes', 'unreadable', 'missing', 'encoding', 'channels'])

export const datasetInfo = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  source: z.object({ kind: z.string(), files: z.array(z.string()) }),
  /** Of one example. */
  inputShape: z.array(z.number()),
  /** 0 where numbers are predicted. */
  classes: z.number(),
  classNames: z.array(z.string()),
  targetWidth: z.number(),
  /** Names of several yes/no labels, whose targets are 1 and 0; absent where there are none. */
  labelNames: z.array(z.string()).optional(),
  train: z.number(),
  /** 0 where the data came without a split of their own. */
  validation: z.number(),
  classCounts: z.array(z.number()),
  notes: z.array(z.string())
})
export type DatasetInfo = z.infer<typeof datasetInfo>

/** What chosen files hold. */
export const dataFindings = z.object({
  /** What was chosen, for people, and a name to suggest. */
  label: z.string(),
  name: z.string(),
  /** Null until what is asked has been answered, and when there is a problem. */
  found: z
    .object({
      kind: z.string(),
      inputShape: z.array(z.number()),
      classes: z.number(),
      classNames: z.array(z.string()),
      targetWidth: z.number(),
      labelNames: z.array(z.string()).optional(),
      train: z.number(),
      validation: z.number(),
      /** Examples of each class among those looked at; empty where numbers are predicted. */
      classCounts: z.array(z.number()),
      /** Columns or arrays that can be the label, and which one is. */
      labels: z.array(z.string()),
      label: z.string().nullable(),
      /** Columns that are inputs; empty where the data are no table. */
      inputs: z.array(z.string()),
      notes: z.array(z.string()),
      /** First training examples as pictures, for inputs that are some. */
      pictures: z.array(
        z.object({
          width: z.number(),
          height: z.number(),
          channels: z.union([z.literal(1), z.literal(3)]),
          data: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
          label: z.string()
        })
      )
    })
    .nullable(),
  /** Something that only the user can say, with the answers that there are. */
  question: z
    .object({
      about: questionAbout,
      text: z.string(),
      options: z.array(z.object({ value: z.string(), label: z.string() }))
    })
    .nullable(),
  /** Every file that gives no examples, and why. */
  left: z.array(z.object({ file: z.string(), reason: z.string() })),
  /** Why the data cannot be used: the file, the place and the remedy. */
  problem: z.string().nullable()
})
export type DataFindings = z.infer<typeof dataFindings>
