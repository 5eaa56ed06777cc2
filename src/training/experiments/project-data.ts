/** Data sets of the project as the data of an experiment: how many examples train, and which. */
import type { Rng } from '../../numeric/rng'
import { takeExamples } from '../batches'
import type { ParamProblem, Params } from '../params'
import type { Dataset, DatasetFacts, Split } from '../../domain/dataset'
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

/**
 * The examples that `rng` draws. Of classes, training and validation have the shares that the whole has, and every class of which
 * there are two examples validates (scikit-learn's `stratify`).
 */
export async function loadProjectData(
  params: Params,
  data: DatasetFacts,
  rng: Rng,
  resources: Resources
): Promise<Dataset> {
  if (!resources.dataset) throw new Error(`The data set ${data.name} belongs to a project, and no project is open.`)
  const { dataset, validation } = await resources.dataset(data)
  const sizes = projectExamples(params, data)
  const draw = resources.isStratified && data.classes > 0 ? stratified : order
  const pool = draw(dataset.train, rng)
  let train: Uint32Array = pool.slice(0, sizes.train)
  let others: Uint32Array = pool.slice(sizes.train)
  if (validation) others = draw(validation, rng)
  else if (resources.isStratified && data.classes > 0) {
    const held = heldOut(dataset.train.labels, pool, sizes.validation)
    others = pool.filter((row) => held.has(row))
    train = pool.filter((row) => !held.has(row)).slice(0, sizes.train)
  }
  return {
    ...dataset,
    train: takeExamples(dataset.train, train),
    validation: takeExamples(validation ?? dataset.train, others.slice(0, sizes.validation))
  }
}

function order(split: Split, rng: Rng): Uint32Array {
  return rng.shuffle(Uint32Array.from({ length: split.count }, (_, i) => i))
}

/** An order of which every beginning has the shares of classes of the whole, as near as whole numbers come. */
function stratified(split: Split, rng: Rng): Uint32Array {
  const drawn = order(split, rng)
  const counts = new Map<number, number>()
  for (const row of drawn) counts.set(split.labels[row], (counts.get(split.labels[row]) ?? 0) + 1)
  const seen = new Map<number, number>()
  const places = new Float64Array(split.count)
  for (const row of drawn) {
    const label = split.labels[row]
    const before = seen.get(label) ?? 0
    seen.set(label, before + 1)
    places[row] = (before + 0.5) / counts.get(label)!
  }
  // A stable sort: at equal places, the drawn order decides.
  return Uint32Array.from([...drawn].sort((a, b) => places[a] - places[b]))
}

/**
 * Rows that validate: of each class its share of `count`, and one at least where there are two; the largest remainders fill up.
 * @param pool rows in the order in which they are taken
 */
function heldOut(labels: Int32Array, pool: Uint32Array, count: number): Set<number> {
  const rows = new Map<number, number[]>()
  for (const row of pool) {
    const own = rows.get(labels[row])
    if (own) own.push(row)
    else rows.set(labels[row], [row])
  }
  const wanted = [...rows.values()].map((own) => {
    const share = (count * own.length) / pool.length
    const least = Math.min(1, own.length - 1)
    return { own, share, taken: Math.min(own.length - 1, Math.max(least, Math.floor(share))) }
  })
  const total = (): number => wanted.reduce((sum, { taken }) => sum + taken, 0)
  // One more for the class that is furthest below its share, one less for that furthest above.
  while (total() < count) {
    const open = wanted.filter(({ own, taken }) => taken < own.length - 1)
    if (open.length === 0) break
    open.reduce((most, one) => (one.share - one.taken > most.share - most.taken ? one : most)).taken += 1
  }
  while (total() > count) {
    wanted.reduce((most, one) =>
      one.taken - one.share > most.taken - most.share || most.taken === 0 ? one : most
    ).taken -= 1
  }
  return new Set(wanted.flatMap(({ own, taken }) => own.slice(0, taken)))
}
