/** Data sets of the project as the data of an experiment: how many examples train, and which. */
import type { Rng } from '../../numeric/rng'
import { takeExamples } from '../batches'
import type { ParamProblem, Params } from '../params'
import type { Dataset, DatasetFacts, Split } from '../types'
import type { Resources } from './types'

/** At most as many as there are; without a validation split of its own, a data set lends a fifth of its examples. */
export function projectExamples(params: Params, data: DatasetFacts): { train: number; validation: number } {
  const wanted = { train: params.trainSamples as number, validation: params.validationSamples as number }
  if (data.validation > 0) {
    return { train: Math.min(wanted.train, data.train), validation: Math.min(wanted.validation, data.validation) }
  }
  const validation = Math.min(wanted.validation, Math.max(1, Math.floor(data.train / 5)))
  return { train: Math.min(wanted.train, data.train - validation), validation }
}

export function projectProblems(
  params: Params,
  data: DatasetFacts,
  needs: { images?: boolean; classes?: boolean }
): ParamProblem[] {
  const problem = (message: string): ParamProblem[] => [{ key: 'data', message }]
  if (needs.images && data.inputShape.length !== 3) {
    return problem(
      `${data.name} has examples of shape [${data.inputShape.join(', ')}]; pictures are [height, width, channels]. ` +
        'Use the experiment "custom" for other data.'
    )
  }
  if (needs.classes && data.classes < 2) {
    return problem(`${data.name} has ${data.classes} classes; a classifier needs two or more.`)
  }
  const { train } = projectExamples(params, data)
  return train < 1 ? problem(`${data.name} has ${data.train} examples, which leaves none to train on.`) : []
}

/** The examples that `rng` draws. */
export async function loadProjectData(
  params: Params,
  data: DatasetFacts,
  rng: Rng,
  resources: Resources
): Promise<Dataset> {
  if (!resources.dataset) throw new Error(`The data set ${data.name} belongs to a project, and no project is open.`)
  const { dataset, validation } = await resources.dataset(data)
  const sizes = projectExamples(params, data)
  const pool = order(dataset.train, rng)
  const train = pool.slice(0, sizes.train)
  const others = validation ? order(validation, rng) : pool.slice(sizes.train)
  return {
    ...dataset,
    train: takeExamples(dataset.train, train),
    validation: takeExamples(validation ?? dataset.train, others.slice(0, sizes.validation))
  }
}

function order(split: Split, rng: Rng): Uint32Array {
  return rng.shuffle(Uint32Array.from({ length: split.count }, (_, i) => i))
}
