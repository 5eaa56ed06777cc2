/** How the scalars are looked at, as it is kept with the project: its shape, and what stands for damaged parts. */
import { z } from 'zod'
import { mostDerived } from '../../../../src/contract/recordings'
import { recordOf } from '../../../state/explore-view'

export const centers = ['mean', 'median'] as const
export const bands = ['none', 'minmax', 'std', 'sem', 'ci95'] as const
const readoutOrders = ['nearest', 'name', 'value'] as const

const longestExpression = 2000
const longestName = 200

/** Those that can be asked for: a damaged file may have any number of them, called anything. */
function atMost(most: number) {
  return (all: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => curveNameProblem(name) === null)
        .slice(0, most)
    )
}

/** Why a derived curve cannot be called so; null: it can. */
export function curveNameProblem(name: string): string | null {
  if (name.trim() === '') return 'A curve needs a name.'
  if (name.length > longestName) return `A name has at most ${longestName} characters.`
  // What every object has would be found without having been added.
  return name in {} ? `"${name}" cannot be the name of a curve.` : null
}

const limit = z.number().nullable().catch(null)
export const cardView = z.object({
  /** Null: as all cards. */
  logX: z.boolean().nullable().catch(null),
  logY: z.boolean().nullable().catch(null),
  wide: z.boolean().catch(false),
  xMin: limit,
  xMax: limit,
  yMin: limit,
  yMax: limit
})
export type CardView = z.infer<typeof cardView>

const scalarsView = z.object({
  tagFilter: z.string().max(1000).catch(''),
  /**
   * None by default: here the moment of a jump is what is looked for, and an average of 0.6 would show it late and
   * flatter than it was. It is one drag away.
   */
  smoothing: z.number().min(0).max(0.999).catch(0),
  x: z.union([z.enum(['step', 'relative', 'wall', 'epoch']), z.object({ tag: z.string() })]).catch('step'),
  logX: z.boolean().catch(false),
  logY: z.boolean().catch(false),
  /** Not unasked: a curve's steep beginning is an outlier, too, and here it is what the run is about. */
  ignoreOutliers: z.boolean().catch(false),
  attempts: z.enum(['latest', 'all']).catch('latest'),
  groupBy: z.string().max(300).catch('none'),
  center: z.enum(centers).catch('mean'),
  band: z.enum(bands).catch('std'),
  readoutOrder: z.enum(readoutOrders).catch('nearest'),
  pinned: z.array(z.string()).max(1000).catch([]),
  folded: z.array(z.string()).max(10_000).catch([]),
  /** Expressions of derived curves by their names: two windows that add one each have both. docs/expressions.md */
  derived: recordOf(z.string().min(1).max(longestExpression)).transform(atMost(mostDerived)),
  cards: recordOf(cardView),
  table: z.boolean().catch(false),
  /** Tag of the statistics; null: the pinned ones, or the first. */
  tableTag: z.string().nullable().catch(null),
  /** Part of the x axis that the statistics are about. */
  range: z.object({ min: z.number(), max: z.number() }).nullable().catch(null)
})
export type ScalarsView = z.infer<typeof scalarsView>

export function readScalarsView(raw: unknown): ScalarsView {
  return scalarsView.parse(typeof raw === 'object' && raw !== null ? raw : {})
}
