/** How the run table is looked at, kept with the project: columns, groups, order, and the views that were saved under a name. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { z } from 'zod'
import { keptView } from '../../state/kept-view'
import { useProject } from '../../state/project'
import { asBegun, byExperiment } from './rows'

const mostColumns = 60
const mostViews = 100

const text = z.string().max(2000)
const arrangement = {
  /** Expressions; null: what differs, and the outcomes. */
  columns: z.array(text).max(mostColumns).nullable().catch(null),
  groupBy: text.catch(byExperiment),
  sort: z.object({ key: text, ascending: z.boolean() }).catch(asBegun)
}
const savedView = z.object({
  name: z.string().min(1).max(120),
  filter: z.string().max(10_000).catch(''),
  ...arrangement
})
export type SavedView = z.infer<typeof savedView>

const tableView = z.object({
  ...arrangement,
  archived: z.boolean().catch(false),
  /** One that is damaged takes none of the others with it. */
  views: z
    .array(z.unknown())
    .catch([])
    .transform((list): SavedView[] => list.flatMap((one) => savedView.safeParse(one).data ?? []).slice(0, mostViews))
})

export const useTableView = keptView('runs', tableView)

/** What is filtered for stays while another page is shown, and is not kept: nobody should wonder where runs have gone. */
export const useTableFilter = defineStore('table-filter', () => {
  const app = useProject()
  const text = ref('')
  watch(
    () => app.project?.id,
    () => (text.value = '')
  )
  return { text }
})
