/** What a run that trains has come to is said wherever somebody is; on its own page readings and states say it. */
import { onScopeDispose } from 'vue'
import { onEvent } from '../bridge/host'
import { useProject } from '../state/project'
import { useSelection } from '../state/selection'

export function useAlerts(): void {
  const app = useProject()
  const selection = useSelection()
  function tell(runId: string, level: 'info' | 'error', text: string): void {
    if (app.page === 'train' && selection.runId === runId) return
    app.notice = {
      level,
      text,
      action: {
        title: 'Show',
        run() {
          selection.runId = runId
          app.page = 'train'
        }
      }
    }
  }
  const stops = [
    onEvent('diagnosis.found', ({ runId, name, reading }) =>
      tell(runId, reading.severity === 'problem' ? 'error' : 'info', `${name}: ${reading.text}`)
    ),
    onEvent('analysis.entered', ({ runId, name, text }) => tell(runId, 'info', `${name}: ${text}`))
  ]
  onScopeDispose(() => stops.forEach((stop) => stop()))
}
