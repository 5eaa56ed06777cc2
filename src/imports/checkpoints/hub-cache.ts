/**
 * Caches of the Hugging Face hub. `models--org--name` has the files of each commit in `snapshots/<commit>`, most of them links into
 * `blobs`, and in `refs/<branch>` the commit that a branch or tag stands for. Suites of checkpoints have a branch for every step.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePath } from './path-numbers'
import type { CheckpointUnit, FoundFile } from './units'

const snapshot = /^((?:.*\/)?models--[^/]+)\/snapshots\/([^/]+)\/(.+)$/
const reference = /^((?:.*\/)?models--[^/]+)\/refs\/(.+)$/
const blob = /^(?:.*\/)?models--[^/]+\/blobs\/[^/]+$/
/** A reference is a commit in hexadecimal digits. */
const longestReference = 200

/** Files of the cache itself: what is in them is found at its place in a snapshot. */
export function isOfHubCache({ path }: FoundFile): boolean {
  return reference.test(path) || blob.test(path)
}

/**
 * Checkpoints under the names of their branches: `models--org--name/step1000/model.safetensors`. A commit that several stand for has
 * the one with a step, and one that none stands for keeps its own.
 * @param root folder that the files' paths are below
 */
export function namedByReferences(
  root: string,
  units: readonly CheckpointUnit[],
  files: readonly FoundFile[]
): CheckpointUnit[] {
  const names = referencesIn(root, files)
  return units.map((unit) => {
    const [, model, commit, rest] = snapshot.exec(unit.name) ?? []
    return model === undefined
      ? unit
      : { ...unit, name: `${model}/${names.get(`${model}/${commit}`) ?? commit}/${rest}` }
  })
}

/** Model and commit to the name of a branch or tag. */
function referencesIn(root: string, files: readonly FoundFile[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const { path, bytes } of files) {
    const [, model, name] = reference.exec(path) ?? []
    // The number of a pull request counts nothing.
    if (model === undefined || name.startsWith('pr/') || bytes > longestReference) continue
    const commit = `${model}/${readReference(join(root, path))}`
    const known = names.get(commit)
    if (known === undefined || (!hasStep(known) && hasStep(name))) names.set(commit, name)
  }
  return names
}

function hasStep(name: string): boolean {
  return parsePath(`${name}/model`).numbers.length > 0
}

/** Empty where it cannot be read: nothing is called so. */
function readReference(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
