/** How the tabs of Explore beside the scalars are looked at: kept with the project, each part with what stands for damage. */
import { z } from 'zod'
import { recordOf } from '../../../state/explore-view'
import { keptView } from '../../../state/kept-view'

/** What every tab of cards remembers. */
const cards = {
  tagFilter: z.string().max(1000).catch(''),
  folded: z.array(z.string()).max(10_000).catch([])
}
/** What tabs remember that show one step at a time. */
const steps = {
  /** Step of each card; those without show the last. */
  steps: recordOf(z.number()),
  /** One step for all cards. */
  linked: z.boolean().catch(false),
  /** Null: the last of each run. */
  linkedStep: z.number().nullable().catch(null)
}
export type CardsView = { tagFilter: string; folded: string[] }
export type StepsView = { steps: Record<string, number>; linked: boolean; linkedStep: number | null }

const histogramModes = ['offset', 'overlay', 'distribution', 'heatmap'] as const
export type HistogramMode = (typeof histogramModes)[number]

const histogramsView = z.object({
  ...cards,
  mode: z.enum(histogramModes).catch('offset'),
  /** Null: buckets as recorded. */
  bins: z.number().int().min(2).max(512).nullable().catch(null),
  x: z.enum(['step', 'epoch']).catch('step'),
  /** Heights are square roots, so that small counts are seen beside a large one. */
  roots: z.boolean().catch(false),
  /** Mode of single cards; the others have that of all. */
  modes: recordOf(z.enum(histogramModes))
})
const imagesView = z.object({
  ...cards,
  ...steps,
  brightness: z.number().min(0).max(4).catch(1),
  contrast: z.number().min(0).max(4).catch(1),
  actualSize: z.boolean().catch(false)
})
const textView = z.object({ ...cards, last: z.number().int().min(1).max(500).catch(10) })

export const aggregates = ['last', 'min', 'max'] as const
export type Aggregate = (typeof aggregates)[number]
export const hparamViews = ['parallel', 'table', 'scatter'] as const
const hparamsView = z.object({
  views: z.array(z.enum(hparamViews)).max(3).catch(['parallel', 'table']),
  /** Null: those that the writer named, or the first few. */
  metrics: z
    .array(z.object({ tag: z.string(), of: z.enum(aggregates) }))
    .max(50)
    .nullable()
    .catch(null),
  /** Hyperparameters that are shown; null: all that differ. */
  params: z.array(z.string()).max(500).nullable().catch(null),
  /** Order of the columns as dragged; others follow. */
  order: z.array(z.string()).max(1000).catch([]),
  logarithmic: z.array(z.string()).max(1000).catch([]),
  ranges: recordOf(z.tuple([z.number(), z.number()])),
  /** Values that are ticked off, as texts. */
  excluded: recordOf(z.array(z.string())),
  sort: z.object({ key: z.string(), ascending: z.boolean() }).nullable().catch(null)
})
const graphView = z.object({
  /** Null: the first shown run with a graph. */
  runId: z.string().nullable().catch(null),
  source: z.string().catch(''),
  colorBy: z.enum(['structure', 'none']).catch('structure')
})

export const useHistogramsView = keptView('histograms', histogramsView)
export const useImagesView = keptView('images', imagesView)
export const useAudioView = keptView('audio', z.object({ ...cards, ...steps }))
export const useTextView = keptView('text', textView)
export const usePrView = keptView('pr', z.object({ ...cards, ...steps }))
export const useHparamsView = keptView('hparams', hparamsView)
export const useGraphView = keptView('graph', graphView)
