/** What questions of the views cost, and so in which order they are answered. docs/limits.md */
import type { TaskName } from '../threads/messages'
import { inOrder, type PoolRules } from './task-pool'

/** A heavy question takes one, and the light ones go on with the other. Each keeps runs of its own (run-cache.ts). */
export const questionWorkers = 2

/** Runs that a question costs at least, however few it names: those that read everything, or compute. */
const base: Partial<Record<TaskName, number>> = {
  prepare: 1000,
  exportScalars: 1000,
  decode: 20,
  features: 20,
  sweep: 20,
  twinPeaks: 5,
  diagnosis: 20
}
/** Beyond this many runs a question may hold up others: a run that has not been read yet takes a few milliseconds. */
const heavyFrom = 100
/** Those that leave something behind, or are too long to be compared. The same other question twice in the queue is answered once. */
const single: ReadonlySet<TaskName> = new Set(['exportScalars', 'prepare', 'readNetwork', 'evaluateRuns'])

/** Runs that are named in it, those of groups included. */
function runsIn(input: unknown): number {
  const { runs, groups, above } = input as { runs?: unknown[]; groups?: { runs: unknown[] }[]; above?: unknown[] }
  const grouped = groups?.reduce((sum, group) => sum + group.runs.length, 0) ?? 0
  return Math.max(1, (runs?.length ?? 0) + (above?.length ?? 0) + grouped)
}

export const questions: PoolRules = {
  cost: (name, input) => (base[name] ?? 0) + runsIn(input),
  heavyFrom,
  // A worker that is ended takes all the runs with it that it has read: for less than a second of work that is a bad bargain.
  patienceMs: 1000,
  key: (name, input) => (single.has(name) ? null : `${name} ${JSON.stringify(input)}`),
  places: (input) => {
    const { runs, run, groups } = input as {
      runs?: { folder?: string }[]
      run?: { folder?: string }
      groups?: { runs: { folder?: string }[] }[]
    }
    const named = [...(run ? [run] : []), ...(runs ?? []), ...(groups ?? []).flatMap((group) => group.runs)]
    return named.flatMap(({ folder }) => (folder === undefined ? [] : [folder]))
  }
}

/** What somebody waits for in front of a page goes before the many parts of a fit, which may take minutes. */
export const computations: PoolRules = {
  ...inOrder,
  cost: (name) => (name === 'candidate' || name === 'fold' ? 1 : 0)
}
