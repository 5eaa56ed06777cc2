/** Which recorded series a fit uses when nobody says so, and for every other one why not. */
import { readTag } from '../domain/tags'
import { pearson } from '../numeric/statistics'
import { COPY } from './near-copies'
import { quantityOf, roleOf, wordsOf } from './roles'
import type { Roles } from '../domain/roles'

/** Points of one series of one run, evenly out of all of them. */
export interface FeatureSample {
  runId: string
  tag: string
  steps: Float64Array
  values: Float64Array
}

export interface LeftOut {
  tag: string
  /** What follows the tag in a sentence: `lr` is left out: "a schedule: it is set, not learnt". */
  reason: string
}

export interface DefaultFeatures {
  /** In the order of the tags. */
  chosen: string[]
  left: LeftOut[]
  /** Losses, accuracies and the like, whether they are chosen or left out. */
  outcomes: string[]
}

function isAverage(tag: string): boolean {
  const read = readTag(tag)
  return read.kind === 'weights' && read.hook === null
}

/** What is recorded for each hook point is there to be looked at; all of it would drown the rest. */
function isPerHook(tag: string): boolean {
  const read = readTag(tag)
  if (read.kind === 'weights') return read.hook !== null
  return read.kind === 'activations' && (read.metric !== null || read.of !== null)
}

/** Fewer common points say nothing about two series. */
const FEW = 4
/** A line, as far as single precision can draw one: the farthest point off it, over its range. */
const ON_LINE = 1e-5

const reasons = {
  outcome: 'an outcome: phases are to explain it',
  clock: 'a clock or a load: it measures the machine',
  counter: 'a counter: it says only how far the run is',
  schedule: 'a schedule: it is set, not learnt',
  same: 'the same in every run: a schedule',
  constant: 'never changes',
  empty: 'holds no finite numbers',
  rare: 'not recorded by every run: those without it would be left out'
}

const timeWords = new Set([
  ...[
    'time',
    'times',
    'walltime',
    'wall',
    'second',
    'seconds',
    'sec',
    'secs',
    'ms',
    'msec',
    'minutes',
    'hours',
    'elapsed'
  ],
  ...['duration', 'runtime', 'latency', 'eta', 'throughput', 'speed', 'fps', 'clock', 'timestamp'],
  ...[
    'memory',
    'mem',
    'vram',
    'gpu',
    'cpu',
    'ram',
    'disk',
    'utilization',
    'utilisation',
    'util',
    'flops',
    'flos',
    'mfu'
  ]
])
const countedThings = new Set([
  ...[
    'samples',
    'tokens',
    'examples',
    'images',
    'steps',
    'epochs',
    'batches',
    'iterations',
    'updates',
    'step',
    'epoch'
  ],
  ...['frames', 'timesteps', 'sequences', 'count']
])
const countWords = new Set([
  ...['num', 'total', 'seen', 'consumed', 'processed', 'n', 'number', 'of', 'input', 'global', 'current', 'cumulative'],
  ...['train', 'training', 'val', 'valid', 'validation', 'eval', 'test', 'per']
])
/** A name that ends in one of these is a schedule; what comes after them (`beta_norm`) may be anything. */
const scheduleEnds = [
  ...['momentum', 'weight decay', 'wd', 'beta', 'betas', 'beta1', 'beta2', 'loss scale', 'grad scale', 'temperature'],
  ...['learning rate', 'lr']
]
const outcomeWords = new Set([
  ...['loss', 'losses', 'nll', 'crossentropy', 'xent', 'accuracy', 'acc', 'perplexity', 'ppl', 'error', 'err', 'f1'],
  ...[
    'precision',
    'recall',
    'auc',
    'auroc',
    'iou',
    'miou',
    'dice',
    'bleu',
    'rouge',
    'psnr',
    'mse',
    'mae',
    'rmse',
    'wer',
    'cer'
  ]
])
const outcomeForms = /^(top|acc|acc@|ap|map|map@|hit@|recall@|precision@)\d+$/

/** Why a series is no feature by its name alone; null where the name tells nothing. */
function reasonOfName(tag: string, roles: Roles): string | null {
  const named = roleOf(tag)
  if (named === 'epoch' || named === 'step' || named === 'seed') return reasons.counter
  if (tag === roles.epoch || tag === roles.step || tag === roles.seed) return reasons.counter
  if (quantityOf(tag, roles) !== null) return reasons.outcome
  const words = wordsOf(tag)
  if (isSchedule(words)) return reasons.schedule
  if (words.some((word) => timeWords.has(word)) || /\bper s(ec|econd)?$|^its?$|\bit s$|s s$/.test(words.join(' ')))
    return reasons.clock
  if (
    words.some((word) => countedThings.has(word)) &&
    words.every((word) => countedThings.has(word) || countWords.has(word))
  )
    return reasons.counter
  return words.some((word) => outcomeWords.has(word) || outcomeForms.test(word)) ? reasons.outcome : null
}

function isSchedule(words: readonly string[]): boolean {
  // Lightning: `lr-AdamW/pg1`, `lr-SGD-momentum`; YOLO: `x/lr0`.
  if (words.some((word) => /^lr\d*$/.test(word)) || / learning rate /.test(` ${words.join(' ')} `)) return true
  const named = words.filter((word) => !/^(pg|group|param|\d)\d*$/.test(word)).join(' ')
  return scheduleEnds.some((end) => named === end || named.endsWith(` ${end}`))
}

/** The tags whose samples `defaultFeatures` looks at. */
export function sampledTags(tags: readonly string[], roles: Roles): string[] {
  const { averages, others, hooks, outcomes } = groupsOf(tags, roles)
  return [
    ...averages,
    ...others.map(({ tag }) => tag),
    ...outcomes,
    ...(averages.length + others.length > 0 ? [] : hooks)
  ]
}

function groupsOf(tags: readonly string[], roles: Roles) {
  const averages = tags.filter((tag) => isAverage(tag))
  const hooks = tags.filter((tag) => isPerHook(tag))
  const rest = tags
    .filter((tag) => !isAverage(tag) && !isPerHook(tag))
    .map((tag) => ({ tag, reason: reasonOfName(tag, roles) }))
  return {
    averages,
    hooks,
    outcomes: rest.filter(({ reason }) => reason === reasons.outcome).map(({ tag }) => tag),
    named: rest.filter((one): one is LeftOut => one.reason !== null && one.reason !== reasons.outcome),
    others: rest.filter(({ reason }) => reason === null)
  }
}

/**
 * The averages of weights over hook points, where they were recorded. Else whatever is left of the other series without
 * schedules, counters, clocks, constants, near copies of what is already chosen, and outcomes; of those only where there is
 * nothing else. What is recorded for each hook point is neither chosen nor left out, unless there is nothing else.
 *
 * @param tags of all runs
 * @param samples of some of the runs, of `sampledTags`
 * @param recordedByAll whether each of the runs has a tag; else the samples tell
 */
export function defaultFeatures(
  tags: readonly string[],
  samples: readonly FeatureSample[],
  roles: Roles,
  recordedByAll?: (tag: string) => boolean
): DefaultFeatures {
  const sampled = new Sampled(samples)
  const everywhere = recordedByAll ?? ((tag: string) => sampled.isEverywhere(tag))
  const groups = groupsOf(tags, roles)
  const left = [...groups.named, ...groups.outcomes.map((tag) => ({ tag, reason: reasons.outcome }))]
  const chosen: string[] = []

  /** What values say against a series as a feature. @param rare those of only some runs count, too */
  const judge = (
    candidates: readonly string[],
    own: boolean,
    rare: boolean
  ): { tag: string; reason: string | null }[] => {
    const others = own ? false : sampled.runsDiffer()
    return candidates.map((tag) => {
      const what = sampled.isEmpty(tag)
        ? reasons.empty
        : sampled.isConstant(tag)
          ? reasons.constant
          : !own && sampled.isCounter(tag)
            ? reasons.counter
            : !own && others && sampled.isSameInAll(tag)
              ? reasons.same
              : !rare && !everywhere(tag)
                ? reasons.rare
                : null
      return { tag, reason: what }
    })
  }
  const take = (candidates: readonly string[], { own, copies }: { own: boolean; copies: boolean }): void => {
    let judged = judge(candidates, own, false)
    // Where no series is in all runs, those of some are better than none.
    if (judged.every(({ reason }) => reason !== null)) judged = judge(candidates, own, true)
    for (const { tag, reason } of judged) {
      const original = reason === null && copies ? chosen.find((other) => sampled.areCopies(tag, other)) : undefined
      if (reason !== null) left.push({ tag, reason })
      else if (original !== undefined) left.push({ tag, reason: `nearly a copy of ${original}` })
      else chosen.push(tag)
    }
  }

  const others = withoutSteps(
    groups.others.map(({ tag }) => tag),
    left
  )
  // The averages are a set that people know from papers: it stays whole, also where two of them go together.
  take(groups.averages, { own: true, copies: false })
  if (chosen.length > 0) {
    // Nobody has asked for them, but whoever looks for them learns what they are.
    left.push(...judge(others, false, true).filter((one): one is LeftOut => one.reason !== null))
  } else {
    take(others, { own: false, copies: true })
    if (chosen.length === 0 && groups.averages.length + others.length === 0)
      take(groups.hooks, { own: false, copies: true })
    if (chosen.length === 0) {
      const outcomes = new Set(groups.outcomes)
      left.splice(0, left.length, ...left.filter(({ tag }) => !outcomes.has(tag)))
      take(withoutSteps(bestFirst(groups.outcomes, roles), left), { own: true, copies: true })
    }
  }
  const order = new Map(tags.map((tag, i) => [tag, i]))
  const byOrder = (a: string, b: string): number => order.get(a)! - order.get(b)!
  return { chosen: chosen.sort(byOrder), left: left.sort((a, b) => byOrder(a.tag, b.tag)), outcomes: groups.outcomes }
}

/** Of two curves that are the same in two names, the one with a role stays. */
function bestFirst(outcomes: readonly string[], roles: Roles): string[] {
  const withRole = new Set(Object.values(roles))
  return [...outcomes].sort((a, b) => Number(withRole.has(b)) - Number(withRole.has(a)))
}

/** Lightning records `x_step` beside `x_epoch`, at other steps: together they would leave no point of a run. */
function withoutSteps(tags: readonly string[], left: LeftOut[]): string[] {
  const there = new Set(tags)
  return tags.filter((tag) => {
    const epoch = tag.replace(/_step$/, '_epoch')
    if (epoch === tag || !there.has(epoch)) return true
    left.push({ tag, reason: `${epoch} says the same once an epoch` })
    return false
  })
}

/** Questions about samples of series, by tag and run. */
class Sampled {
  private readonly byTag = new Map<string, Map<string, FeatureSample>>()
  private readonly runs = new Set<string>()
  private readonly units = new Map<FeatureSample, Float64Array | null>()

  constructor(samples: readonly FeatureSample[]) {
    for (const sample of samples) {
      this.runs.add(sample.runId)
      const ofTag = this.byTag.get(sample.tag) ?? new Map<string, FeatureSample>()
      this.byTag.set(sample.tag, ofTag.set(sample.runId, sample))
    }
  }

  private of(tag: string): FeatureSample[] {
    return [...(this.byTag.get(tag)?.values() ?? [])]
  }

  isEverywhere(tag: string): boolean {
    return this.of(tag).length === this.runs.size
  }

  isEmpty(tag: string): boolean {
    return !this.of(tag).some(({ values }) => values.some(Number.isFinite))
  }

  isConstant(tag: string): boolean {
    return this.of(tag).every(({ values }) => {
      const first = values.find(Number.isFinite)
      return values.every((value) => !Number.isFinite(value) || value === first)
    })
  }

  /** It rises in a straight line over the steps, or by equal amounts. */
  isCounter(tag: string): boolean {
    const long = this.of(tag).filter(({ values }) => values.length > FEW)
    return (
      long.length > 0 &&
      long.every(({ steps, values }) => {
        for (let i = 0; i < values.length; i++) if (!(i === 0 || values[i] > values[i - 1])) return false
        return (
          isLine(steps, values) ||
          isLine(
            Float64Array.from(steps, (_, i) => i),
            values
          )
        )
      })
    )
  }

  /** Whether two or more runs agree at every common step. */
  isSameInAll(tag: string): boolean {
    const [first, ...rest] = this.of(tag)
    if (rest.length === 0) return false
    return rest.every((other) => {
      const { a, b } = common(first, other)
      return a.length >= FEW && a.every((value, i) => value === b[i])
    })
  }

  /** Whether runs are different at all: of copies of one run every series is the same. */
  runsDiffer(): boolean {
    return [...this.byTag.keys()].some((tag) => this.of(tag).length > 1 && !this.isSameInAll(tag))
  }

  areCopies(tag: string, other: string): boolean {
    const others = this.byTag.get(other)
    let compared = 0
    for (const sample of this.of(tag)) {
      const beside = others?.get(sample.runId)
      const r = beside ? this.correlation(sample, beside) : null
      if (r === null) continue
      if (Math.abs(r) <= COPY) return false
      compared++
    }
    return compared > 0
  }

  /** Series of a run share their steps as a rule; then thousands of pairs are a sum of products each. */
  private correlation(one: FeatureSample, other: FeatureSample): number | null {
    const [a, b] = [this.unitOf(one), this.unitOf(other)]
    if (!a || !b || !sameSteps(one.steps, other.steps)) {
      const both = common(one, other)
      return pearson(both.a, both.b, FEW)
    }
    let r = 0
    for (let i = 0; i < a.length; i++) r += a[i] * b[i]
    return r
  }

  /** Deviations from the mean, of length 1 together; null where some are not finite, none differs, or they are few. */
  private unitOf(sample: FeatureSample): Float64Array | null {
    const known = this.units.get(sample)
    if (known !== undefined) return known
    const { values } = sample
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const off = values.map((value) => value - mean)
    const size = Math.sqrt(off.reduce((sum, value) => sum + value * value, 0))
    const unit = values.length >= FEW && Number.isFinite(size) && size > 0 ? off.map((value) => value / size) : null
    this.units.set(sample, unit)
    return unit
  }
}

function sameSteps(one: Float64Array, other: Float64Array): boolean {
  if (one === other) return true
  if (one.length !== other.length) return false
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

function isLine(x: Float64Array, y: Float64Array): boolean {
  const last = y.length - 1
  const slope = (y[last] - y[0]) / (x[last] - x[0])
  const range = Math.abs(y[last] - y[0])
  return (
    Number.isFinite(slope) && y.every((value, i) => Math.abs(value - y[0] - slope * (x[i] - x[0])) <= ON_LINE * range)
  )
}

/** Finite values at the steps that both have. */
function common(one: FeatureSample, other: FeatureSample): { a: number[]; b: number[] } {
  const [a, b]: [number[], number[]] = [[], []]
  for (let i = 0, j = 0; i < one.steps.length && j < other.steps.length;) {
    if (one.steps[i] < other.steps[j]) i++
    else if (one.steps[i] > other.steps[j]) j++
    else {
      if (Number.isFinite(one.values[i]) && Number.isFinite(other.values[j])) {
        a.push(one.values[i])
        b.push(other.values[j])
      }
      i++
      j++
    }
  }
  return { a, b }
}
