/** What is known of the data of a run before the first update, as far as it says what the run can come to. */
import { z } from './words'

const count = z.number().int().min(0)
const share = z.number().min(0).max(1)
const ofClass = z.object({ name: z.string(), share })

export const dataFacts = z.object({
  /** Training loss of the best answer that is the same for every example; null where the loss has none in closed form. */
  baselineLoss: z.number().nullable(),
  /** Share of training examples that the most common answer is right for; null where there are no classes. */
  baselineAccuracy: share.nullable(),
  /** Classes of the training examples, where there is one answer to each example and at least two classes. */
  rarest: ofClass.nullable(),
  commonest: ofClass.nullable(),
  classes: count,
  /** Share of the evaluated validation examples whose inputs are those of a training example, too. */
  shared: share,
  /** Of numbers that are inputs; null where they are tokens. Taken from at most 2,000 training examples. */
  inputs: z
    .object({
      /** Share of the inputs that are the same for all examples. */
      constant: share,
      mean: z.number(),
      std: z.number()
    })
    .nullable(),
  /** Numbers that are NaN or infinite: inputs and targets of all training examples, and of the evaluated validation examples. */
  nonFinite: z.object({ inputs: count, targets: count, validation: count })
})
export type DataFacts = z.infer<typeof dataFacts>
