/** Numbers as the whole application writes them: thin-space thousands, a true minus, words for NaN. */

const thinSpace = '\u2009'
const minus = '\u2212'

export function signed(text: string): string {
  return text.replace('-', minus)
}

export function integer(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  if (Math.abs(value) >= 1e15) return power(value, 1)
  return signed(fixed(value, 0)).replace(/\B(?=(\d{3})+(?!\d))/g, thinSpace)
}

/** 12 345 -> 12.3 k, 4 600 000 -> 4.6 M, 13 000 000 000 000 -> 1.3e13. */
export function compact(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  const size = Math.abs(value)
  // Rounded up, 999 999 would be 1000 k.
  if (size >= 9.995e8) return power(value, 1)
  if (size >= 9.995e5) return signed(`${trimmed(value / 1e6, 1)}${thinSpace}M`)
  if (size >= 1e4) return signed(`${trimmed(value / 1e3, size >= 1e5 ? 0 : 1)}${thinSpace}k`)
  return integer(value)
}

/** A metric's value for a readout: its tag decides how many decimals make sense. */
export function metricValue(tag: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '\u2013'
  if (!Number.isFinite(value)) return nonFinite(value)
  // What is called an accuracy may be anything in foreign logs.
  if (tag.startsWith('accuracy') && Math.abs(value) < 1000) return signed(fixed(value, 3))
  return significant(value, 3)
}

export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e7) return signed(value.toExponential(digits - 2)).replace('e+', 'e')
  if (size >= 10 ** digits) return integer(value)
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)))
  return signed(value.toFixed(Math.min(decimals, 6)))
}

/** A number by itself on an axis: six digits, and no more than it needs. Neighbours are told apart by `labelled`. */
export function tickLabel(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  const size = Math.abs(value)
  const rounded = Number(value.toPrecision(6))
  if (size >= 1e9 || (size !== 0 && size < 1e-3)) return power(rounded, 5)
  if (size >= 1e6) return `${signed(String(Number((rounded / 1e6).toPrecision(6))))}${thinSpace}M`
  return Number.isInteger(rounded) ? integer(rounded) : signed(String(rounded))
}

/** An epoch in a readout: whole where it is whole. */
export function epochLabel(value: number): string {
  return Number.isInteger(value) ? integer(value) : signed(fixed(value, Math.abs(value) < 10 ? 2 : 1))
}

/** With its sign, for rows of signed bars: two decimals, none from 100 on. */
export function withSign(value: number): string {
  const text = Math.abs(value) < 100 ? signed(fixed(value, 2)) : integer(value)
  return value > 0 && text !== '0.00' ? `+${text}` : text
}

export function percent(share: number, decimals = 0): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(decimals)}%` : nonFinite(share)
}

/** A share that may be tiny or nearly all: neither is rounded to nothing or to all. "0.3%", "<0.1%", ">99.9%", "12%". */
export function sharePercent(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1%'
  if (share < 1 && share > 0.999) return '>99.9%'
  const isWhole = share === 0 || share === 1 || (share >= 0.0995 && share < 0.995)
  return percent(share, isWhole ? 0 : 1)
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '\u2013'
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

export function bytes(count: number): string {
  if (count >= 1e12) return `${(count / 1e12).toFixed(1)} TB`
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} GB`
  if (count >= 1e6) return `${(count / 1e6).toFixed(count >= 1e8 ? 0 : 1)} MB`
  return `${Math.max(1, Math.round(count / 1e3))} kB`
}

/** A point in time as people say it: "12 min ago", "yesterday", "3 November", "3 November 2024". */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (now - Date.parse(iso)) / 1000
  if (Number.isNaN(seconds)) return 'at an unknown time'
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) {
    const hours = Math.floor(seconds / 3600)
    return hours === 1 ? '1 hour ago' : `${hours} hours ago`
  }
  if (seconds < 2 * 86_400) return 'yesterday'
  const date = new Date(iso)
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const)
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', ...year })
}

export function plural(count: number, noun: string): string {
  return `${integer(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Like toFixed, but what rounds to nothing has no sign. */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return Number(text) === 0 ? text.replace('-', '') : text
}

/** 1.3e13: at most so many decimals, and none that are 0. */
function power(value: number, decimals: number): string {
  return signed(value.toExponential(decimals).replace(/\.?0*e\+?/, 'e'))
}

function trimmed(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\.0$/, '')
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'infinite' : `${minus}infinite`
}

/** What a run is called among runs of one analysis: by its seed where it has one, in little room. */
export function seedLabel(seed: number | null, name: string): string {
  return seed === null ? name : `seed ${seed}`
}
