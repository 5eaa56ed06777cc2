/**
 * Twin peaks: what a hook point gave for the training batches at the end of an epoch beside what it gives for the
 * validation examples then. Where a network is alike on both, so are the two histograms.
 */
import type { PackedHeatmap, Peak, TwinPeaks } from '../contract/runs'
import { tagOf } from '../domain/tags'
import type { RunLog } from '../events/run-log'
import { rebin } from '../numeric/buckets'
import { heatmapOf, jointEdges } from './histograms'
import type { OfRun } from './run-source'
import { readerOf } from './run-cache'
import { epochsAt, epochSeries } from './series'

/** Which part of an epoch counts as its end. */
const endShare = 0.25
/** Epochs are recorded in single precision, and steps divide them. */
const slack = 1e-4

interface Columns {
  steps: Float64Array
  epochs: Float64Array
}

export function twinPeaksOf({ run, hook, epoch }: OfRun<'runs.twinPeaks'>): TwinPeaks | null {
  const tags = { train: tagOf.activationHistogram(hook), validation: tagOf.validationHistogram(hook) }
  const { log } = readerOf(run)
  const train = endsOf(columnsOf(log, tags.train))
  const validation = endsOf(columnsOf(log, tags.validation))
  const epochs = [...new Set([...train.keys(), ...validation.keys()])].sort((a, b) => a - b)
  if (epochs.length === 0) return null
  // The newest is still under way where only one of the two is there.
  const shown = epoch ?? epochs.findLast((one) => train.has(one) && validation.has(one)) ?? epochs[epochs.length - 1]
  const batches = train.get(shown)
  const points = validation.get(shown)
  const seen = batches ? heatmapOf(run, tags.train, { from: batches[0], to: batches[batches.length - 1] }, 1) : null
  const last = points?.[points.length - 1]
  const held = last === undefined ? null : heatmapOf(run, tags.validation, { from: last, to: last }, 1)
  const edges = seen && held ? jointEdges(seen.edges, held.edges) : ((seen ?? held)?.edges ?? new Float64Array(0))
  return {
    epochs,
    epoch: shown,
    edges,
    train: seen && peakOf(seen, edges, batches!, sumAt(log, `${tags.train}/zeros`, batches!)),
    validation: held && peakOf(held, edges, [last!], sumAt(log, `${tags.validation}/zeros`, [last!]))
  }
}

function columnsOf(log: RunLog, tag: string): Columns {
  const view = log.find(tag, 'histograms')?.places?.view('latest')
  const steps = view ? view.steps.slice(0, view.length) : new Float64Array(0)
  return { steps, epochs: epochsAt(epochSeries(log), steps) }
}

/** Steps in the last quarter of each epoch; the first epoch is 1 and ends at the recorded epoch 1.0. */
function endsOf({ steps, epochs }: Columns): Map<number, number[]> {
  const ends = new Map<number, number[]>()
  steps.forEach((step, i) => {
    const epoch = Math.ceil(epochs[i] - slack)
    if (epoch < 1 || epochs[i] <= epoch - endShare + slack) return
    ends.set(epoch, [...(ends.get(epoch) ?? []), step])
  })
  return ends
}

function peakOf(map: PackedHeatmap, edges: Float64Array, steps: number[], zeros: number | null): Peak {
  const bins = edges.length - 1
  let counts = Float64Array.from(map.counts)
  let [below, above] = [map.underflow[0], map.overflow[0]]
  if (map.edges.length !== edges.length || map.edges.some((edge, i) => edge !== edges[i])) {
    // Of another range: the counts go where they belong as well as their edges tell.
    const own = { left: map.edges.subarray(0, -1), right: map.edges.subarray(1), counts }
    counts = new Float64Array(bins)
    const [under, over] = rebin(own, edges[0], edges[bins], counts)
    below += under
    above += over
  }
  const values = counts.reduce((sum, count) => sum + count, below + above)
  return {
    density: counts.map((count, b) => (values > 0 ? count / values / (edges[b + 1] - edges[b]) : 0)),
    histograms: map.total,
    from: steps[0],
    to: steps[steps.length - 1],
    values,
    below: values > 0 ? below / values : 0,
    above: values > 0 ? above / values : 0,
    zeros: zeros !== null && values > 0 ? zeros / values : null
  }
}

/** Sum of a scalar at given steps. Zeros are written beside each histogram as their number. */
function sumAt(log: RunLog, tag: string, steps: number[]): number | null {
  const view = log.scalars(tag)?.view('latest')
  if (!view) return null
  const wanted = new Set(steps)
  let sum: number | null = null
  for (let i = 0; i < view.length; i++) if (wanted.has(view.steps[i])) sum = (sum ?? 0) + view.values[i]
  return sum
}
