/** Which tags runs have recorded, of which kind, and what was wrong with their files. */
import type { TagInfo } from '../contract/boards'
import { longestTag } from '../contract/ids'
import type { RequestResult } from '../contract/requests'
import type { RunSource } from './messages'
import { readerIfThere } from './run-cache'

/** Letters of what a writer calls and describes a tag as; the page shows them whole. */
const [longestName, longestDescription] = [1000, 10_000]

/** Why tags are not shown that no page could show, as a sentence. */
export function tooLong(count: number): string {
  const which = count === 1 ? 'A tag is' : `${count} tags are`
  return `${which} longer than ${longestTag.toLocaleString('en')} characters and not shown; exports have ${count === 1 ? 'it' : 'them'}.`
}

export function boardTagsOf(runs: RunSource[]): RequestResult<'board.tags'> {
  const tags = new Map<string, Omit<TagInfo, 'runs'> & { runs: number[] }>()
  const problems: { runId: string; text: string }[] = []
  const restarted: string[] = []
  runs.forEach((source, r) => {
    const log = readerIfThere(source, (text) => problems.push({ runId: source.runId, text }))?.log
    if (!log) return
    let restarts = false
    let long = 0
    for (const { tag, kind, metadata, scalars, places } of log.series()) {
      if (tag.length > longestTag) {
        long += 1
        continue
      }
      const key = `${kind} ${tag}`
      const series = scalars ?? places
      const points = series?.length ?? 0
      if (series && series.restarts.length > 0) restarts = true
      const known = tags.get(key)
      if (known) {
        known.runs.push(r)
        known.points += points
      } else {
        const displayName = metadata.displayName.slice(0, longestName)
        const description = metadata.description.slice(0, longestDescription)
        tags.set(key, { tag, kind, displayName, description, runs: [r], points })
      }
    }
    if (restarts) restarted.push(source.runId)
    for (const text of log.problems) problems.push({ runId: source.runId, text })
    if (long > 0) problems.push({ runId: source.runId, text: tooLong(long) })
  })
  return {
    tags: [...tags.values()].map((tag) => ({ ...tag, runs: Int32Array.from(tag.runs) })),
    problems,
    restarted
  }
}
