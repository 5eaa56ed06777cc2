/** Which recorded series a fit uses. */
import type { RoleChoices } from '../domain/roles'
import type { Engine } from '../engine/engine'
import { nearNames, suggestion } from '../text/near-names'
import { UsageError } from './options'

/**
 * The given tags, or what `defaultFeatures` chooses.
 * @throws UsageError for tags that no run has
 */
export async function featuresFor(
  engine: Engine,
  runIds: string[],
  given: string[] | undefined,
  roles?: RoleChoices
): Promise<string[]> {
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
  const { chosen, left } = await engine.call('analysis.features', { runIds, ...(roles ? { roles } : {}) })
  if (chosen.length > 0) return chosen
  const why = left.slice(0, 3).map(({ tag, reason }) => `${tag} (${reason})`)
  throw new UsageError(
    left.length === 0
      ? 'These runs recorded no series that a fit could use.'
      : `These runs recorded nothing that tells phases, so --features must say what to use. Left out: ${why.join(', ')}.`
  )
}
