/**
 * Linear and logarithmic axes of a chart. Everything a gesture does happens in units of the axis (0 at its beginning,
 * 1 at its end), so that zooming and moving are the same on both kinds.
 */

import { areApart, smallest } from './time-axis'

export interface Range {
  min: number
  max: number
}

export interface Scale extends Range {
  log: boolean
}

/** Either end may be left to the data. */
export interface Limits {
  min?: number | null
  max?: number | null
}

/** Larger numbers are drawn beyond the frame: the span of two of them must still be a number, with air around it. */
const largest = Number.MAX_VALUE / 8

/** NaN for what a logarithmic axis cannot show. */
export function toUnit(value: number, scale: Scale): number {
  if (!scale.log) return (value - scale.min) / (scale.max - scale.min)
  if (!(value > 0)) return Number.NaN
  const low = Math.log10(scale.min)
  return (Math.log10(value) - low) / (Math.log10(scale.max) - low)
}

export function fromUnit(unit: number, scale: Scale): number {
  if (!scale.log) return scale.min + unit * (scale.max - scale.min)
  const low = Math.log10(scale.min)
  return 10 ** (low + unit * (Math.log10(scale.max) - low))
}

/** Makes the range `factor` times as wide around a point that stays where it is. */
export function zoomedAt(scale: Scale, unit: number, factor: number): Range {
  return usable(scale, fromUnit(unit - unit * factor, scale), fromUnit(unit + (1 - unit) * factor, scale))
}

export function movedBy(scale: Scale, units: number): Range {
  return usable(scale, fromUnit(units, scale), fromUnit(1 + units, scale))
}

export function boxed(scale: Scale, a: number, b: number): Range {
  return usable(scale, fromUnit(Math.min(a, b), scale), fromUnit(Math.max(a, b), scale))
}

function usable(scale: Scale, min: number, max: number): Range {
  return areApart(min, max) && (!scale.log || min > 0) ? { min, max } : { min: scale.min, max: scale.max }
}

/**
 * A scale over what the data span: with some air, never empty, positive when logarithmic. Numbers that differ by less
 * than a billionth of their size are one, so that the last bits of a constant do not fill the plot.
 */
export function scaleOver(data: Range | null, log: boolean, limits: Limits, air: number): Scale {
  const { min, max } = log ? decadesOver(data, air) : spanOver(data, air)
  return limited({ min, max, log }, limits)
}

function spanOver(data: Range | null, air: number): Range {
  if (!data || !(data.min <= data.max)) return { min: 0, max: 1 }
  const [min, max] = [Math.max(data.min, -largest), Math.min(data.max, largest)]
  if (areApart(min, max)) {
    const pad = (max - min) * air
    return { min: min - pad, max: max + pad }
  }
  // A constant gets room on both sides, else its line would lie on the frame.
  const size = Math.max(Math.abs(min), Math.abs(max))
  const room = size > smallest ? size * 0.1 : 1
  return { min: min - room, max: max + room }
}

function decadesOver(data: Range | null, air: number): Range {
  if (!data || !(data.max > 0)) return { min: 1, max: 10 }
  const max = Math.min(Math.max(data.max, smallest), largest)
  const min = Math.max(Math.min(data.min > 0 ? data.min : max / 1e3, max), smallest)
  if (!areApart(min, max)) return { min: min / 2, max: max * 2 }
  const room = 10 ** ((Math.log10(max) - Math.log10(min)) * air)
  return { min: Math.max(min / room, smallest), max: Math.min(max * room, largest) }
}

/** Limits that the user set win over the data; those that leave nothing to show are ignored. */
export function limited(scale: Scale, limits: Limits): Scale {
  const { log } = scale
  const given = (value: number | null | undefined): value is number =>
    value !== null && value !== undefined && Math.abs(value) <= largest && (!log || value > smallest)
  let { min, max } = scale
  if (given(limits.min)) min = limits.min
  if (given(limits.max)) max = limits.max
  if (areApart(min, max)) return { min, max, log }
  // One end is given and lies beyond the data: keep it, and open the other.
  if (given(limits.min) && !given(limits.max)) return { min, max: log ? min * 10 : min + (Math.abs(min) || 1), log }
  if (given(limits.max) && !given(limits.min)) return { min: log ? max / 10 : max - (Math.abs(max) || 1), max, log }
  return scale
}

/**
 * What the y axis shows when outliers are left out: the 5th to 95th percentile, wider by half of itself on each side.
 * A curve that falls steeply at first keeps its beginning, while a single spike no longer flattens the rest.
 */
export function withoutOutliers(data: Range, inner: readonly [number, number]): Range {
  const room = (inner[1] - inner[0]) / 2
  if (!(room > 0)) return data
  return { min: Math.max(data.min, inner[0] - room), max: Math.min(data.max, inner[1] + room) }
}
