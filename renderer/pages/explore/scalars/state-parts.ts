/** Which parts of a curve lie in which state. */
import type { ColoredPart } from '../../../charts/scalar/model'
import type { StateSegment } from '../../../charts/time-axis'

/**
 * @param visits of a run in the order of their steps; what a curve has before the first is of the first, what it has after the last of the last
 * @param steps of the points of the curve, [n]; they fall where another attempt begins
 */
export function partsOf(
  visits: readonly StateSegment[],
  steps: ArrayLike<number>,
  colorOf: (color: number) => string
): ColoredPart[] {
  const parts: ColoredPart[] = []
  let visit = 0
  for (let i = 0; i < steps.length && visits.length > 0; i++) {
    if (i > 0 && steps[i] < steps[i - 1]) visit = 0
    while (visit < visits.length - 1 && steps[i] >= visits[visit].end) visit += 1
    const color = colorOf(visits[visit].color)
    if (parts.at(-1)?.color !== color) parts.push({ from: i, color })
  }
  return parts
}
