/** Numbers and lists in sentences. */

export function value(x: number): string {
  if (x === 0) return '0'
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x > 0 ? 'infinite' : 'minus infinite'
  const size = Math.abs(x)
  return size < 1e-3 || size >= 1e5
    ? x.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
    : String(Number(x.toPrecision(3)))
}

export function percent(share: number): string {
  const shown = share * 100
  if (shown !== 0 && Math.abs(shown) < 0.1) return 'less than 0.1%'
  // Nearly all is not all.
  if (share < 1 && shown >= 99.95) return 'more than 99.9%'
  return `${Number(shown.toFixed(Math.abs(shown) >= 10 && shown <= 99 ? 0 : 1))}%`
}

/** "a", "a and b", "a, b and 3 others". */
export function listed(names: readonly string[], most = 3): string {
  if (names.length <= 1) return names[0] ?? ''
  const shown = names.length <= most ? names.slice(0, -1) : names.slice(0, most - 1)
  const rest = names.length - shown.length
  return `${shown.join(', ')} and ${rest === 1 ? names[names.length - 1] : `${rest} others`}`
}

/** One significant digit, 1 or 3: what people try. */
export function roundRate(rate: number): number {
  const power = 10 ** Math.floor(Math.log10(rate))
  const lead = rate / power
  const rounded = lead < 2 ? 1 : lead < 6 ? 3 : 10
  return Number((rounded * power).toPrecision(1))
}
