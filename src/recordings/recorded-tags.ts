/** Which tags runs have recorded, of which kind, and what was wrong with their files. */
import type { TagInfo } from '../contract/recordings'
import { longestTag } from '../domain/ids'
import type { RequestResult } from '../contract/requests'
import { stateOfFiles, TagIndex, type RunSummary } from '../project/tag-index'
import type { RunSource } from './run-source'
import { readerIfThere } from './run-cache'

/** Letters of what a writer calls and describes a tag as; the page shows them whole. */
const [longestName, longestDescription] = [1000, 10_000]

/** Of thousands of small runs, reading one again costs less than keeping them all. */
const keptFromBytes = 1e6

/** Why tags are not shown that no page could show, as a sentence. */
export function tooLong(count: number): string {
  const which = count === 1 ? 'A tag is' : `${count} tags are`
  return `${which} longer than ${longestTag.toLocaleString('en')} characters and not shown; exports have ${count === 1 ? 'it' : 'them'}.`
}

/** @param index file of the project's index that these runs have their places in; null: everything is read */
export function recordedTagsOf(runs: RunSource[], index: string | null = null): RequestResult<'recordings.tags'> {
  const tags = new Map<string, Omit<TagInfo, 'runs'> & { runs: number[] }>()
  const problems: { runId: string; text: string }[] = []
  const restarted: string[] = []
  const kept = index !== null ? new TagIndex(index) : null
  runs.forEach((source, r) => {
    const found = summaryOf(source, kept, (text) => problems.push({ runId: source.runId, text }))
    if (!found) return
    found.tags.forEach(({ tag, kind, displayName, description }, t) => {
      const known = tags.get(`${kind} ${tag}`)
      if (known) {
        known.runs.push(r)
        known.points += found.points[t]
      } else {
        const points = found.points[t]
        tags.set(`${kind} ${tag}`, { tag, kind: kind as TagInfo['kind'], displayName, description, runs: [r], points })
      }
    })
    if (found.restarted) restarted.push(source.runId)
    for (const text of found.problems) problems.push({ runId: source.runId, text })
  })
  kept?.save()
  return {
    tags: [...tags.values()].map((tag) => ({ ...tag, runs: Int32Array.from(tag.runs) })),
    problems,
    restarted
  }
}

/** What a run holds, from the index where its files are as they were, and else from the files. */
function summaryOf(source: RunSource, index: TagIndex | null, problem: (text: string) => void): RunSummary | null {
  const files = index ? stateOfFiles(source.folder) : null
  const known = index && files ? index.get(source.runId, files.state) : null
  if (known) return known
  const log = readerIfThere(source, problem, !files || files.bytes >= keptFromBytes)?.log
  if (!log) return null
  const summary: RunSummary = { tags: [], points: [], restarted: false, problems: [...log.problems] }
  let long = 0
  for (const { tag, kind, metadata, scalars, places } of log.series()) {
    if (tag.length > longestTag) {
      long += 1
      continue
    }
    const series = scalars ?? places
    const displayName = metadata.displayName.slice(0, longestName)
    summary.tags.push({ tag, kind, displayName, description: metadata.description.slice(0, longestDescription) })
    summary.points.push(series?.length ?? 0)
    if (series && series.restarts.length > 0) summary.restarted = true
  }
  if (long > 0) summary.problems.push(tooLong(long))
  if (index && files) index.put(source.runId, files.state, summary)
  return summary
}
