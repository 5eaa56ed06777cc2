/** Readings of runs, and the rules behind them. */
import type { diagnosisRequests } from '../../contract/diagnosis'
import { leadOf } from '../../domain/reading'
import { thresholdsOf } from '../../diagnosis/diagnose'
import { rules } from '../../diagnosis/rules'
import { readThresholds } from '../../project/thresholds-file'
import { changeThreshold } from '../project/project-thresholds'
import { wholeDiagnoseTask } from '../project/run-readings'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function diagnosisHandlers({
  queries,
  project,
  pushOf
}: Pick<Services, 'queries' | 'project' | 'pushOf'>): HandlersOf<typeof diagnosisRequests> {
  return {
    'diagnosis.run': async ({ runId }, signal) => {
      const session = project()
      const readings = await queries.run('diagnosis', await wholeDiagnoseTask(session, runId), signal)
      session.showLead(runId, leadOf(readings))
      return readings
    },
    'diagnosis.rules': async () => {
      const { changes, problem } = await readThresholds(project().folder)
      const told = rules.map((rule) => {
        const now = thresholdsOf(rule, changes)
        const { id, formula, source, advice } = rule
        const thresholds = Object.entries(rule.thresholds).map(([name, one]) => ({ name, ...one, now: now[name] }))
        return { id, formula, source, advice, thresholds }
      })
      return { rules: told, problem }
    },
    'diagnosis.threshold': async ({ rule, name, value }) => {
      const session = project()
      const changes = await changeThreshold(session, rule, name, value)
      pushOf(session, 'diagnosis.changed', {})
      return { changes }
    }
  }
}
