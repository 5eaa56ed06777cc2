/** What the run table shows of a run: how far it is, and the newest values of its headline metrics. */
import { tagOf } from '../domain/tags'
import { ownRoles, rolesOf } from '../analysis'
import type { RoleChoices } from '../domain/roles'
import type { RunInfo } from '../domain/run'
import type { RunLog } from '../events/run-log'
import { epochSeries, scalarTags } from './series'

/** What the table has columns for and no role says. */
const others = [tagOf.meanWeights('l2')]

export type LastValues = Pick<RunInfo, 'step' | 'totalSteps' | 'epoch' | 'totalEpochs' | 'elapsedSeconds' | 'last'>

/** @param place of the run in its log, which may say that all it holds is of validation data */
export function lastValuesOf(log: RunLog, said: RoleChoices = {}, place: string | null = null): LastValues {
  let step = 0
  let end = Number.NaN
  for (const { scalars, places } of log.series()) {
    const view = (scalars ?? places)!.view('latest')
    if (view.length === 0) continue
    step = Math.max(step, view.steps[view.length - 1])
    const time = view.wallTimes[view.length - 1]
    if (Number.isFinite(time) && !(time <= end)) end = time
  }
  const epochs = epochSeries(log, said.epoch)
  const told = epochs ? epochs.values[epochs.length - 1] : Number.NaN
  // Manifests hold no NaN.
  const epoch = Number.isFinite(told) ? told : step
  const elapsed = end - log.startTime
  return {
    step,
    totalSteps: step,
    epoch,
    totalEpochs: epoch,
    elapsedSeconds: Number.isFinite(elapsed) && elapsed > 0 ? elapsed : 0,
    last: headlineValues(log, said, place)
  }
}

/**
 * Our own name for each thing that the table shows, with the tag that this run has it under: the table has one column for a
 * thing, whatever a run calls it. What people have said counts where its tag was recorded; a series may have several roles.
 */
export function headlineTags(
  recorded: readonly string[],
  said: RoleChoices = {},
  place: string | null = null
): Map<string, string> {
  const { epoch: _epoch, ...outcomes } = ownRoles
  const roles = rolesOf(recorded, said, place === null ? [] : [place])
  const named = (Object.entries(outcomes) as [keyof typeof outcomes, string][]).flatMap(([role, own]) => {
    const tag = roles[role]
    return tag === undefined ? [] : [[own, tag] as const]
  })
  const there = new Set(recorded)
  return new Map([...named, ...others.filter((tag) => there.has(tag)).map((tag) => [tag, tag] as const)])
}

function headlineValues(log: RunLog, said: RoleChoices, place: string | null): RunInfo['last'] {
  const entries = [...headlineTags(scalarTags(log), said, place)].flatMap(
    ([own, tag]): [string, RunInfo['last'][string]][] => {
      const view = log.scalars(tag)?.view('latest')
      if (!view || view.length === 0) return []
      const value = view.values[view.length - 1]
      return [[own, Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')]]
    }
  )
  return Object.fromEntries(entries)
}
