/** The groups that curves are averaged over, and what runs can be grouped by. The same for every card. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { useExplore } from '../../../state/explore'
import { useScalarsView } from '../state/scalars'
import { colorKey } from '../../../state/run-colors'
import { choosableKeys, groupRuns } from '../../../state/run-groups'
import { useRuns } from '../../../state/runs'

export const useGroups = defineStore('explore-groups', () => {
  const explore = useExplore()
  const runs = useRuns()
  const scalars = useScalarsView()

  const options = computed(() => {
    const keys = choosableKeys(runs.all, explore.paramsOf, scalars.view.groupBy)
    return [
      { value: 'none', label: 'Every run' },
      { value: 'experiment', label: 'By experiment' },
      { value: 'seed', label: 'By seed' },
      { value: 'regex', label: 'By part of the name' },
      ...keys.map((key) => ({ value: `param:${key}`, label: `By ${key}` }))
    ]
  })

  const groups = computed(() => {
    const by = scalars.view.groupBy
    if (by === 'none' || (by === 'regex' && !explore.grouping.regex)) return null
    return groupRuns(explore.shown, by, explore.grouping.regex, explore.paramsOf).map((group) => ({
      name: group.name,
      /** Runs that have no such property are no group to be told from the others by colour. */
      key: group.known ? colorKey.group(by, group.name) : null,
      runIds: group.runs.map((run) => run.id)
    }))
  })
  watch(groups, (list) => explore.needColors((list ?? []).map((group) => group.key).filter((key) => key !== null)), {
    immediate: true
  })
  const colorByName = computed(
    () => new Map((groups.value ?? []).map((group) => [group.name, explore.colorOfKey(group.key)]))
  )

  return { options, groups, colorByName }
})
