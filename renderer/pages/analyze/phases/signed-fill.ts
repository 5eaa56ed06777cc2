/** The colour behind a z-score: the sign has a hue, and more of it the further the value is from zero. */

const limit = 2
/** Of 100: with more of it, a number in ink would have less than 4.5:1 on it in the dark theme. */
export const strongestShare = 58

export function signedFill(value: number): string {
  const share = Math.min(1, Math.abs(value) / limit) * strongestShare
  return `color-mix(in srgb, var(${value < 0 ? '--neg' : '--pos'}) ${share.toFixed(0)}%, var(--surface-1))`
}
