/** A compute thread: takes one task at a time and answers it. */
import { parentPort } from 'node:worker_threads'
import { measureGains, runCandidate, runFold } from '../analysis'
import { toWireError } from '../contract/errors'
import { checkProject } from '../project/check'
import { scanSources } from '../project/import-source'
import { confine } from '../project/places'
import { across, assemble, decode, prepareAnalysis, refit, report, rowsOf } from './analysis-tasks'
import { addData, inspectData } from './data-tasks'
import { measureCheckpoint, writeCheckpointRun } from './checkpoint-tasks'
import { describe } from './describe-draft'
import { importFile, inspectFile } from './import-tasks'
import type { ComputeReply, ComputeRequest, ComputeTasks, TaskName } from './messages'
import { exportScalars } from './export-scalars'
import { featuresOf } from './feature-query'
import { followLogs } from './follow-logs'
import { distributionsOf, heatmapOf, histogramsOf } from './histogram-queries'
import { lastValuesOf } from './last-values'
import { blobOf, graphsOf, hparamsOf, pointsOf, prCurvesOf, recordedGraphOf, textsOf } from './media-queries'
import { readNetwork } from './read-network'
import { readerOf } from './run-cache'
import { seriesOf, tagsOf } from './run-queries'
import { groupsOf, scalarsOf, statisticsOf } from './scalar-queries'
import { sweepOf } from './sweep-query'
import { boardTagsOf } from './tag-queries'
import { twinPeaksOf } from './twin-peaks-query'

type Handlers = {
  [N in TaskName]: (input: ComputeTasks[N]['in']) => ComputeTasks[N]['out'] | Promise<ComputeTasks[N]['out']>
}

const handlers: Handlers = {
  describe,
  readNetwork,
  tags: ({ runs, said }) => tagsOf(runs, said),
  series: ({ runs, tags, from, to, maxPoints }) => seriesOf(runs, tags, { from, to }, maxPoints),
  boardTags: ({ runs, index }) => boardTagsOf(runs, index),
  scalars: (query) => scalarsOf(query),
  groups: (query) => groupsOf(query),
  statistics: (query) => statisticsOf(query),
  histograms: (query) => histogramsOf(query),
  distributions: (query) => distributionsOf(query),
  points: (query) => pointsOf(query),
  blob: (query) => blobOf(query),
  texts: (query) => textsOf(query),
  prCurves: (query) => prCurvesOf(query),
  hparams: (query) => hparamsOf(query),
  graphs: (query) => graphsOf(query),
  graph: (query) => recordedGraphOf(query),
  followLogs: (query) => followLogs(query),
  lastValues: ({ run, said }) => lastValuesOf(readerOf(run).log, said, run.place),
  exportScalars: (query) => exportScalars(query),
  heatmap: ({ run, tag, from, to, maxColumns }) => heatmapOf(run, tag, { from, to }, maxColumns),
  twinPeaks: (query) => twinPeaksOf(query),
  sweep: ({ runs, maxPoints }) => sweepOf(runs, maxPoints),
  features: (query) => featuresOf(query),
  rows: (query) => rowsOf(query),
  prepare: ({ runs, options, said }) => prepareAnalysis(runs, options, said),
  candidate: ({ task, sequences, options }) => runCandidate(task, sequences, options),
  fold: ({ task, sequences, options }) => runFold(task, sequences, options),
  evidence: ({ task, sequences, options, rates }) => measureGains(task, sequences, options, rates),
  assemble: (input) => assemble(input),
  restart: (input) => refit(input),
  decode: (input) => decode(input),
  across: (input) => across(input),
  report: (input) => report(input),
  checkProject: ({ folder, repair }) => checkProject(folder, repair),
  dataInspect: (input) => inspectData(input),
  dataAdd: (input) => addData(input),
  importScan: ({ paths, loose }) => scanSources(paths, loose),
  importInspect: (input) => inspectFile(input),
  importFile: (input) => importFile(input),
  checkpointMetrics: (input) => measureCheckpoint(input),
  importCheckpoints: (input) => writeCheckpointRun(input)
}

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')

port.on('message', (request: ComputeRequest) => {
  void answer(request).then((reply) => port.postMessage(reply))
})

async function answer(request: ComputeRequest): Promise<ComputeReply> {
  try {
    confine(request.confined)
    const handler = handlers[request.name] as (input: unknown) => unknown
    return { id: request.id, ok: true, value: await handler(request.input) }
  } catch (error) {
    return { id: request.id, ok: false, error: toWireError(error) }
  }
}
