/** What expressions say of runs. They are evaluated here, away from the page and the host. */
import { compile, compileValue } from '../expressions/compile'
import { ExpressionError } from '../expressions/nodes'
import type { StatePath, Subject, Value, Vocabulary } from '../expressions/subject'
import { summaryWidth } from '../project/summary-index'

export interface EvaluateTask {
  /** `test`: one text, whether it holds. `values`: what each of them is. */
  of: 'test' | 'values'
  texts: string[]
  runIds: string[]
  /** Every name that a run may have, with a word on it. */
  names: [string, string][]
  /** Of the names that are asked for, a value for each run. */
  columns: Record<string, Value[]>
  /** Texts that plain words are looked for in; null where none are. */
  words: string[] | null
  paths: Record<string, StatePath>
  /** Tags that the runs have recorded. */
  recorded: string[]
  /** Of the tags that are asked for [runs, summaryWidth]; the count is 0 where a run has no such series. */
  series: Record<string, Float64Array>
}

export interface Evaluated {
  /** One for each run; none where there is a problem. */
  values: Value[]
  problem: { text: string; at: number; length: number } | null
}

/** @returns in the order of the texts */
export function evaluateRuns(task: EvaluateTask): Evaluated[] {
  const vocabulary = { names: new Map(task.names), tags: new Set(task.recorded), values: new Map() }
  const runs = walkerOver(task)
  return task.texts.map((text) => {
    try {
      const evaluate = compiled(task.of, text, vocabulary)
      return { values: task.runIds.map((_, i) => evaluate(runs.at(i))), problem: null }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return { values: [], problem: { text: error.message, at: error.at, length: error.length } }
    }
  })
}

function compiled(of: EvaluateTask['of'], text: string, vocabulary: Vocabulary): (subject: Subject) => Value {
  return of === 'test' ? compile(text, vocabulary) : compileValue(text, vocabulary)
}

/** One subject that is one run after the other: ten thousand of them, with four functions each, would cost more than the question. */
function walkerOver({ runIds, columns, series, paths, words }: EvaluateTask): { at(i: number): Subject } {
  let now = 0
  const subject: Subject = {
    field: (name) => columns[name]?.[now] ?? null,
    series: (tag) => {
      const of = series[tag]
      const at = now * summaryWidth
      if (!of || of[at] === 0) return null
      return { count: of[at], first: of[at + 1], last: of[at + 2], min: of[at + 3], max: of[at + 4], mean: of[at + 5] }
    },
    path: () => paths[runIds[now]] ?? null,
    text: () => words?.[now] ?? ''
  }
  return { at: (i) => ((now = i), subject) }
}
