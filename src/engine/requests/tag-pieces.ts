/** The tags of many runs, asked for in pieces: both workers read, and what the views ask meanwhile goes first. */
import type { RequestResult } from '../../contract/requests'
import { tagIndexFile, tagIndexPart } from '../../project/tag-index'
import type { RunSource } from '../../recordings/run-source'
import type { TaskPool } from '../task-pool'

type Tags = RequestResult<'recordings.tags'>

/** From so many runs on, what they hold is kept in an index beside them, and read in its pieces. */
const indexedFrom = 50

/** @param project folder of the project that the runs belong to */
export async function tagsOf(
  queries: TaskPool,
  project: string,
  runs: RunSource[],
  signal?: AbortSignal
): Promise<Tags> {
  if (runs.length < indexedFrom) return queries.run('recordedTags', { runs, index: null }, signal)
  const pieces = new Map<number, number[]>()
  runs.forEach(({ runId }, r) => {
    const part = tagIndexPart(runId)
    pieces.set(part, [...(pieces.get(part) ?? []), r])
  })
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  try {
    const answers = [...pieces].map(async ([part, at]) => {
      const input = { runs: at.map((r) => runs[r]), index: tagIndexFile(project, part) }
      return { at, found: await queries.run('recordedTags', input, either) }
    })
    return together(runs, await Promise.all(answers))
  } catch (error) {
    // Without one piece there is no answer: the others need not be read.
    failed.abort()
    throw error
  }
}

/** One answer, as if the runs had been read one after the other. */
function together(runs: RunSource[], pieces: { at: number[]; found: Tags }[]): Tags {
  const tags = new Map<string, { tag: Tags['tags'][number]; runs: number[]; position: number }>()
  for (const { at, found } of pieces) {
    found.tags.forEach((tag, position) => {
      const key = `${tag.kind} ${tag.tag}`
      const known = tags.get(key)
      const its = Array.from(tag.runs, (r) => at[r])
      if (!known) return void tags.set(key, { tag: { ...tag }, runs: its, position })
      // The first run that has it says how it is called.
      if (its[0] < known.runs[0]) {
        known.tag = { ...tag, points: known.tag.points + tag.points }
        known.position = position
        known.runs = [...its, ...known.runs]
        return
      }
      known.tag.points += tag.points
      for (const r of its) known.runs.push(r)
    })
  }
  const order = new Map(runs.map(({ runId }, r) => [runId, r]))
  const byRun = (a: string, b: string): number => order.get(a)! - order.get(b)!
  return {
    tags: [...tags.values()]
      .sort((a, b) => a.runs[0] - b.runs[0] || a.position - b.position)
      .map(({ tag, runs: its }) => ({ ...tag, runs: Int32Array.from(its).sort() })),
    problems: pieces.flatMap(({ found }) => found.problems).sort((a, b) => byRun(a.runId, b.runId)),
    restarted: pieces.flatMap(({ found }) => found.restarted).sort(byRun)
  }
}
