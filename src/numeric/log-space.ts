/** ln(2 pi), the constant of the Gaussian density. */
export const LOG_TWO_PI = Math.log(2 * Math.PI)

/** ln of the sum of exp over values[from, to), shifted by the maximum; -Infinity when all are -Infinity. */
export function logSumExp(values: Float64Array, from = 0, to = values.length): number {
  let max = -Infinity
  for (let i = from; i < to; i++) if (values[i] > max) max = values[i]
  // All -Infinity: the shift would be NaN. +Infinity: the sum is +Infinity whatever else is there.
  if (max === -Infinity || max === Infinity) return max
  let sum = 0
  for (let i = from; i < to; i++) sum += Math.exp(values[i] - max)
  return max + Math.log(sum)
}
