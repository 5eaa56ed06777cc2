/** What a comparison of learning rates needs to know of a run. */
import { PhasescopeError } from '../../domain/errors'
import type { RunManifest } from '../../project/manifests'
import type { RunSpec } from '../../domain/run'

/** @throws PhasescopeError for a run that was not trained here, or has no learning rate */
export function sweptSpec({ name, spec }: Pick<RunManifest, 'name' | 'spec'>): RunSpec {
  if (!spec) {
    throw new PhasescopeError(
      'bad-request',
      `${name} was imported, so its learning rate is not known. Compare runs that were trained here.`
    )
  }
  return spec
}
