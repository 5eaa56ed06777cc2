/** The few distributions that tests of significance need. */

/** Lanczos coefficients for g = 7, n = 9 (Godfrey 2001); about 15 digits. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
]

/** Natural log of the gamma function for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x - 1
  const t = shifted + 7.5
  let sum = LANCZOS[0]
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (shifted + i)
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** Regularised incomplete beta function I_x(a, b), by its continued fraction (Press et al. 2007, section 6.4). */
export function incompleteBeta(x: number, a: number, b: number): number {
  return betaOf(x, 1 - x, a, b)
}

/** The same with y = 1 - x, which may be too small to be told from x. */
function betaOf(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  // The fraction converges quickly on one side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaOf(y, x, b, a)
  const log = (value: number, rest: number): number => (value > 0.5 ? Math.log1p(-rest) : Math.log(value))
  const front = Math.exp(a * log(x, y) + b * log(y, x) - logBeta(a, b)) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  // It takes a few times the root of the larger of a and b.
  for (let m = 1; m < 1e6; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    const change = d * c
    fraction *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return front * fraction

  function guard(value: number): number {
    return Math.abs(value) < tiny ? tiny : value
  }
}

/**
 * ln B(a, b) = ln gamma(a) + ln gamma(b) - ln gamma(a + b). Of large numbers, whose logarithms would cancel, by the
 * difference of Stirling's series (Abramowitz & Stegun 6.1.41).
 */
function logBeta(a: number, b: number): number {
  const [small, large] = [Math.min(a, b), Math.max(a, b)]
  if (large < 100) return logGamma(a) + logGamma(b) - logGamma(a + b)
  const sum = small + large
  const series = (z: number): number => (1 / 12 - (1 / 360 - 1 / (1260 * z * z)) / (z * z)) / z
  const growth = (large - 0.5) * Math.log1p(small / large) + small * (Math.log(sum) - 1) + series(sum) - series(large)
  return logGamma(small) - growth
}

/**
 * Two-sided p-value of a t statistic: P(|T| >= |t|) for Student's t with `df` degrees of freedom.
 * NaN for NaN or df <= 0. Ten digits up to a million degrees of freedom, seven for 1e9.
 */
export function studentTwoSided(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN
  // Of the larger of both, so that the square of neither is beyond double precision.
  const ratio = Math.abs(t) / Math.sqrt(df)
  if (ratio === Infinity) return 0
  return betaOf(1 / (1 + ratio * ratio), 1 / (1 + 1 / (ratio * ratio)), df / 2, 0.5)
}

/** The t with P(|T| <= t) = share, by bisection; for confidence intervals. */
export function studentQuantileTwoSided(share: number, df: number): number {
  if (!(df > 0)) return Number.NaN
  let low = 0
  let high = 1
  while (1 - studentTwoSided(high, df) < share && high < 1e300) high *= 2
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2
    if (1 - studentTwoSided(middle, df) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}
