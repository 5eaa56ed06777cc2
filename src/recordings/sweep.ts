/** Loss and gradient of the same run at several learning rates, and what they say about each rate. */
import { tagOf } from '../domain/tags'
import { judgeSweep } from '../analysis/sweep'
import type { SweptRunAnswer } from '../contract/runs'
import type { RunLog } from '../events/run-log'
import { hookPoints } from '../hooks/hook-points'
import { decimateMinMax } from '../numeric/decimate'
import { architectureOf } from '../training/experiments'
import type { RunSpec } from '../domain/run'
import type { RunSource } from './run-source'
import { readerIfThere } from './run-cache'
import { pick } from './series'

export interface SweptRun {
  source: RunSource
  spec: RunSpec
}

/** Judged over every recorded point; `mostPoints` are for drawing. */
export function sweepOf(runs: SweptRun[], mostPoints: number): SweptRunAnswer[] {
  const read = runs.map(({ source, spec }) => {
    const log = readerIfThere(source)?.log
    const tag = log && gradientTag(log, spec)
    const series = tag ? seriesOf(log, tag) : null
    return {
      runId: source.runId,
      rate: spec.params.learningRate as number,
      loss: (log && seriesOf(log, tagOf.loss('train'))) ?? { steps: new Float64Array(0), values: new Float64Array(0) },
      gradient: tag && series ? { tag, ...series } : null
    }
  })
  const verdicts = judgeSweep(read)
  return read.map(({ loss, gradient, ...run }, i) => ({
    ...run,
    loss: drawn(loss, mostPoints),
    gradient: gradient && { tag: gradient.tag, ...drawn(gradient, mostPoints) },
    ...verdicts[i]
  }))
}

/** The last layer, in the order of the network, of which gradients were recorded; else all parameters together. */
function gradientTag(log: RunLog, spec: RunSpec): string | null {
  const hooked = new Set(spec.hooks)
  const inOrder = hookPoints(architectureOf(spec).graph).filter(({ path }) => hooked.has(path))
  const tags = [...inOrder.reverse().map(({ path }) => tagOf.gradients(path, 'l2')), tagOf.gradientNorm]
  return tags.find((tag) => log.scalars(tag)) ?? null
}

interface Series {
  steps: Float64Array
  values: Float64Array
}

function seriesOf(log: RunLog, tag: string): Series | null {
  const view = log.scalars(tag)?.view('latest')
  if (!view) return null
  return { steps: view.steps.slice(0, view.length), values: view.values.slice(0, view.length) }
}

function drawn({ steps, values }: Series, mostPoints: number): Series {
  const kept = decimateMinMax(values, 0, values.length, mostPoints)
  return { steps: pick(steps, kept), values: pick(values, kept) }
}
