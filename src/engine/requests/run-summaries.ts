/** What the runs of a project have recorded, in six numbers a series: from memory where a run records no more, else from disk. */
import { summaryIndexFile, summaryWidth } from '../../project/summary-index'
import { tagIndexPart } from '../../project/tag-index'
import { isUnfinished, type RunInfo } from '../../domain/run'
import type { ProjectSession } from '../project/project-session'
import type { TaskPool } from '../task-pool'

/** From so many runs on, what they recorded is kept in an index beside them, and read in its pieces. */
const indexedFrom = 50
/** Series of runs that are remembered of a project: 100 of ten thousand runs. */
const mostKept = 1_000_000

interface Kept {
  /** Tags that any run has recorded. */
  recorded: Set<string>
  /** By tag and run; counts only as long as the run has ended as it had then. */
  series: Map<string, Map<string, { settled: string; values: Float64Array }>>
  count: number
}

const kept = new WeakMap<ProjectSession, Kept>()

/** @returns for each tag [runs, summaryWidth]; the count is 0 where a run has no such series */
export async function summariesOf(
  queries: TaskPool,
  session: ProjectSession,
  runs: readonly RunInfo[],
  tags: readonly string[],
  signal?: AbortSignal
): Promise<{ recorded: string[]; series: Record<string, Float64Array> }> {
  if (tags.length === 0) return { recorded: [], series: {} }
  const memory = kept.get(session) ?? { recorded: new Set(), series: new Map(), count: 0 }
  kept.set(session, memory)
  const series = Object.fromEntries(tags.map((tag) => [tag, new Float64Array(runs.length * summaryWidth)]))
  const settled = runs.map(settledAs)
  const unknown: number[] = []
  runs.forEach(({ id }, r) => {
    const all = tags.map((tag) => memory.series.get(tag)?.get(id))
    if (settled[r] === null || !all.every((one) => one?.settled === settled[r])) return void unknown.push(r)
    tags.forEach((tag, t) => series[tag].set(all[t]!.values, r * summaryWidth))
  })

  const sources = session.sources(unknown.map((r) => runs[r].id))
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  const read = async (index: string | null, at: number[]): Promise<void> => {
    const task = { runs: at.map((u) => ({ ...sources[u], settled: settled[unknown[u]] })), tags: [...tags], index }
    const { recorded, values } = await queries.run('summaries', task, either)
    for (const tag of recorded) memory.recorded.add(tag)
    at.forEach((u, i) => {
      const r = unknown[u]
      tags.forEach((tag, t) => {
        const one = values[t].subarray(i * summaryWidth, (i + 1) * summaryWidth)
        series[tag].set(one, r * summaryWidth)
        const ended = settled[r]
        if (ended !== null) keep(memory, tag, runs[r].id, ended, one)
      })
    })
  }
  try {
    if (runs.length < indexedFrom) {
      if (unknown.length > 0) await read(null, [...unknown.keys()])
    } else {
      const pieces = new Map<number, number[]>()
      unknown.forEach((r, u) => {
        const part = tagIndexPart(runs[r].id)
        pieces.set(part, [...(pieces.get(part) ?? []), u])
      })
      await Promise.all([...pieces].map(([part, at]) => read(summaryIndexFile(session.folder, part), at)))
    }
  } catch (error) {
    // Without one piece there is no answer: the others need not be read.
    failed.abort()
    throw error
  }
  return { recorded: [...memory.recorded], series }
}

function keep(memory: Kept, tag: string, runId: string, settled: string, values: Float64Array): void {
  if (memory.count >= mostKept) {
    memory.series.clear()
    memory.count = 0
  }
  const of = memory.series.get(tag) ?? new Map<string, { settled: string; values: Float64Array }>()
  memory.series.set(tag, of)
  if (!of.has(runId)) memory.count += 1
  of.set(runId, { settled, values })
}

/** Followed logs may grow whatever their status; other runs that have ended do not, until they are trained again. */
function settledAs({ status, finishedAt, log }: RunInfo): string | null {
  const ended = finishedAt !== null && log === null && !isUnfinished(status)
  return ended ? `${status} ${finishedAt}` : null
}
