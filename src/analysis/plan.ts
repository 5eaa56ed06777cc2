/** The independent pieces of an analysis, for running side by side. */
import { Rng } from '../numeric/rng'
import type { AnalysisOptions } from '../domain/analysis-options'

/** One EM fit. */
export interface CandidateTask {
  states: number
  restart: number
  seed: number
}

/** One fit on some runs, scored on the others. Indices into `inputs.runs`. */
export interface FoldTask {
  states: number
  fold: number
  trainRuns: number[]
  testRuns: number[]
  seed: number
}

export interface AnalysisPlan {
  candidates: CandidateTask[]
  folds: FoldTask[]
}

/**
 * Lists every fit, in the order in which results are worth showing. Depends only on options.seed and the run count.
 * One state has a single optimum that does not depend on the start, so it gets one restart.
 * @param runCount runs in `inputs.runs`, those left out not counted.
 * @throws when the options make no sense.
 */
export function planCandidates(options: AnalysisOptions, runCount: number): AnalysisPlan {
  const { statesMin, statesMax, restarts } = options
  if (!Number.isInteger(statesMin) || !Number.isInteger(statesMax) || statesMin < 1 || statesMax < statesMin)
    throw new Error('The numbers of states must be whole numbers from 1 up, the smallest first.')
  if (!Number.isInteger(restarts) || restarts < 1) throw new Error('There must be at least one restart.')
  const plan: AnalysisPlan = { candidates: [], folds: [] }
  const groups = splitRuns(options, runCount)
  for (let states = statesMin; states <= statesMax; states++) {
    for (let restart = 0; restart < (states === 1 ? 1 : restarts); restart++)
      plan.candidates.push({ states, restart, seed: taskSeed(options.seed, `fit ${states} ${restart}`) })
    groups.forEach((testRuns, fold) => {
      const trainRuns = Array.from({ length: runCount }, (_, r) => r).filter((r) => !testRuns.includes(r))
      plan.folds.push({ states, fold, trainRuns, testRuns, seed: taskSeed(options.seed, `fold ${states} ${fold}`) })
    })
  }
  return plan
}

/** Whole runs are dealt out, never time points: neighbouring points of one run know each other. */
function splitRuns(options: AnalysisOptions, runCount: number): number[][] {
  const folds = Math.min(options.folds, runCount)
  if (folds < 2) return []
  const order = Rng.forPurpose(options.seed, 'folds').shuffle(Array.from({ length: runCount }, (_, r) => r))
  const groups: number[][] = Array.from({ length: folds }, () => [])
  order.forEach((run, i) => groups[i % folds].push(run))
  return groups.map((group) => group.sort((a, b) => a - b))
}

function taskSeed(seed: number, purpose: string): number {
  return Rng.forPurpose(seed, purpose).uint32()
}
