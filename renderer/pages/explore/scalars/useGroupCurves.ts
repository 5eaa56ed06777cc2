/** One curve per group of runs instead of one per run. */
import type { ShallowRef } from 'vue'
import type { Attempts, GroupCurve, XAxis } from '../../../../src/contract/recordings'
import { request } from '../../../bridge/host'
import { useAsked } from '../../../ui/useAsked'
import type { Asked } from '../../../ui/useAsked'
import { useGrowth } from '../../../state/useGrowth'
import { tabGate } from '../state/tab-gate'

export interface GroupsQuestion {
  groups: { name: string; runIds: string[] }[]
  tag: string
  derived?: Record<string, string>
  x: XAxis
  attempts: Attempts
  smoothing: number
  center: 'mean' | 'median'
  band: 'none' | 'minmax' | 'std' | 'sem' | 'ci95'
}

const axesOf = ({ tag, derived, x }: GroupsQuestion): string => JSON.stringify([tag, derived, x])

const mostPoints = 600
/** All runs of all groups are read again for it. */
const followMs = 2000

export function useGroupCurves(question: () => GroupsQuestion | null): {
  state: ShallowRef<Asked<GroupCurve[]>>
  refresh: () => Promise<void>
} {
  const { state, refresh } = useAsked(
    question,
    (asked) => tabGate.pass(() => request('recordings.groups', { ...asked, mostPoints })),
    // Only what the axes stand for makes an earlier answer wrong; the rest makes it old.
    (before, now) => axesOf(before) === axesOf(now)
  )
  useGrowth((runId) => question()?.groups.some(({ runIds }) => runIds.includes(runId)) ?? false, refresh, followMs)
  return { state, refresh }
}
