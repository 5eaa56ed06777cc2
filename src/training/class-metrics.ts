/** Metrics of a classifier from its answers example by example, whole and through masks of one class. */
import { tagOf, tagPart } from '../domain/tags'
import { histogram, type Histogram } from '../metrics/histogram'
import type { Evaluation } from './evaluation'
import type { Dataset, Split } from '../domain/dataset'

/** Beyond this, only metrics over all classes are recorded. */
const mostClasses = 20

/**
 * Several heads: `loss/<split>/<head>`, `accuracy/<split>/<head>` and `accuracy/<split>/mean`, their mean over the heads.
 * One head with at most 20 classes: `loss/<split>/<class>` and `accuracy/<split>/<class>` over the examples of that class,
 * and `precision/<split>`, `recall/<split>`, `f1/<split>`: of the last class where there are two (the positive one), else
 * means over the classes of which there are examples. A class without an example has none of them: that is a gap, and no 0. A class
 * that is never predicted has precision 0, as in scikit-learn.
 */
export function classScalars(
  evaluation: Evaluation,
  split: string,
  classes: readonly string[],
  heads: readonly string[]
): Record<string, number> {
  const scalars: Record<string, number> = {}
  if (evaluation.ofLabels) return labelScalars(evaluation, split, heads)
  if (evaluation.heads.length > 1) {
    let sum = 0
    evaluation.heads.forEach(({ losses, predictions, labels }, head) => {
      const all = labels.map((_, i) => i)
      const name = tagPart(heads[head] ?? String(head + 1))
      const right = share(all, (i) => predictions[i] === labels[i])
      scalars[tagOf.lossOf(split, name)] = mean(all, losses)
      scalars[tagOf.accuracyOf(split, name)] = right
      sum += right
    })
    scalars[tagOf.accuracyOf(split, 'mean')] = sum / evaluation.heads.length
    return scalars
  }
  const [{ losses, predictions, labels }] = evaluation.heads
  if (classes.length < 2 || classes.length > mostClasses) return scalars
  const perClass = classes.map((name, c) => {
    const members = indices(labels, (label) => label === c)
    if (members.length > 0) {
      scalars[tagOf.lossOf(split, tagPart(name))] = mean(members, losses)
      scalars[tagOf.accuracyOf(split, tagPart(name))] = share(members, (i) => predictions[i] === c)
    }
    const called = indices(predictions, (prediction) => prediction === c)
    const right = called.filter((i) => labels[i] === c).length
    const precision = called.length > 0 ? right / called.length : 0
    const recall = right / members.length
    const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0
    return { occurs: members.length > 0, precision, recall, f1 }
  })
  const counted = (classes.length === 2 ? perClass.slice(1) : perClass).filter(({ occurs }) => occurs)
  if (counted.length === 0) return scalars
  for (const metric of ['precision', 'recall', 'f1'] as const) {
    scalars[`${metric}/${split}`] = counted.reduce((sum, one) => sum + one[metric], 0) / counted.length
  }
  return scalars
}

/**
 * Of labels of which several may hold, up to 20: `loss/<split>/<label>`, `accuracy/<split>/<label>`, and precision, recall and
 * F1 of each; `precision/<split>` and so on are means over the labels that have one. A label that no example has, has no recall.
 */
function labelScalars({ heads }: Evaluation, split: string, names: readonly string[]): Record<string, number> {
  const scalars: Record<string, number> = {}
  const sums = { precision: 0, recall: 0, f1: 0 }
  let counted = 0
  heads.forEach(({ losses, predictions, labels }, label) => {
    const name = tagPart(names[label] ?? String(label))
    const all = labels.map((_, i) => i)
    const members = indices(labels, (value) => value === 1)
    const called = indices(predictions, (value) => value === 1)
    const right = called.filter((i) => labels[i] === 1).length
    const own: Record<string, number> = {
      loss: mean(all, losses),
      accuracy: share(all, (i) => predictions[i] === labels[i])
    }
    if (members.length > 0) {
      const precision = called.length > 0 ? right / called.length : 0
      const recall = right / members.length
      const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0
      Object.assign(own, { precision, recall, f1 })
      sums.precision += precision
      sums.recall += recall
      sums.f1 += f1
      counted++
    }
    if (heads.length > mostClasses) return
    for (const [metric, value] of Object.entries(own)) scalars[`${metric}/${split}/${name}`] = value
  })
  if (counted === 0) return scalars
  for (const [metric, sum] of Object.entries(sums)) scalars[`${metric}/${split}`] = sum / counted
  return scalars
}

/** Which classes that train are not among the examples that validate, as a sentence; null: none. */
export function classesWithoutExamples(
  { classes, classNames, train, heads }: Dataset,
  validation: Split
): string | null {
  if (classes < 2 || classes > mostClasses || (heads?.length ?? 1) > 1) return null
  const [trains, validates] = [new Set(train.labels), new Set(validation.labels)]
  const missing = [...trains].filter((label) => !validates.has(label)).sort((a, b) => a - b)
  if (missing.length === 0) return null
  const names = missing.map((label) => `"${classNames?.[label] ?? label}"`)
  return `No validation example is of the class ${names.join(', ')}: recall, precision and F1 know nothing of it.`
}

/** Per class, a histogram over 0..1 of the probability that examples of this class are given for it. */
export function predictionHistograms(evaluation: Evaluation, classes: readonly string[]): [string, Histogram][] {
  if (evaluation.heads.length > 1 || classes.length < 2 || classes.length > mostClasses) return []
  const [{ labels, trueClass }] = evaluation.heads
  return classes.flatMap((name, c): [string, Histogram][] => {
    const members = indices(labels, (label) => label === c)
    if (members.length === 0) return []
    const values = Float64Array.from(members, (i) => trueClass[i])
    return [[tagPart(name), histogram(values, 0, 1, 20)]]
  })
}

function indices(values: Int32Array, wanted: (value: number) => boolean): number[] {
  const found: number[] = []
  values.forEach((value, i) => {
    if (wanted(value)) found.push(i)
  })
  return found
}

function mean(members: ArrayLike<number>, values: Float64Array): number {
  return Array.from(members).reduce((sum, i) => sum + values[i], 0) / members.length
}

function share(members: ArrayLike<number>, wanted: (i: number) => boolean): number {
  return Array.from(members).filter(wanted).length / members.length
}
