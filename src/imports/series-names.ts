/** Names of columns in other programs' files, and the tags that stand for the same thing here. */
import { tagOf } from '../domain/tags'
import { weightMetrics } from '../domain/weight-metrics'

const trained = ['train', 'training']
const held = ['val', 'valid', 'validation', 'eval', 'evaluation', 'dev', 'test']
const both = (parts: string[], names: string[]): string[] =>
  names.flatMap((name) => parts.flatMap((part) => [`${part}_${name}`, `${name}_${part}`]))

/**
 * Tag to column names, best first: when a file has several of them, the first one in this list gets the tag and the
 * others keep their own names. Names are compared in lower case with `_` for spaces, points, dashes and slashes.
 */
export const knownColumns: Record<string, readonly string[]> = {
  epoch: ['epoch', 'epochs'],
  lr: ['lr', 'learning_rate'],
  [tagOf.loss('train')]: [...both(trained, ['loss']), 'loss'],
  [tagOf.loss('val')]: held.flatMap((part) => both([part], ['loss'])),
  [tagOf.accuracy('train')]: [...both(trained, ['accuracy', 'acc']), 'accuracy', 'acc'],
  [tagOf.accuracy('val')]: held.flatMap((part) => both([part], ['accuracy', 'acc'])),
  ...Object.fromEntries(weightMetrics.map(({ name, aliases }) => [tagOf.meanWeights(name), [name, ...aliases]])),
  gradient_symmetricity: ['grad_sym', 'gradient_symmetricity', 'gradient_symmetry'],
  'distance_irrelevance/train': ['train_dist_irr', 'train_distance_irrelevance'],
  'distance_irrelevance/val': ['test_dist_irr', 'val_dist_irr', 'eval_dist_irr', 'test_distance_irrelevance']
}

const ranks = new Map(
  Object.entries(knownColumns).flatMap(([tag, names]) => names.map((name, rank) => [name, { tag, rank }] as const))
)

export function normalName(column: string): string {
  return column
    .trim()
    .toLowerCase()
    .replace(/[\s./\\-]+/g, '_')
}

/** Whether a name says already which part of the data was measured: `train_loss`, `val/acc`. */
export function namesPart(column: string): boolean {
  const words = normalName(column).split('_')
  return [...trained, ...held].some((part) => words.includes(part))
}

/**
 * A tag for each column, all different: ours where the column is known, else its own name.
 * @param lone columns of one value at most, such as the mean of a whole training: they get our tag where no other wants it
 */
export function tagsOf(columns: readonly string[], lone: ReadonlySet<string> = new Set()): Map<string, string> {
  const winners = new Map<string, { column: string; rank: number }>()
  for (const column of columns) {
    const known = ranks.get(normalName(column))
    const rank = known && (lone.has(column) ? known.rank + 1000 : known.rank)
    if (known && rank !== undefined && rank < (winners.get(known.tag)?.rank ?? Infinity)) {
      winners.set(known.tag, { column, rank })
    }
  }
  const tags = new Map([...winners].map(([tag, { column }]) => [column, tag]))
  const taken = new Set(winners.keys())
  for (const column of columns) {
    if (tags.has(column)) continue
    let tag = column
    for (let n = 2; taken.has(tag); n++) tag = `${column} (${n})`
    taken.add(tag)
    tags.set(column, tag)
  }
  return tags
}
