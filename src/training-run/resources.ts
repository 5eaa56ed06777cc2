/** Where the data of a run come from, in a thread of Node. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PhasescopeError } from '../domain/errors'
import { loadDataset } from '../project/datasets'
import { loadWeights } from '../project/saved-weights'
import type { Resources } from '../training/datasets'

/** @param places folders of the application's resources and of the project */
export function resourcesOf({ resources, project }: { resources: string; project: string }): Resources {
  return {
    read: (name) => readResource(join(resources, name)),
    async dataset({ id, name, train, validation }) {
      const stored = await loadDataset(project, id)
      // Another data set under the same name would silently train something else.
      if (stored.facts.train === train && stored.facts.validation === validation) return stored
      throw new PhasescopeError('damaged', `The data set ${name} has changed since this run was made. Start a new run.`)
    },
    weights: (sha256) => loadWeights(project, sha256)
  }
}

function readResource(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch {
    throw new PhasescopeError('not-found', `The data file ${path} is missing. Install Phasescope again.`)
  }
}
