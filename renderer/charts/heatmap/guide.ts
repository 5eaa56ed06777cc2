/**
 * What a heatmap answers of itself, with its own numbers: what a colour counts, what lies outside, how many values are zero, when
 * it began to change, and what a healthy one looks like. It says what is there and how to read it, and makes no verdict.
 */
import type { PackedHeatmap } from '../../../src/contract/runs'
import { epochLabel, integer, percent, plural, sharePercent, significant, tickLabel } from '../../ui/format'
import { readHistogramTag } from '../../ui/histogram-tags'
import type { TagGroup } from '../../ui/histogram-tags'
import { edgeLabel } from './draw'
import { clearlyMoved, lastColumns, mostOutside, movementOf, valuesOf } from './summary'

export interface GuideEntry {
  key: 'colour' | 'outside' | 'zeros' | 'change' | 'healthy'
  title: string
  text: string
}

export interface GuideContext {
  unit: string
  /** In the dark theme many are bright, in the light one dark. */
  dark: boolean
  logarithmic: boolean
}

/** What is counted, and of what. */
const counted: Record<TagGroup, { many: string; of: string }> = {
  Activations: { many: 'activations', of: 'one recorded batch' },
  Validation: { many: 'activations', of: 'the validation examples at one recorded point' },
  'By class': { many: 'activations', of: 'the examples of this class in one recorded batch' },
  Gradients: { many: 'entries', of: 'one recorded gradient' },
  'Activation gradients': { many: 'entries', of: 'one recorded gradient' },
  Predictions: { many: 'predicted shares', of: 'the validation examples at one recorded point' },
  Other: { many: 'values', of: 'one recorded histogram' }
}

export function guideOf(map: PackedHeatmap, context: GuideContext): GuideEntry[] {
  if (map.epochs.length === 0) return []
  const { group } = readHistogramTag(map.tag)
  const isActivation = group === 'Activations' || group === 'Validation' || group === 'By class'
  return [
    { key: 'colour', title: 'Colour', text: colour(map, counted[group], context) },
    { key: 'outside', title: 'Out of range', text: outside(map, context) },
    { key: 'zeros', title: 'Zeros', text: zeros(map, isActivation) },
    { key: 'change', title: 'First change', text: change(map, context) },
    { key: 'healthy', title: isActivation ? 'Healthy' : 'Over time', text: healthy(map, isActivation) }
  ]
}

function colour(map: PackedHeatmap, { many, of }: { many: string; of: string }, context: GuideContext): string {
  const { counts, edges, epochs, total } = map
  const largest = counts.reduce((best, count) => (count < Infinity && count > best ? count : best), 0)
  const joined = Math.ceil(total / epochs.length)
  const column =
    joined > 1 ? `A column joins up to ${plural(joined, 'histogram')}, each of ${of}.` : `A column is ${of}.`
  const values = usual(valuesOf(map))
  const width = tickLabel(Number(((edges[edges.length - 1] - edges[0]) / (edges.length - 1)).toPrecision(3)))
  const ends = context.dark ? ['darkest', 'brightest'] : ['lightest', 'darkest']
  const scale = context.logarithmic ? ', on a log scale' : ''
  return (
    `${column} A colour counts how many of its ${values > 0 ? `${integer(values)} ` : ''}${many} lie in one bin of width ${width}: ` +
    `the ${ends[0]} is 0, the ${ends[1]} ${countLabel(largest)}${scale}. No colour is good or bad in itself.`
  )
}

function outside(map: PackedHeatmap, { unit }: GuideContext): string {
  const { edges, epochs, underflow, overflow } = map
  const [low, high] = [edges[0], edges[edges.length - 1]]
  // As beside the rows.
  const range = `${edgeLabel(low, high - low)} to ${edgeLabel(high, high - low)}`
  const most = mostOutside(map)
  const size = growth(map, unit)
  if (!most) return `No value lies outside of ${range}. Mean and σ: ${size}`
  const values = valuesOf(map)
  const last = values.findLastIndex((count) => count > 0)
  const now = (underflow[last] + overflow[last]) / values[last]
  return (
    `Rows above and below the frame: the share of a column outside of ${range}; stronger is more. ` +
    `At most ${sharePercent(most.share)} (${unit} ${epochLabel(epochs[most.at])}), at last ${sharePercent(now)}. ` +
    `That alone says that the range is narrower than the values. It is an explosion only if mean or σ, which count every value, grow too: ${size}`
  )
}

/** Of mean and σ: "0.31 and 0.9 at first, 0.4 and 1.2 at last; σ was largest at epoch 30, 1.4." */
function growth({ means, stds, epochs }: PackedHeatmap, unit: string): string {
  const known = [...means.keys()].filter((i) => Number.isFinite(means[i]) && Number.isFinite(stds[i]))
  if (known.length === 0) return 'not known.'
  const [first, last] = [known[0], known[known.length - 1]]
  const widest = known.reduce((best, i) => (stds[i] > stds[best] ? i : best), first)
  const at = (i: number): string => `${significant(means[i], 2)} and ${significant(stds[i], 2)}`
  const peak = stds[widest] > Math.max(stds[first], stds[last]) * 1.05
  return (
    `${at(first)} at first, ${at(last)} at last` +
    (peak ? `; σ was largest at ${unit} ${epochLabel(epochs[widest])}, ${significant(stds[widest], 2)}.` : '.')
  )
}

function zeros({ zeros }: PackedHeatmap, isActivation: boolean): string {
  const known = [...zeros].filter((share) => !Number.isNaN(share))
  if (known.length === 0) return 'How many values are exactly zero was not recorded; their bin holds small values, too.'
  const [first, last] = [known[0], known[known.length - 1]]
  const told =
    `${sharePercent(last)} of the values are exactly 0 at last, ${sharePercent(first)} at first; the cursor tells it of each column. ` +
    `They are counted in the bin at 0, too.`
  return isActivation
    ? `${told} A ReLU gives 0 for every input below 0, so about half is usual after one; after a layer without one, hardly any.`
    : told
}

function change(map: PackedHeatmap, { unit }: GuideContext): string {
  const moved = movementOf(map)
  if (!moved) return 'With two histograms this says when the second differs from the first.'
  const fifth = `${percent(clearlyMoved)} of the values in other bins than in the first column (total variation)`
  if (moved.at === null)
    return `Never ${fifth}; ${sharePercent(moved.most)} at most. It has hardly changed, or only within its bins.`
  return `Clear from ${unit} ${epochLabel(map.epochs[moved.at])} on: ${fifth}. At last ${sharePercent(moved.last)}.`
}

function healthy(map: PackedHeatmap, isActivation: boolean): string {
  const { means, stds } = map
  const from = lastColumns(means.length)
  const known = [...means.keys()].filter((i) => i >= from && Number.isFinite(means[i]) && Number.isFinite(stds[i]))
  const settled =
    known.length > 1
      ? ` Here, in the last quarter, the mean goes from ${significant(means[known[0]], 2)} to ` +
        `${significant(means[known[known.length - 1]], 2)}, σ from ${significant(stds[known[0]], 2)} to ` +
        `${significant(stds[known[known.length - 1]], 2)}.`
      : ''
  if (!isActivation) return `Mean (line) and σ (dashes) that settle say that it has stopped to change.${settled}`
  return (
    'Mean (line) and mean ± σ (dashes) move early, then settle; no band narrows to a line; few values leave the range; ' +
    `after a ReLU zeros stay well below 100%.${settled} So do most networks that learn; it is no test.`
  )
}

/** Counts that were spread over common bins are no whole numbers. */
const countLabel = (count: number): string =>
  Number.isInteger(count) || count >= 100 ? integer(count) : significant(count, 2)

/** The middle one, of columns that have values. */
function usual(values: Float64Array): number {
  const filled = values.filter((count) => count > 0 && count < Infinity).sort()
  return filled.length > 0 ? filled[filled.length >> 1] : 0
}
