/** Ticks and their labels: round numbers, decades, durations, and times of day. */
import { compact, signed } from '../ui/format'
import { areApart, roundTicks } from './time-axis'
import { toUnit } from './scales'
import type { Scale } from './scales'

export interface Tick {
  value: number
  /** Empty: a line without a label. */
  label: string
}

/** number: as it is; seconds: a duration; clock: seconds since 1970. */
export type AxisKind = 'number' | 'seconds' | 'clock'

/** Beyond this there are no dates, in seconds from 1970. */
const lastDate = 8.64e12

/** At most about `most` labelled ticks within the scale. */
export function ticksOf(scale: Scale, most: number, kind: AxisKind = 'number'): Tick[] {
  if (!(scale.max > scale.min)) return []
  if (scale.log) return logTicks(scale, most)
  const dated = Math.max(Math.abs(scale.min), Math.abs(scale.max)) < lastDate
  if (kind === 'number' || !areApart(scale.min, scale.max) || (kind === 'clock' && !dated))
    return labelled(roundTicks(scale, most))
  const step = secondSteps.find((seconds) => (scale.max - scale.min) / seconds <= most)
  if (!step) {
    const days = roundTicks({ min: scale.min / day, max: scale.max / day }, most)
    return days.map((value) => ({ value: value * day, label: timeLabel(value * day, 365 * day, kind) }))
  }
  if (step < 1) return labelled(roundTicks(scale, most)).map(({ value, label }) => ({ value, label: `${label} s` }))
  const values = kind === 'clock' ? clockValues(scale, step) : multiples(scale.min, scale.max, step)
  return values.map((value) => ({ value, label: timeLabel(value, step, kind) }))
}

function multiples(min: number, max: number, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9)
  const count = Math.max(0, Math.floor(max / step) - first + 1)
  return Array.from({ length: count }, (_, i) => (first + i) * step)
}

/** Hours and days begin with the local clock, not with Greenwich; and the clock is not always set the same. */
function clockValues({ min, max }: Scale, step: number): number[] {
  const shown = multiples(clockOf(min), clockOf(max), step).map(timeOfClock)
  // The hour that is left out in spring falls on the one after it.
  return shown.filter((value, i) => value >= min && value <= max && value !== shown[i - 1])
}

/** What the local clock shows, as if it were the time in Greenwich. */
function clockOf(seconds: number): number {
  return seconds - new Date(seconds * 1000).getTimezoneOffset() * 60
}

function timeOfClock(seconds: number): number {
  const at = new Date(seconds * 1000)
  const date = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()] as const
  return new Date(...date, at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()).getTime() / 1000
}

const minute = 60
const hour = 3600
const day = 86_400
const secondSteps = [
  ...[0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * day)
]

function timeLabel(seconds: number, step: number, kind: AxisKind): string {
  if (kind === 'seconds') {
    if (step >= day) return `${Math.round(seconds / day)} d`
    if (step >= hour) return `${Math.round(seconds / hour)} h`
    if (step >= minute) {
      const [whole, rest] = [Math.floor(seconds / hour), Math.round((seconds % hour) / minute)]
      return whole > 0 ? `${whole}:${two(rest)} h` : `${rest} min`
    }
    if (seconds < minute) return `${Math.round(seconds)} s`
    return `${Math.floor(seconds / minute)}:${two(Math.round(seconds % minute))} min`
  }
  const at = new Date(seconds * 1000)
  if (step >= day || (at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0))
    return at.toLocaleDateString('en-GB', {
      ...(step < 365 * day ? { day: 'numeric' } : { year: 'numeric' }),
      month: 'short'
    })
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`
  return step < minute ? `${clock}:${two(at.getSeconds())}` : clock
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function logTicks(scale: Scale, most: number): Tick[] {
  const first = Math.ceil(Math.log10(scale.min) - 1e-9)
  const last = Math.floor(Math.log10(scale.max) + 1e-9)
  const decades = last - first + 1
  // Within a decade or so powers of ten alone would leave the axis without numbers.
  if (decades < 2) {
    const steps = Math.log10(scale.max / scale.min) < 0.6 ? null : [1, 2, 5]
    if (!steps) return labelled(roundTicks(scale, most).filter((value) => value > 0))
    const values = [first - 1, first, last + 1]
      .flatMap((power) => steps.map((n) => Number(`${n}e${power}`)))
      .filter((value, i, all) => value >= scale.min * (1 - 1e-9) && value <= scale.max && all.indexOf(value) === i)
    return values.map((value) => ({ value, label: powerLabel(value) }))
  }
  const every = Math.max(1, Math.ceil(decades / most))
  return Array.from({ length: decades }, (_, i) => first + i)
    .filter((power) => power % every === 0)
    .map((power) => ({ value: 10 ** power, label: powerLabel(10 ** power) }))
}

function powerLabel(value: number): string {
  if (value >= 1e-3 && value < 1e6) return compact(value) === '0' ? signed(String(value)) : plain(value)
  return signed(value.toExponential(0)).replace('e+', 'e')
}

function plain(value: number): string {
  return value >= 1 ? compact(value) : signed(String(Number(value.toPrecision(3))))
}

/** As many decimals as tell neighbours apart, one unit for all of them. */
export function labelled(values: number[]): Tick[] {
  const size = Math.max(...values.map(Math.abs))
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) : size || 1
  // Adding up steps ends near zero rather than at it.
  const isZero = (value: number): boolean => Math.abs(value) < step * 1e-6
  if (size > 0 && (size < 1e-3 || size >= 1e9)) {
    const digits = Math.min(6, Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9)))
    return values.map((value) => ({
      value,
      label: isZero(value) ? '0' : signed(trimExponential(value.toExponential(digits))).replace('e+', 'e')
    }))
  }
  const [unit, name] = size >= 1e6 ? [1e6, '\u2009M'] : size >= 1e4 ? [1e3, '\u2009k'] : [1, '']
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9))
  return values.map((value) => ({
    value,
    label: isZero(value)
      ? '0'
      : signed((value / unit).toFixed(Math.min(decimals, 9))).replace(thousands, '\u2009') + name
  }))
}

/**
 * The same with no label longer than `most` characters. Where only far decimals differ, the first says where the axis is
 * and the others how far from there they are: a label that is cut off reads as another number.
 */
export function shortened(ticks: Tick[], most: number): Tick[] {
  if (ticks.every(({ label }) => label.length <= most)) return ticks
  const [base] = ticks
  const apart = labelled(ticks.map(({ value }) => value - base.value))
  return ticks.map(({ value }, i) => ({ value, label: i === 0 ? labelled([value])[0].label : `+${apart[i].label}` }))
}

const thousands = /(?<!\.\d*)\B(?=(\d{3})+(?!\d))/g

function trimExponential(text: string): string {
  return text.replace(/\.?0+e/, 'e')
}

/** Where a tick lies on its axis, 0 to 1. */
export function tickUnit(tick: Tick, scale: Scale): number {
  return toUnit(tick.value, scale)
}
