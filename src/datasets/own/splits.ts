/** Which split a name tells, and the two splits that are used of the three that there may be. */

export type SplitName = 'train' | 'validation' | 'test'

const words: Record<SplitName, readonly string[]> = {
  train: ['train', 'training', 'tr', 'trn'],
  validation: ['val', 'valid', 'validation', 'validate', 'dev', 'devel'],
  test: ['test', 'testing', 'tst', 't10k', 'eval', 'evaluation', 'holdout', 'heldout']
}
/** Sets that come without labels. */
const unlabelled = ['pred', 'predict', 'prediction', 'predictions', 'unlabeled', 'unlabelled', 'unsup', 'submission', 'inference'] // prettier-ignore

/** `x_train.npy`, `trainImages`, `train2017`, `hold_out` in words: lower case, without folder, ending and year. */
export function wordsOf(name: string): string[] {
  const base = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/(\.(npy|npz|csv|tsv|txt|data|jsonl?|ndjson|parquet|gz))+$/i, '')
  return base
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/(^|[^a-z0-9])([xy])(train|test|val|valid)/g, '$1$2 $3')
    .replace(/(train|test|val|valid)([xy])([^a-z0-9]|$)/g, '$1 $2$3')
    .replace(/(^|[^a-z])(train|test|val|valid|dev)(ing|idation)?[-_ ]?\d+(?![a-z0-9])/g, '$1$2$3')
    .replace(/\b(hold|held)[^a-z0-9]*out\b/g, 'holdout')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

/** Null when a name tells no split. */
export function splitOf(parts: readonly string[]): SplitName | null {
  const names = Object.keys(words) as SplitName[]
  return names.find((split) => parts.some((part) => words[split].includes(part))) ?? null
}

/** Whether a name says that what it names has no labels. */
export function isUnlabelled(parts: readonly string[]): boolean {
  return parts.some((part) => unlabelled.includes(part))
}

/** Validation where there is one, else the test split; what is left over is said in a note. */
export function trainAndValidation<T>(splits: Partial<Record<SplitName, T>>): {
  train: T | undefined
  validation: T | null
  notes: string[]
} {
  const { train, validation, test } = splits
  if (validation !== undefined) {
    const notes = test === undefined ? [] : ['The test examples were left out: there are validation examples as well.']
    return { train, validation, notes }
  }
  return { train, validation: test ?? null, notes: test === undefined ? [] : ['The test examples validate.'] }
}
