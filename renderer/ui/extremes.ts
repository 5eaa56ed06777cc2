/** Extremes of lists that may have any number of values: Math.min(...values) takes some hundred thousand, then throws. */

/** Smallest value; Infinity for an empty list, NaN with one among them. */
export function smallest(values: ArrayLike<number>): number {
  let found = Infinity
  for (let i = 0; i < values.length; i++) found = Math.min(found, values[i])
  return found
}

/** Largest value; -Infinity for an empty list, NaN with one among them. */
export function largest(values: ArrayLike<number>): number {
  let found = -Infinity
  for (let i = 0; i < values.length; i++) found = Math.max(found, values[i])
  return found
}
