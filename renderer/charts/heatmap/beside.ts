/** Mean histograms beside a heatmap: which there are, and how far their bars reach. */
import type { PackedHeatmap } from '../../../src/contract/runs'
import { integer, percent, plural, significant } from '../../ui/format'
import { lastColumns, meanHistogram, meansByState } from './summary'
import type { MeanHistogram, StatePath } from './summary'

/** Which mean histograms stand beside a heatmap. */
export type Beside = 'none' | 'all' | 'classes' | 'states'

/** One histogram of those that stand side by side. */
export interface BesideGroup {
  label: string
  /** What its colour is taken from: the palette of runs for classes, that of states; null: neither. */
  color: { of: 'class' | 'state'; number: number } | null
  /** What it is the mean of, in words. */
  about: string
  mean: MeanHistogram
  /** Drawn over it as a line. */
  line: MeanHistogram | null
}

export interface RunState {
  index: number
  number: number
  name: string
  color: number
}

/** One histogram over all columns, and as a line what a layer does by now. */
export function wholeRun(map: PackedHeatmap): BesideGroup[] {
  const mean = meanHistogram(map)
  if (!mean) return []
  const from = lastColumns(map.epochs.length)
  const line = meanHistogram(map, (column) => column >= from)
  return [
    {
      label: 'line: last quarter',
      color: null,
      about: `Whole run, ${plural(mean.columns, 'column')}${line ? `; line: the last ${integer(line.columns)}` : ''}`,
      mean,
      line
    }
  ]
}

/** What each class gives by now: over a whole run, what a network has learned would drown in what it had not. */
export function byClass(classes: readonly { name: string; map: PackedHeatmap }[]): BesideGroup[] {
  return classes.flatMap(({ name, map }, i): BesideGroup[] => {
    const from = lastColumns(map.epochs.length)
    const mean = meanHistogram(map, (column) => column >= from)
    if (!mean) return []
    const about = `Class ${name}, the last ${plural(mean.columns, 'column')}`
    return [{ label: name, color: { of: 'class', number: i + 1 }, about, mean, line: null }]
  })
}

/** In the order of their numbers; states that the run was not in are left out. */
export function byState(map: PackedHeatmap, path: StatePath, states: readonly RunState[]): BesideGroup[] {
  const means = meansByState(map, path)
  return states.flatMap(({ index, number, name, color }): BesideGroup[] => {
    const mean = means.get(index)
    if (!mean) return []
    const about = `S${number} ${name}, ${plural(mean.columns, 'column')}`
    return [{ label: `S${number}`, color: { of: 'state', number: color }, about, mean, line: null }]
  })
}

/** A bin that is this many times as full as all others (the zeros of a ReLU) is cut, and its share is written. */
const cutFrom = 4

/**
 * The share per unit of the axis that a bar of full length stands for, over all histograms and their lines, and the share of
 * the one bin that is longer, if there is one.
 */
export function lengthOf(groups: readonly BesideGroup[]): {
  full: number
  cut: { value: number; share: number } | null
} {
  const densest: { value: number; density: number; share: number }[] = []
  for (const { edges, shares } of groups.flatMap(({ mean, line }) => (line ? [mean, line] : [mean]))) {
    shares.forEach((share, b) => {
      const width = edges[b + 1] - edges[b]
      const density = width > 0 ? share / width : 0
      if (density > (densest[b]?.density ?? 0)) densest[b] = { value: (edges[b] + edges[b + 1]) / 2, density, share }
    })
  }
  const sorted = Object.values(densest).sort((a, b) => b.density - a.density)
  const [first, second] = sorted
  if (!first) return { full: 1, cut: null }
  const isCut = second !== undefined && first.density > cutFrom * second.density
  return isCut ? { full: second.density * 1.4, cut: first } : { full: first.density, cut: null }
}

/** As much of a text as fits into a width; at least its first letter. */
export function fitted(text: string, room: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= room) return text
  for (let length = text.length - 1; length > 1; length--) {
    const short = `${text.slice(0, length)}…`
    if (widthOf(short) <= room) return short
  }
  return text.slice(0, 1)
}

export function besideInWords(groups: readonly BesideGroup[]): string {
  const each = groups.map(({ about, mean }) => {
    const fullest = mean.shares.indexOf(Math.max(...mean.shares))
    const [from, to] = [mean.edges[fullest], mean.edges[fullest + 1]].map((edge) => significant(edge, 2))
    return `${about}: ${percent(mean.shares[fullest])} from ${from} to ${to}`
  })
  return ['Mean histograms, fullest bin of each', ...each].join('. ')
}
