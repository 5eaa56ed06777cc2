/** Which recorded series a fit uses. */
import type { Engine } from '../engine/engine'
import { nearNames, suggestion } from '../hooks/config-error'
import { UsageError } from './options'

const average = /^weights\/[^/]+$/
/** Far more than any run has points at which metrics are recorded. */
const everyPoint = 100_000

/** The given tags, or the averages over hook points that change. @throws UsageError for tags that no run has. */
export async function featuresFor(engine: Engine, runIds: string[], given: string[] | undefined): Promise<string[]> {
  const { scalars } = await engine.call('runs.tags', { runIds })
  if (given) {
    if (given.length === 0) throw new UsageError('--features is empty; give tags such as weights/l2,loss/train.')
    for (const tag of given) {
      if (scalars.includes(tag)) continue
      // The tags of every hook point would fill the screen.
      const known = nearNames(tag, scalars).length > 0 ? scalars : scalars.filter((one) => one.split('/').length === 2)
      throw new UsageError(`No run recorded "${tag}".${suggestion(tag, known)}`)
    }
    return given
  }
  const averages = scalars.filter((tag) => average.test(tag))
  if (averages.length === 0) {
    throw new UsageError(
      'These runs recorded no weight metrics, so --features must say what to use, such as loss/train.'
    )
  }
  const series = await engine.call('runs.series', { runIds, tags: averages, maxPoints: everyPoint })
  return averages.filter((tag) => series.some((one) => one.tag === tag && varies(one.values)))
}

function varies(values: Float64Array): boolean {
  const finite = values.filter((value) => Number.isFinite(value))
  return finite.some((value) => value !== finite[0])
}
