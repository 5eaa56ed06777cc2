/** Steps of records that are looked at one by one: which there are, and which a slider means. */

/** Every step at which any of the series has a point, ascending. */
export function unionOfSteps(series: readonly { steps: ArrayLike<number> }[]): number[] {
  const found = new Set<number>()
  for (const { steps } of series) for (let i = 0; i < steps.length; i++) found.add(steps[i])
  return [...found].sort((a, b) => a - b)
}

/** Index of the last of ascending steps that is not beyond `step`; -1 when all are. */
export function lastUpTo(steps: ArrayLike<number>, step: number): number {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (steps[middle] <= step) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Where a slider over `steps` stands for a wanted step: at it or the last before it; null: at the end. */
export function positionOf(steps: ArrayLike<number>, wanted: number | null): number {
  return wanted === null ? steps.length - 1 : Math.max(0, lastUpTo(steps, wanted))
}
