/** What heatmaps remember with the project, and what else is known of the run that one shows: its classes and its states. */
import { computed } from 'vue'
import type { ComputedRef, WritableComputedRef } from 'vue'
import { z } from 'zod'
import type { PackedHeatmap } from '../../src/contract/runs'
import { readTag, tagOf } from '../../src/domain/tags'
import type { TimeAxis } from '../../src/domain/time'
import { request } from '../bridge/host'
import { useAnalyses } from './analyses'
import { keptView } from './kept-view'
import { useRunData } from './useSeries'

const beside = ['none', 'all', 'classes', 'states'] as const
/** Places that have been open are forgotten beyond this, the oldest first. */
const mostGuides = 200
/** For a mean over time, columns that are joined do as well. */
const columnsOfClass = 128

const useHeatmapView = keptView(
  'heatmap',
  z.object({
    /** Where the guide is open. */
    guides: z.array(z.string().max(2000)).max(mostGuides).catch([]),
    beside: z.enum(beside).catch('none')
  })
)

export interface ShownHeatmap {
  runId: string
  tag: string
  /** All histograms that the run has recorded. */
  histograms: readonly string[]
  axis: TimeAxis
}

export interface HeatmapKnown {
  guide: WritableComputedRef<boolean>
  beside: WritableComputedRef<(typeof beside)[number]>
  classes: ComputedRef<{ names: string[]; maps: PackedHeatmap[] | null }>
  /** Null where the analysis on screen does not know the run. */
  path: ComputedRef<{ states: ArrayLike<number>; times: ArrayLike<number> } | null>
  states: ComputedRef<readonly { index: number; number: number; name: string; color: number }[]>
}

/**
 * @param place what is remembered apart from all others: a page, or a card of one
 * @param shown null while nothing is
 * @param unseen the path of a run that is not in the analysis, where it has been decoded
 */
export function useHeatmapKnown(
  place: () => string,
  shown: () => ShownHeatmap | null,
  unseen: (runId: string) => { path: ArrayLike<number>; steps: Float64Array; epochs: Float64Array } | null = () => null
): HeatmapKnown {
  const store = useHeatmapView()
  const analyses = useAnalyses()

  const guide = computed({
    get: () => store.view.guides.includes(place()),
    set: (open: boolean) => {
      const others = store.view.guides.filter((one) => one !== place())
      store.view.guides = open ? [...others, place()].slice(-mostGuides) : others
    }
  })

  const names = computed(() => {
    const now = shown()
    const own = now && readTag(now.tag)
    if (!now || own?.kind !== 'activations') return []
    return now.histograms.flatMap((tag) => {
      const read = readTag(tag)
      const of = read.kind === 'activations' && read.hook === own.hook ? read.of : null
      return of !== null && of !== 'validation' ? [of.class] : []
    })
  })
  const read = useRunData(
    () => {
      const now = shown()
      const own = now && readTag(now.tag)
      if (!now || own?.kind !== 'activations' || store.view.beside !== 'classes' || names.value.length === 0)
        return null
      return { runId: now.runId, tags: names.value.map((name) => tagOf.classHistogram(own.hook, name)) }
    },
    ({ runId }) => [runId],
    ({ runId, tags }) =>
      Promise.all(tags.map((tag) => request('runs.heatmap', { runId, tag, mostColumns: columnsOfClass })))
  )
  const classes = computed(() => {
    const maps = 'value' in read.value ? read.value.value : null
    if (!maps) return { names: names.value, maps: null }
    const found = maps.flatMap((map, i) => (map ? [{ name: names.value[i], map }] : []))
    return { names: found.map(({ name }) => name), maps: found.map(({ map }) => map) }
  })

  const path = computed(() => {
    const now = shown()
    const { current, fit, runIndex } = analyses
    if (!now || !current || !fit) return null
    const timesOf = <T>(points: { steps: T; epochs: T }): T => (now.axis === 'step' ? points.steps : points.epochs)
    const at = runIndex.get(now.runId)
    if (at !== undefined) return { states: fit.paths[at], times: timesOf(current.inputs.runs[at]) }
    const decoded = unseen(now.runId)
    return decoded && { states: decoded.path, times: timesOf(decoded) }
  })

  return {
    guide,
    beside: computed({ get: () => store.view.beside, set: (value) => (store.view.beside = value) }),
    classes,
    path,
    states: computed(() => analyses.fit?.stateSummaries ?? [])
  }
}
