/** Curves that are computed from recorded ones: what each asks for, which runs have that, and why one cannot be drawn. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { RequestResult } from '../../../../src/contract/requests'
import { nearNames, suggestion } from '../../../../src/text/near-names'
import { request } from '../../../bridge/host'
import { useExplore } from '../../../state/explore'
import type { FilterProblem } from '../../../state/run-filter'
import { useScalarsView } from './scalars'
import { useExploreTags } from './tags'
import type { KnownTag } from './tags'

export type AskedByCurve = RequestResult<'recordings.curves'>[number]

export interface DerivedTag extends KnownTag {
  expression: string
  /** Why there is nothing to draw; null: a shown run has recorded all that it takes. */
  problem: string | null
}

/** Of more tags than that, only those that look like the one that was meant are named. */
const fewTags = 12

export const useDerived = defineStore('explore-derived', () => {
  const explore = useExplore()
  const scalars = useScalarsView()
  const tags = useExploreTags()
  /** By expression; null: it could not be asked. */
  const asked = shallowRef<ReadonlyMap<string, AskedByCurve | null>>(new Map())

  const recorded = computed(
    () => new Map(tags.list.filter(({ kind }) => kind === 'scalars').map((tag) => [tag.tag, tag]))
  )

  async function askedBy(expression: string): Promise<AskedByCurve> {
    const [answer] = await request('recordings.curves', { expressions: [expression] })
    return answer
  }

  watch(
    () => Object.values(scalars.view.derived),
    async (expressions) => {
      const missing = [...new Set(expressions)].filter((text) => !asked.value.get(text))
      if (missing.length === 0) return
      const answers = await request('recordings.curves', { expressions: missing }).catch(() => null)
      const known = new Map(asked.value)
      missing.forEach((text, i) => known.set(text, answers?.[i] ?? null))
      asked.value = known
    },
    { immediate: true }
  )

  /** One for each, also those that cannot be drawn, but for names that a recorded series has, too. */
  const list = computed<DerivedTag[]>(() =>
    Object.entries(scalars.view.derived)
      .filter(([name]) => !recorded.value.has(name))
      .map(([name, expression]) => {
        const about = asked.value.get(expression)
        const series = about ? seriesOf(about) : []
        const runIds = about && !about.problem ? runsWith(series) : new Set<string>()
        const problem = about === undefined ? null : problemOf(about, series, runIds)
        return {
          tag: name,
          kind: 'scalars',
          displayName: '',
          description: `= ${expression}`,
          runIds,
          expression,
          problem
        }
      })
  )
  const byName = computed(() => new Map(list.value.map((one) => [one.tag, one])))

  /** Runs that have recorded all of them. */
  function runsWith(series: readonly string[]): Set<string> {
    const [first, ...others] = series.map((tag) => recorded.value.get(tag)?.runIds ?? new Set<string>())
    return new Set([...(first ?? [])].filter((id) => others.every((ids) => ids.has(id))))
  }

  function problemOf(about: AskedByCurve | null, series: readonly string[], runIds: Set<string>): string | null {
    if (!about) return 'What this curve takes could not be read.'
    if (about.problem) return `Column ${about.problem.at + 1}: ${about.problem.text}`
    const shown = explore.shownIds
    if (shown.some((id) => runIds.has(id))) return null
    const missing = series.filter((tag) => !shown.some((id) => recorded.value.get(tag)?.runIds.has(id)))
    return missing.length > 0
      ? `No shown run has recorded ${missing.join(', ')}.`
      : `No shown run has recorded all of ${series.join(', ')}.`
  }

  /** What is wrong with an expression that somebody types: as it is read, or a series that no run has. */
  function problemIn(about: AskedByCurve): FilterProblem | null {
    if (about.problem) return about.problem
    // While tags are on their way, none is unknown.
    if (tags.busy || recorded.value.size === 0) return null
    const unknown = [...about.tags, ...about.whole].find(({ tag }) => !recorded.value.has(tag))
    if (!unknown) return null
    const { tag, at, length } = unknown
    if (Object.hasOwn(scalars.view.derived, tag))
      return { text: `"${tag}" is a derived curve: a curve takes recorded series.`, at, length }
    const names = [...recorded.value.keys()]
    const few = names.length <= fewTags ? names : nearNames(tag, names)
    return { text: `No run has recorded "${tag}".${few.length > 0 ? suggestion(tag, few) : ''}`, at, length }
  }

  /** Of the names in a question those that stand for curves, as requests take them. */
  function among(names: readonly string[]): { derived?: Record<string, string> } {
    const found = names.flatMap((name) => byName.value.get(name) ?? [])
    return found.length === 0
      ? {}
      : { derived: Object.fromEntries(found.map(({ tag, expression }) => [tag, expression])) }
  }

  return { list, byName, recorded, askedBy, problemIn, among }
})

function seriesOf({ tags, whole }: AskedByCurve): string[] {
  return [...new Set([...tags, ...whole].map(({ tag }) => tag))]
}
