/**
 * What a recorded series is for, told by its name: which curve is the validation accuracy, which counts epochs. Our own
 * runs have one tag for each role; logs of other programs have names of their own, and people can say it themselves.
 */
import type { Role, RoleChoices, Roles } from '../domain/roles'
import { readTag, tagOf } from '../domain/tags'

/** The tags of our own runs; analyses made before there were roles know no others. */
export const ownRoles: Readonly<Required<Omit<Roles, 'step' | 'seed'>>> = {
  trainLoss: tagOf.loss('train'),
  valLoss: tagOf.loss('val'),
  trainAccuracy: tagOf.accuracy('train'),
  valAccuracy: tagOf.accuracy('val'),
  epoch: 'epoch'
}

/** The outcome that tells best how far a run has come, first. */
export const outcomeRoles = ['valAccuracy', 'trainAccuracy', 'valLoss', 'trainLoss'] as const
/** The order in which they decide about convergence: a loss on held-out data says more than an accuracy on what is learnt. */
const decidingRoles = ['valAccuracy', 'valLoss', 'trainAccuracy', 'trainLoss'] as const

/** The tags that may decide when a run has converged, the best first. */
export function decidingTags(roles: Roles): string[] {
  return decidingRoles.flatMap((role) => roles[role] ?? [])
}

type Quantity = 'loss' | 'accuracy'

/** Words for data that is held out, by how far they can be trusted to mean validation; a test set only where nothing else is. */
const held: Record<string, number> = {
  val: 0,
  valid: 0,
  validation: 0,
  eval: 1,
  evaluation: 1,
  dev: 2,
  test: 3,
  testing: 3
}
const trained = new Set(['train', 'training', 'trn'])
/** Words for a quantity; a plainer word is the better name where a log has several. */
const quantities: Record<string, { of: Quantity; rank: number }> = {
  loss: { of: 'loss', rank: 0 },
  losses: { of: 'loss', rank: 0 },
  nll: { of: 'loss', rank: 1 },
  ce: { of: 'loss', rank: 1 },
  xent: { of: 'loss', rank: 1 },
  crossentropy: { of: 'loss', rank: 1 },
  accuracy: { of: 'accuracy', rank: 0 },
  acc: { of: 'accuracy', rank: 0 },
  top1: { of: 'accuracy', rank: 1 },
  acc1: { of: 'accuracy', rank: 1 },
  'acc@1': { of: 'accuracy', rank: 1 }
}
/** Words that say how often or how it was averaged, and nothing about what it is. */
const fillers = new Set([
  ...['metrics', 'metric', 'scalars', 'logs', 'keras', 'per', 'vs', 'mean', 'avg', 'average', 'total', 'overall'],
  ...['categorical', 'sparse', 'binary', 'multiclass', 'score']
])
const perStep = new Set(['step', 'steps', 'batch', 'batches', 'iter', 'iters', 'iteration', 'iterations'])
const perEpoch = new Set(['epoch', 'epochs'])
/** Words that may stand beside the one that names a counter. */
const counting = new Set(['global', 'current', 'trainer', 'train', 'training', 'cur'])
const seeding = new Set(['random', 'rng', 'global', 'manual'])
const stepWords = new Set(['step', 'steps', 'iter', 'iteration', 'iterations'])

/** The words of a tag, in lower case: apart at `/ _ - . ( ) space` and where a capital follows a small letter. */
export function wordsOf(tag: string): string[] {
  return tag
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s/_.\\:()[\]-]+/)
    .filter((word) => word !== '')
}

/** What a name says about a series, and how good a name for it that is: lower is better, place by place. */
interface Reading {
  role: Role
  rank: readonly [own: number, split: number, rate: number, word: number]
}

/**
 * Every word must be known, and there must be one word for a quantity (loss, nll, ce, cross entropy; acc, accuracy, top1,
 * acc@1) and at most one kind of data (train, training, trn; val, valid, validation, eval, evaluation, dev, test). So
 * `loss_scale`, `accuracy_threshold` or `train/box_loss` have no role: a word in them says that they are something else. A
 * quantity without a kind of data is the training one, as Keras has it.
 *
 * @param plain the kind of data of a name that says none: Keras writes `epoch_loss` into runs `train` and `validation`
 */
export function roleOf(tag: string, plain: 'train' | 'val' = 'train'): Role | null {
  return read(tag, plain)?.role ?? null
}

function read(tag: string, plain: 'train' | 'val'): Reading | null {
  for (const [role, own] of Object.entries(ownRoles) as [Role, string][])
    if (tag === own) return { role, rank: [0, 0, 0, 0] }
  // Nobody names a series with sentences; what comes from outside may be any text.
  if (tag.length > 200) return null
  const words = joined(wordsOf(tag)).flatMap(apart)
  return counterOf(words) ?? outcomeOf(words, plain)
}

function counterOf(words: readonly string[]): Reading | null {
  const [last] = words.slice(-1)
  const others = words.slice(0, -1)
  const split = others.some((word) => trained.has(word)) ? 1 : 0
  if (perEpoch.has(last) && others.every((word) => counting.has(word))) return { role: 'epoch', rank: [1, split, 0, 0] }
  if (stepWords.has(last) && others.every((word) => counting.has(word)))
    return { role: 'step', rank: [1, split, 0, last.startsWith('step') ? 0 : 1] }
  if (last === 'seed' && others.every((word) => seeding.has(word))) return { role: 'seed', rank: [1, 0, 0, 0] }
  return null
}

function outcomeOf(words: readonly string[], plain: 'train' | 'val'): Reading | null {
  let quantity: Quantity | null = null
  let word = Number.POSITIVE_INFINITY
  let onHeld = -1
  let onTrained = false
  let rate = 1
  for (const part of words) {
    const known = Object.hasOwn(quantities, part) ? quantities[part] : null
    if (known) {
      if (quantity !== null && quantity !== known.of) return null
      quantity = known.of
      word = Math.min(word, known.rank)
    } else if (Object.hasOwn(held, part)) onHeld = Math.max(onHeld, held[part])
    else if (trained.has(part)) onTrained = true
    else if (perEpoch.has(part)) rate = 0
    else if (perStep.has(part)) rate = 2
    else if (!fillers.has(part)) return null
  }
  if (quantity === null || (onTrained && onHeld >= 0)) return null
  const validation = onHeld >= 0 || (!onTrained && plain === 'val')
  // A name that says its kind of data is better than one that leaves it to be guessed.
  const split = validation ? Math.max(onHeld, 0) : onTrained ? 0 : 1
  const of = quantity === 'loss' ? (validation ? 'valLoss' : 'trainLoss') : validation ? 'valAccuracy' : 'trainAccuracy'
  return { role: of, rank: [1, split, rate, word] }
}

/** What is one word in two, and what Lightning adds for the first of several data loaders. */
function joined(words: readonly string[]): string[] {
  return words
    .join(' ')
    .replace(/\bcross entropy\b/g, 'crossentropy')
    .replace(/\btop 1\b/g, 'top1')
    .replace(/ dataloader idx 0\b/g, '')
    .split(' ')
}

/** `valloss` without a sign between its two words. */
function apart(word: string): string[] {
  const at = ['loss', 'accuracy', 'acc'].find((end) => word.endsWith(end))
  if (at === undefined || word === at) return [word]
  const before = word.slice(0, -at.length)
  return Object.hasOwn(held, before) || trained.has(before) ? [before, at] : [word]
}

/** Whether a series is a loss or an accuracy, also one of a part of the network or of one class, which has no role. */
export function quantityOf(tag: string, roles: Roles = {}): Quantity | null {
  if (tag === roles.trainLoss || tag === roles.valLoss) return 'loss'
  if (tag === roles.trainAccuracy || tag === roles.valAccuracy) return 'accuracy'
  const { kind } = readTag(tag)
  if (kind === 'loss' || kind === 'accuracy') return kind
  const role = roleOf(tag)
  return role?.endsWith('Loss') ? 'loss' : role?.endsWith('Accuracy') ? 'accuracy' : null
}

/**
 * The tag of each role among those that were recorded. What people have chosen counts where it was recorded. Else of several
 * that fit: our own tag; then one on validation data before one on eval, dev and test data, and one that says `train`
 * before one that says nothing; then an epoch's value (Lightning's `_epoch`) before one that says nothing of it, and that
 * before a step's; then plain words (loss, acc) before others; then the shortest name; then the first in the alphabet.
 * @param chosen null for a role that nothing shall have
 * @param places of the runs in their log; where all end in `validation`, names without a kind of data are of that
 */
export function rolesOf(
  tags: Iterable<string>,
  chosen: RoleChoices = {},
  places: readonly (string | null)[] = []
): Roles {
  const recorded = [...new Set(tags)]
  const plain = places.length > 0 && places.every(onHeldData) ? 'val' : 'train'
  const best = new Map<Role, { tag: string; reading: Reading }>()
  for (const tag of recorded) {
    const reading = read(tag, plain)
    if (!reading) continue
    const before = best.get(reading.role)
    if (!before || isBetter(tag, reading, before)) best.set(reading.role, { tag, reading })
  }
  const roles: Roles = Object.fromEntries([...best].map(([role, { tag }]) => [role, tag]))
  const there = new Set(recorded)
  for (const [role, tag] of Object.entries(chosen) as [Role, string | null | undefined][]) {
    if (tag === null) delete roles[role]
    else if (tag !== undefined && there.has(tag)) roles[role] = tag
  }
  return roles
}

function onHeldData(place: string | null): boolean {
  const words = wordsOf(place?.split(/[/\\]/).at(-1) ?? '')
  return words.length === 1 && Object.hasOwn(held, words[0])
}

function isBetter(tag: string, reading: Reading, than: { tag: string; reading: Reading }): boolean {
  const at = reading.rank.findIndex((value, i) => value !== than.reading.rank[i])
  if (at >= 0) return reading.rank[at] < than.reading.rank[at]
  if (tag.length !== than.tag.length) return tag.length < than.tag.length
  return tag < than.tag
}
