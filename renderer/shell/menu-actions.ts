/** The menus of the host show what the page can do, and what is chosen there is done here: one list of actions for all. */
import { onBeforeUnmount, watch } from 'vue'
import { mostOfferedActions, type OfferedAction } from '../../src/contract/app'
import { onEvent, request } from '../bridge/host'
import { keysOf, useActions } from '../state/actions'
import { useProject } from '../state/project'
import { hasOpenDialog } from '../ui/shortcuts'

export function useMenuActions(): void {
  const app = useProject()
  const actions = useActions()

  const offered = (): string | null => {
    if (!app.ready || app.info?.host !== 'electron') return null
    const all = actions.all.slice(0, mostOfferedActions)
    return JSON.stringify(
      all.map(({ id, title, on }): OfferedAction => ({
        id,
        title: title.slice(0, 500),
        keys: keysOf(id),
        on: on ?? false
      }))
    )
  }
  // As a text, so that only what differs is told.
  watch(
    offered,
    (text) => {
      if (text === null) return
      const told = JSON.parse(text) as OfferedAction[]
      // A menu that shows too little is no reason to disturb anybody.
      void request('actions.offer', { actions: told }).catch(() => undefined)
    },
    { immediate: true }
  )

  onBeforeUnmount(
    onEvent('actions.run', ({ id }) => {
      const action = actions.all.find((one) => one.id === id)
      if (!action) return
      if (hasOpenDialog() && !/^(theme|window)\./.test(id)) {
        app.notice = { level: 'info', text: `Close the dialog first, then choose "${action.title}" again.` }
      } else action.run()
    })
  )
}
