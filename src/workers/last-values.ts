/** What the run table shows of a run: how far it is, and the newest values of its headline metrics. */
import { ownRoles, rolesOf } from '../analysis'
import type { RunInfo } from '../contract/domain'
import type { RunLog } from '../events/run-log'
import { epochSeries, scalarTags } from './run-queries'

const headline = ['loss/train', 'loss/val', 'accuracy/train', 'accuracy/val', 'weights/l2']

export type LastValues = Pick<RunInfo, 'step' | 'totalSteps' | 'epoch' | 'totalEpochs' | 'elapsedSeconds' | 'last'>

export function lastValuesOf(log: RunLog): LastValues {
  let step = 0
  let end = Number.NaN
  for (const { scalars, places } of log.series()) {
    const view = (scalars ?? places)!.view('latest')
    if (view.length === 0) continue
    step = Math.max(step, view.steps[view.length - 1])
    const time = view.wallTimes[view.length - 1]
    if (Number.isFinite(time) && !(time <= end)) end = time
  }
  const epochs = epochSeries(log)
  const told = epochs ? epochs.values[epochs.length - 1] : Number.NaN
  // Manifests hold no NaN.
  const epoch = Number.isFinite(told) ? told : step
  const elapsed = end - log.startTime
  return {
    ...{ step, totalSteps: step, epoch, totalEpochs: epoch },
    elapsedSeconds: Number.isFinite(elapsed) && elapsed > 0 ? elapsed : 0,
    last: headlineValues(log)
  }
}

/** The tags that the table shows, with our own name for each: it has one column for a thing, whatever a run calls it. */
export function headlineNames(recorded: readonly string[]): Map<string, string> {
  const roles = rolesOf(recorded)
  const named = (Object.entries(ownRoles) as [keyof typeof ownRoles, string][]).map(([role, own]) => [own, roles[role]])
  const tags = new Map(named.flatMap(([own, tag]) => (own && tag ? [[own, tag] as const] : [])))
  const there = new Set(recorded)
  return new Map(headline.map((own) => [tags.get(own) ?? own, own] as const).filter(([tag]) => there.has(tag)))
}

function headlineValues(log: RunLog): RunInfo['last'] {
  const entries = [...headlineNames(scalarTags(log))].flatMap(([tag, own]): [string, RunInfo['last'][string]][] => {
    const view = log.scalars(tag)?.view('latest')
    if (!view || view.length === 0) return []
    const value = view.values[view.length - 1]
    return [[own, Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')]]
  })
  return Object.fromEntries(entries)
}
