/** What an expression is asked about. */

/** null: the subject does not have it. */
export type Value = number | string | boolean | readonly (number | string | boolean)[] | null

/** Of all points of a series that are finite; null where none is. */
export interface SeriesSummary {
  count: number
  first: number
  /** The newest value, also where it is NaN or infinite. */
  last: number
  min: number
  max: number
  mean: number
}

/** States that a run goes through in the analysis at hand, in order. */
export interface StatePath {
  /** Numbers as the views show them, from 1; one for each visit. */
  visits: readonly number[]
  /** Steps at which the visits begin, and the step at which the last one ends: one more than visits. */
  steps: readonly number[]
}

export interface Subject {
  field(name: string): Value
  series(tag: string): SeriesSummary | null
  /** null where the run is in no analysis. */
  path(): StatePath | null
  /** What a plain word is looked for in. */
  text(): string
}

/** What can be asked: names that are in none of these are refused. */
export interface Vocabulary {
  /** Fields and hyperparameters, each with a word on it. */
  names: ReadonlyMap<string, string>
  /** Tags of recorded series. */
  tags: ReadonlySet<string>
  /** Values that a name has, for completion; absent where they are too many. */
  values: ReadonlyMap<string, readonly string[]>
}
