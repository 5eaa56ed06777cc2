/** Which recorded series a fit uses. */
import type { Engine } from '../engine/engine'
import { nearNames, suggestion } from '../hooks/config-error'
import { UsageError } from './options'

const average = /^weights\/[^/]+$/

/** Results of training and clocks tell phases by what is to be explained; they are no default features. */
const outcome = /^(loss|accuracy|time)\/|^(lr|epoch|step)$/
/** Enough to see whether a series changes: its extremes are among them. */
const fewPoints = 16

/**
 * The given tags. Otherwise the averages over hook points that change; and where runs recorded none, as imported ones
 * may, whatever changes and is no loss, accuracy, learning rate or clock.
 * @throws UsageError for tags that no run has
 */
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
  const tags = averages.length > 0 ? averages : scalars.filter((tag) => !outcome.test(tag))
  const series = await engine.call('runs.series', { runIds, tags, maxPoints: fewPoints })
  const usable = tags.filter((tag) => series.some((one) => one.tag === tag && varies(one.values)))
  if (usable.length === 0) {
    throw new UsageError(
      'These runs recorded nothing that changes beside losses and accuracies, so --features must say what to use, such as loss/train.'
    )
  }
  // A run without a feature would be left out of the fit.
  const common = usable.filter((tag) => runIds.every((id) => series.some((one) => one.tag === tag && one.runId === id)))
  return common.length > 0 ? common : usable
}

function varies(values: Float64Array): boolean {
  const finite = values.filter((value) => Number.isFinite(value))
  return finite.some((value) => value !== finite[0])
}
