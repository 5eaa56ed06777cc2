/**
 * What the tabs of Explore remember of a project, as the text that the host keeps. Anything may be damaged or come from an
 * older version: every part that cannot be read gets its default, the rest stays.
 */
import { z } from 'zod'

const viewVersion = 1

/** What a run's colour says: which run it is, a group that it belongs to, or, along its curves, the states it is in. */
const coloring = z.union([
  z.enum(['run', 'experiment', 'regex', 'states']),
  z.string().max(200).startsWith('param:') as z.ZodType<`param:${string}`>
])
export type Coloring = z.output<typeof coloring>

/** Entries that do not fit are dropped one by one, not all of them together. */
export function recordOf<T>(value: z.ZodType<T>): z.ZodType<Record<string, T>> {
  return z
    .record(z.string(), z.unknown())
    .catch({})
    .transform((entries) => {
      const kept: Record<string, T> = {}
      for (const [key, entry] of Object.entries(entries)) {
        const checked = value.safeParse(entry)
        if (checked.success) kept[key] = checked.data
      }
      return kept
    }) as unknown as z.ZodType<Record<string, T>>
}

export const runsView = z.object({
  search: z.string().max(1000).catch(''),
  /** Runs that the user has shown or hidden; the others follow the rule for new ones. */
  shown: recordOf(z.boolean()),
  colorBy: coloring.catch('run'),
  /** The first group that it captures in a run's name decides the group. */
  regex: z.string().max(1000).catch(''),
  /** Palette colour (1-based) by run or group, whether given by us or picked. */
  colors: recordOf(z.number().int().min(1).max(99))
})
export type RunsView = z.infer<typeof runsView>

const exploreView = z.object({
  version: z.literal(viewVersion),
  tab: z.string().max(60).catch('scalars'),
  runs: z.unknown().transform((raw) => runsView.parse(isObject(raw) ? raw : {})),
  /** What each tab of Explore remembers, under the name that the file has had for it; each of them checks its own. */
  boards: recordOf(z.unknown())
})
export type ExploreView = z.output<typeof exploreView>

export function defaultView(): ExploreView {
  return { version: viewVersion, tab: 'scalars', runs: runsView.parse({}), boards: {} }
}

/** @returns the view, and whether it may be written over: what a newer version has kept stays as it is. */
export function readView(text: string | null): { view: ExploreView; writable: boolean } {
  let raw: unknown = null
  try {
    raw = text === null ? null : JSON.parse(text)
  } catch {
    // Half a file, or not ours: begin anew.
  }
  const checked = exploreView.safeParse(raw)
  if (checked.success) return { view: checked.data, writable: true }
  const version = isObject(raw) ? Number(raw.version) : Number.NaN
  return { view: defaultView(), writable: !(version > viewVersion) }
}

/** As text in which the order of keys says nothing. */
export function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
