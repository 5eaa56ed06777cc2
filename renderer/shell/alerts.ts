/** What a run that trains has come to is said wherever somebody is; on its own page the readings say it. */
import { onScopeDispose } from 'vue'
import { onEvent } from '../bridge/host'
import { useProject } from '../state/project'
import { useSelection } from '../state/selection'

export function useAlerts(): void {
  const app = useProject()
  const selection = useSelection()
  const stop = onEvent('diagnosis.found', ({ runId, name, reading }) => {
    if (app.page === 'train' && selection.runId === runId) return
    app.notice = {
      level: reading.severity === 'problem' ? 'error' : 'info',
      text: `${name}: ${reading.text}`,
      action: {
        title: 'Show',
        run() {
          selection.runId = runId
          app.page = 'train'
        }
      }
    }
  })
  onScopeDispose(stop)
}
