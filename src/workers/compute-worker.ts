/** A compute thread: takes one task at a time and answers it. */
import { parentPort } from 'node:worker_threads'
import {
  assembleAnalysis,
  buildSequenceForModel,
  buildSequences,
  fitWith,
  posteriorsFor,
  runCandidate,
  runFold
} from '../analysis'
import { toWireError } from '../contract/errors'
import type { Analysis } from '../analysis/types'
import { readAnalysisFile } from '../project/manifests'
import { describe } from './describe-draft'
import type { ComputeReply, ComputeRequest, ComputeTasks, TaskName } from './messages'
import { fullSeriesOf, heatmapOf, seriesOf, tagsOf } from './run-queries'

/** Read along with the features, where recorded: they name the states and place them in time. */
const companions = ['epoch', 'loss/train', 'loss/val', 'accuracy/train', 'accuracy/val']

type Handlers = {
  [N in TaskName]: (input: ComputeTasks[N]['in']) => ComputeTasks[N]['out'] | Promise<ComputeTasks[N]['out']>
}

const handlers: Handlers = {
  describe,
  tags: ({ runs }) => tagsOf(runs),
  series: ({ runs, tags, from, to, maxPoints }) => seriesOf(runs, tags, { from, to }, maxPoints),
  heatmap: ({ run, tag, from, to, maxColumns }) => heatmapOf(run, tag, { from, to }, maxColumns),
  prepare({ runs: sources, options }) {
    const tags = [...new Set([...options.features, ...companions])]
    const runs = sources.map((source) => fullSeriesOf(source, tags))
    return { runs, built: buildSequences(runs, options) }
  },
  candidate: ({ task, sequences, options }) => runCandidate(task, sequences, options),
  fold: ({ task, sequences, options }) => runFold(task, sequences, options),
  assemble: ({ prepared, ...rest }) => assembleAnalysis({ ...rest, built: prepared.built, runs: prepared.runs }),
  async posterior({ run, analysisFile, states }) {
    const analysis = (await readAnalysisFile(analysisFile)) as Analysis
    const series = fullSeriesOf(run, [...analysis.inputs.features, 'epoch'])
    const decodable = buildSequenceForModel(series, analysis.inputs, analysis.options.zscore)
    const [posterior] = posteriorsFor(analysis, states, [decodable.sequence])
    const index = analysis.inputs.runs.findIndex((input) => input.runId === run.runId)
    return {
      states,
      steps: Float64Array.from(decodable.run.steps),
      epochs: Float64Array.from(decodable.run.epochs),
      posterior,
      path: Int32Array.from(index < 0 ? [] : fitWith(analysis, states).paths[index])
    }
  }
}

const port = parentPort
if (!port) throw new Error('This file is the entry of a worker thread.')

port.on('message', (request: ComputeRequest) => {
  void answer(request).then((reply) => port.postMessage(reply))
})

async function answer(request: ComputeRequest): Promise<ComputeReply> {
  try {
    const handler = handlers[request.name] as (input: unknown) => unknown
    return { id: request.id, ok: true, value: await handler(request.input) }
  } catch (error) {
    return { id: request.id, ok: false, error: toWireError(error) }
  }
}
