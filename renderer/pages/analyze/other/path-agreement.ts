/** How far two analyses put the same runs into the same phases, whatever they call them. */
import type { AnalysisInputRun, FittedStates } from '../../../../src/domain/analysis'
import { adjustedRandIndex } from '../../../../src/numeric/rand-index'
import { seedLabel } from '../../../ui/format'

/** A fit with the runs that its paths belong to. */
export interface FittedRuns {
  runs: readonly AnalysisInputRun[]
  fit: Pick<FittedStates, 'paths'>
}

export interface PathAgreement {
  /** Adjusted Rand index over the points of all shared runs; null where there are fewer than two. */
  index: number | null
  points: number
  runs: { runId: string; label: string; points: number; index: number | null }[]
}

/** At the steps that both know: one may have been fitted to other points, or to rates. */
export function pathAgreement(a: FittedRuns, b: FittedRuns): PathAgreement {
  const allA: number[] = []
  const allB: number[] = []
  const runs = a.runs.flatMap((run, r) => {
    const other = b.runs.findIndex(({ runId }) => runId === run.runId)
    if (other < 0) return []
    const at = new Map(b.runs[other].steps.map((step, t) => [step, t]))
    const shared = run.steps.flatMap((step, t) => (at.has(step) ? [{ t, s: at.get(step)! }] : []))
    const pathA = shared.map(({ t }) => a.fit.paths[r][t])
    const pathB = shared.map(({ s }) => b.fit.paths[other][s])
    allA.push(...pathA)
    allB.push(...pathB)
    const label = seedLabel(run.seed, run.label)
    return [{ runId: run.runId, label, points: shared.length, index: indexOf(pathA, pathB) }]
  })
  return { index: indexOf(allA, allB), points: allA.length, runs }
}

function indexOf(a: readonly number[], b: readonly number[]): number | null {
  return a.length < 2 ? null : adjustedRandIndex(a, b)
}
