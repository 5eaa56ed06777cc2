/** Whether two series of one name, in two logs of one training, are the same. */
import type { ImportSource } from '../../domain/import-source'

export type Series = ImportSource['series'][number]

/** As much as a number loses on its way through single precision and a text of a few digits. */
const closeEnough = 1e-4

/**
 * `same`: it begins with the same point, and has no more points. `other`: it has another value at the step where both begin.
 * `unclear`: it begins elsewhere, or goes on for longer.
 */
export function relationOf(series: Series, held: Series): 'same' | 'other' | 'unclear' {
  // Epochs are counted from 0 and from 1, and belong to the steps.
  if (series.tag === 'epoch') return 'same'
  const [own, known] = [series.first, held.first]
  if (!own || !known || own.step !== known.step) return 'unclear'
  if (!isClose(own.value, known.value)) return 'other'
  return series.points <= held.points ? 'same' : 'unclear'
}

function isClose(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b
  return Math.abs(a - b) <= closeEnough * Math.max(Math.abs(a), Math.abs(b))
}
