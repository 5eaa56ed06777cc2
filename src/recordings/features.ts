/** What a fit of given runs would use: the same answer for the window and for the command line. */
import { defaultFeatures, rolesOf, sampledTags } from '../analysis'
import type { FeatureSample } from '../analysis'
import type { RoleChoices } from '../domain/roles'
import { longestTag } from '../domain/ids'
import type { RequestResult } from '../contract/requests'
import type { RunSource } from './run-source'
import { readerIfThere } from './run-cache'
import { pick, scalarTags, tagOrder } from './series'

/** Points of a series that are looked at: enough to see two series part. */
const points = 200
/** Series of runs that are looked at: with 3 kB each, about a hundred MB. */
const mostSamples = 40_000
/** What is nearly a copy in so many runs is so in the others. */
const mostRuns = 16

export function featuresOf({
  runs,
  said
}: {
  runs: RunSource[]
  said: RoleChoices
}): RequestResult<'analysis.features'> {
  const counts = new Map<string, number>()
  const readable: RunSource[] = []
  for (const source of runs) {
    const log = readerIfThere(source)?.log
    if (!log) continue
    readable.push(source)
    for (const tag of scalarTags(log)) if (tag.length <= longestTag) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
  const tags = [...counts.keys()].sort(tagOrder)
  const places = readable.map(({ place }) => place)
  const roles = rolesOf(tags, said, places)
  const looked = sampledTags(tags, roles)
  const samples = evenly(
    readable,
    Math.min(mostRuns, Math.max(2, Math.floor(mostSamples / Math.max(1, looked.length))))
  ).flatMap((source) => samplesOf(source, looked))
  return { ...defaultFeatures(tags, samples, roles, (tag) => counts.get(tag) === readable.length), roles }
}

function samplesOf(source: RunSource, tags: readonly string[]): FeatureSample[] {
  const log = readerIfThere(source)?.log
  if (!log) return []
  return tags.flatMap((tag) => {
    const view = log.scalars(tag)?.view('latest')
    if (!view || view.length === 0) return []
    const kept = sampled(view.values, view.length)
    return [{ runId: source.runId, tag, steps: pick(view.steps, kept), values: pick(view.values, kept) }]
  })
}

/** Even places, so that series of equal steps keep common ones, and the extremes, so that a single jump is a change. */
function sampled(values: Float64Array, length: number): number[] {
  if (length <= points) return Array.from({ length }, (_, i) => i)
  const kept = new Set<number>()
  for (let k = 0; k < points; k++) kept.add(Math.round((k * (length - 1)) / (points - 1)))
  let [low, high] = [-1, -1]
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(values[i])) continue
    if (low < 0 || values[i] < values[low]) low = i
    if (high < 0 || values[i] > values[high]) high = i
  }
  for (const extreme of [low, high]) if (extreme >= 0) kept.add(extreme)
  return [...kept].sort((a, b) => a - b)
}

function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items]
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))])
}
