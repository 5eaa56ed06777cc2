/** What an imported file holds, on its way from text to the points of a run. */

export interface RawColumn {
  name: string
  /** [rows] */
  values: Float64Array
  /** [rows], 1 where the file has a value; a cell that is empty has none, and NaN is a value. */
  present: Uint8Array
}

/** The numeric columns of a file, before it is decided which one counts steps. */
export interface RawTable {
  columns: RawColumn[]
  rows: number
  /** [rows]: the line of each row, counted from 1. */
  lines: Int32Array
  /** What was left out, in sentences. */
  notes: string[]
  /** Columns of words, which are no series; they may say which run or which series a row is of. */
  words: WordColumn[]
}

export interface WordColumn {
  name: string
  /** [rows]: index into `names`; -1 for a cell without a word. Empty, as `names` is, where nearly every cell has another text. */
  codes: Int32Array
  names: string[]
}

export interface ImportedSeries {
  /** Name in the file. */
  column: string
  tag: string
  /** [points] */
  values: Float64Array
  present: Uint8Array
  /** How many of them are shown: the present ones, of the latest attempt. */
  points: number
}

/** The points of one run. */
export interface ImportedPoints {
  /** [points], whole numbers, strictly ascending; where a training was started again, within each attempt. */
  steps: Float64Array
  /** [points], seconds since 1970, where the file tells. */
  wallTimes: Float64Array | null
  series: ImportedSeries[]
  /** What was repaired or left out, in sentences. */
  notes: string[]
}

/** Which column counts steps, as far as the file tells. */
export interface StepColumn {
  /** Null where somebody has to choose. */
  column: string | null
  /** Columns that could be it. */
  candidates: string[]
  /** Why somebody has to choose. */
  unclear: string | null
}
