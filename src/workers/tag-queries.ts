/** Which tags runs have recorded, of which kind, and what was wrong with their files. */
import type { TagInfo } from '../contract/boards'
import type { RequestResult } from '../contract/requests'
import type { RunSource } from './messages'
import { readerIfThere } from './run-cache'

export function boardTagsOf(runs: RunSource[]): RequestResult<'board.tags'> {
  const tags = new Map<string, Omit<TagInfo, 'runs'> & { runs: number[] }>()
  const problems: { runId: string; text: string }[] = []
  const restarted: string[] = []
  runs.forEach((source, r) => {
    const log = readerIfThere(source, (text) => problems.push({ runId: source.runId, text }))?.log
    if (!log) return
    let restarts = false
    for (const { tag, kind, metadata, scalars, places } of log.series()) {
      const key = `${kind} ${tag}`
      const series = scalars ?? places
      const points = series?.length ?? 0
      if (series && series.restarts.length > 0) restarts = true
      const known = tags.get(key)
      if (known) {
        known.runs.push(r)
        known.points += points
      } else {
        const { displayName, description } = metadata
        tags.set(key, { tag, kind, displayName, description, runs: [r], points })
      }
    }
    if (restarts) restarted.push(source.runId)
    for (const text of log.problems) problems.push({ runId: source.runId, text })
  })
  return {
    tags: [...tags.values()].map((tag) => ({ ...tag, runs: Int32Array.from(tag.runs) })),
    problems,
    restarted
  }
}
