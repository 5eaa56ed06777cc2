/** What can be said of data before anything is trained on them: what chance is, and what is wrong with the inputs. */
import type { DataFacts } from '../domain/data-facts'
import type { Dataset, Split } from '../domain/dataset'
import { largest, median, smallest } from '../numeric/statistics'
import type { LossName } from './losses'

/** Enough to see a scale and what never changes. */
const mostLookedAt = 2000

/**
 * @param loss of the run, whose best constant answer is the baseline
 * @param evaluated validation examples that the run is judged by
 */
export function factsOf(
  { train, classes, classNames, heads = [] }: Dataset,
  loss: LossName,
  evaluated: Split
): DataFacts {
  const answers = classes > 0 ? Math.max(1, heads.length) : 1
  const counts = Array.from({ length: answers }, () => new Float64Array(Math.max(1, classes)))
  if (classes > 0) train.labels.forEach((label, i) => counts[i % answers][label]++)
  const nameOf = (c: number): string => classNames?.[c] ?? String(c)
  const [first] = counts
  const present = classes > 1 && answers === 1 ? [...first.keys()] : []
  const rarest = present.reduce((least, c) => (first[c] < first[least] ? c : least), 0)
  const commonest = present.reduce((most, c) => (first[c] > first[most] ? c : most), 0)
  const of = (c: number) => (present.length > 0 ? { name: nameOf(c), share: first[c] / train.count } : null)
  return {
    baselineLoss: finite(baselineLoss(train, counts, loss)),
    baselineAccuracy: baselineAccuracy(train, counts, classes),
    rarest: of(rarest),
    commonest: of(commonest),
    classes,
    shared: sharedOf(train, evaluated),
    inputs: train.inputs instanceof Int32Array ? null : inputsOf(train),
    nonFinite: {
      inputs: nonFinite(train.inputs),
      targets: nonFinite(train.targets),
      validation: nonFinite(evaluated.inputs) + nonFinite(evaluated.targets)
    }
  }
}

/** Of targets that are no numbers there is no baseline, and files hold no NaN. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

function nonFinite(values: Split['inputs'] | undefined): number {
  let found = 0
  if (values instanceof Float32Array) for (const value of values) if (value - value !== 0) found++
  return found
}

/** Entropy of the labels (of each head, added up; of yes/no labels, their mean); variance; mean distance from the median. */
function baselineLoss({ targets, count }: Split, counts: Float64Array[], loss: LossName): number | null {
  switch (loss) {
    case 'cross-entropy':
      return counts.reduce((sum, ofHead) => sum + entropy(ofHead), 0)
    case 'binary-cross-entropy': {
      if (!targets) return entropy(counts[0])
      const width = targets.length / count
      return meanOf(targets, width, (column) => {
        const yes = column.reduce((sum, one) => sum + one, 0)
        return entropy([yes, count - yes])
      })
    }
    case 'mean-squared-error':
      return targets ? meanOf(targets, targets.length / count, variance) : null
    case 'mean-absolute-error':
      return targets ? meanOf(targets, targets.length / count, distance) : null
    case 'hinge':
      // Answering 0 costs 1 for every example; always the more frequent class twice the share of the other.
      return Math.min(1, (2 * smallest(counts[0])) / count)
    case 'huber':
      return null
  }
}

function baselineAccuracy({ labels, targets, count }: Split, counts: Float64Array[], classes: number): number | null {
  if (classes === 0 || targets) return null
  const usual = counts.map((ofHead) => ofHead.indexOf(largest(ofHead)))
  let right = 0
  for (let i = 0; i < count; i++) {
    if (usual.every((label, head) => labels[i * usual.length + head] === label)) right++
  }
  return right / count
}

/** In nats. */
function entropy(counts: ArrayLike<number>): number {
  let [total, sum] = [0, 0]
  for (let c = 0; c < counts.length; c++) total += counts[c]
  for (let c = 0; c < counts.length; c++) if (counts[c] > 0) sum -= (counts[c] / total) * Math.log(counts[c] / total)
  return sum
}

/** Mean over the columns of [count, width], one of which is in memory at a time. */
function meanOf(values: Float32Array, width: number, of: (column: Float64Array) => number): number {
  let sum = 0
  for (let j = 0; j < width; j++) {
    sum += of(Float64Array.from({ length: values.length / width }, (_, i) => values[i * width + j]))
  }
  return sum / width
}

function variance(column: Float64Array): number {
  const mean = column.reduce((sum, one) => sum + one, 0) / column.length
  return column.reduce((sum, one) => sum + (one - mean) ** 2, 0) / column.length
}

function distance(column: Float64Array): number {
  const middle = median(column)
  return column.reduce((sum, one) => sum + Math.abs(one - middle), 0) / column.length
}

/** Examples are compared number by number, those with the same hash only. */
function sharedOf(train: Split, evaluated: Split): number {
  if (evaluated.count === 0) return 0
  const size = train.inputs.length / train.count
  const byHash = new Map<number, number[]>()
  for (let i = 0; i < evaluated.count; i++) {
    const hash = hashOf(evaluated.inputs, i * size, size)
    byHash.set(hash, [...(byHash.get(hash) ?? []), i])
  }
  const shared = new Set<number>()
  for (let i = 0; i < train.count; i++) {
    for (const v of byHash.get(hashOf(train.inputs, i * size, size)) ?? []) {
      if (!shared.has(v) && isEqual(train.inputs, i * size, evaluated.inputs, v * size, size)) shared.add(v)
    }
  }
  return shared.size / evaluated.count
}

/** Of at most 32 places of an example, spread over it: FNV-1a over the bits of the numbers. */
function hashOf(inputs: Split['inputs'], at: number, size: number): number {
  const step = Math.max(1, Math.floor(size / 32))
  let hash = 0x811c9dc5
  for (let i = 0; i < size; i += step) {
    scratch[0] = inputs[at + i]
    hash = Math.imul(hash ^ bits[0], 0x01000193)
  }
  return hash >>> 0
}
const scratch = new Float32Array(1)
const bits = new Uint32Array(scratch.buffer)

function isEqual(a: Split['inputs'], atA: number, b: Split['inputs'], atB: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (!Object.is(a[atA + i], b[atB + i])) return false
  return true
}

function inputsOf({ inputs, count, byteMaximum }: Split): NonNullable<DataFacts['inputs']> {
  const size = inputs.length / count
  const unit = inputs instanceof Uint8Array ? 255 / (byteMaximum ?? 1) : 1
  const looked = Math.min(count, mostLookedAt)
  let [constant, sum, squares, numbers] = [0, 0, 0, 0]
  for (let j = 0; j < size; j++) {
    const first = inputs[j]
    let varies = false
    for (let i = 0; i < looked; i++) {
      const value = inputs[i * size + j]
      if (!Object.is(value, first)) varies = true
      if (!Number.isFinite(value)) continue
      numbers++
      sum += value / unit
      squares += (value / unit) ** 2
    }
    if (!varies) constant++
  }
  const mean = numbers > 0 ? sum / numbers : 0
  const std = numbers > 0 ? Math.sqrt(Math.max(0, squares / numbers - mean * mean)) : 0
  return { constant: looked > 1 ? constant / size : 0, mean, std }
}
