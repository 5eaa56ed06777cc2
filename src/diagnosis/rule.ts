/** A rule: what it asks, by which numbers it answers, and where they come from. */
import type { Reading, RuleId } from '../domain/reading'
import type { ObservedRun } from './observed'
import type { Outcome } from './outcome'

export interface Threshold {
  /** What the number is, with its unit. */
  about: string
  usual: number
  min: number
  max: number
}

export type Found = Omit<Reading, 'rule'>

/** @template N names of its thresholds */
export interface Rule<N extends string = string> {
  id: RuleId
  /** What is computed, and when the rule speaks. */
  formula: string
  /** Where it comes from: a paper, a program, or that the threshold is ours. */
  source: string
  /** What to do about it, in general. */
  advice: string
  thresholds: Record<N, Threshold>
  /** What follows from it, and is not told beside it: its remedy would send people the wrong way. */
  explains?: readonly RuleId[]
  judge(run: ObservedRun, at: Record<N, number>, outcome: Outcome): Found[]
}

/** With the names of its thresholds told from what it has. */
export function rule<N extends string>(given: Rule<N>): Rule {
  return given as unknown as Rule
}

/** A share of something as its threshold. */
export function shareOf(about: string, usual: number): Threshold {
  return { about, usual, min: 0, max: 1 }
}
