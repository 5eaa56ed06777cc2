/**
 * What compute workers answer about recorded runs. What knows networks takes longer to load than most questions
 * take to be answered, and every worker begins without it.
 */
import type { RoleChoices } from '../domain/roles'
import type { RequestResult } from '../contract/requests'
import { recordedTagsOf } from './recorded-tags'
import { exportScalars } from './export-scalars'
import { curvesAskedBy } from './derived'
import type { DiagnoseTask } from './diagnosis'
import { featuresOf } from './features'
import type { EvaluateTask } from './evaluate-runs'
import { followLogs } from './follow-logs'
import { distributionsOf, heatmapOf, histogramsOf } from './histograms'
import { lastValuesOf } from './last-values'
import type { LastValues } from './last-values'
import { blobOf, graphsOf, hparamsOf, pointsOf, prCurvesOf, recordedGraphOf, textsOf } from './media'
import { readerOf } from './run-cache'
import type { RunSource } from './run-source'
import { groupsOf, scalarsOf, statisticsOf } from './scalars'
import { seriesOf, tagsOf } from './series'
import { summariesOf } from './summaries'
import type { SweptRun } from './sweep'
import { twinPeaksOf } from './twin-peaks'

interface Range {
  from?: number
  to?: number
}

export const recordingTasks = {
  /** @param said what people have said about roles */
  tags: ({ runs, said }: { runs: RunSource[]; said: RoleChoices }): RequestResult<'runs.tags'> => tagsOf(runs, said),
  /** @param index file of the project that keeps what its runs hold */
  recordedTags: ({ runs, index }: { runs: RunSource[]; index: string | null }): RequestResult<'recordings.tags'> =>
    recordedTagsOf(runs, index),
  series: ({ runs, tags, from, to, mostPoints }: Range & { runs: RunSource[]; tags: string[]; mostPoints: number }) =>
    seriesOf(runs, tags, { from, to }, mostPoints),
  heatmap: ({ run, tag, from, to, mostColumns }: Range & { run: RunSource; tag: string; mostColumns: number }) =>
    heatmapOf(run, tag, { from, to }, mostColumns),
  scalars: scalarsOf,
  groups: groupsOf,
  statistics: statisticsOf,
  curvesAskedBy,
  histograms: histogramsOf,
  distributions: distributionsOf,
  points: pointsOf,
  blob: blobOf,
  texts: textsOf,
  prCurves: prCurvesOf,
  hparams: hparamsOf,
  graphs: graphsOf,
  graph: recordedGraphOf,
  twinPeaks: twinPeaksOf,
  sweep: async ({ runs, mostPoints }: { runs: SweptRun[]; mostPoints: number }) => {
    const { sweepOf } = await import('./sweep')
    return sweepOf(runs, mostPoints)
  },
  features: featuresOf,
  diagnosis: async (task: DiagnoseTask) => (await import('./diagnosis')).diagnosisOf(task),
  evaluateRuns: async (task: EvaluateTask) => (await import('./evaluate-runs')).evaluateRuns(task),
  summaries: summariesOf,
  followLogs,
  /** @param said what people have said about roles: the headline values are those of the series with the roles */
  lastValues: ({ run, said }: { run: RunSource; said?: RoleChoices }): LastValues =>
    lastValuesOf(readerOf(run).log, said, run.place),
  exportScalars
}
