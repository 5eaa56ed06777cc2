/** How runs are compared: into which sides they fall, and to which of them everything is a difference. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useProject } from '../../../state/project'
import { ungrouped } from '../rows'

export const useCompare = defineStore('compare', () => {
  const app = useProject()
  /** An expression; `ungrouped`: each run for itself. */
  const by = ref(ungrouped)
  /** Key of a side. */
  const baseline = ref<string | null>(null)
  /** The series whose curves are shown; null: the first outcome that was recorded. */
  const tag = ref<string | null>(null)
  /** Rows that are the same on all sides are shown, too. */
  const same = ref(false)
  watch(
    () => app.project?.id,
    () => {
      by.value = ungrouped
      baseline.value = null
      tag.value = null
    }
  )
  return { by, baseline, tag, same }
})
