/** Files and folders that somebody has chosen, as pages name them: by a grant and a label. */
import { basename } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import type { PathGrants } from '../grants'
import type { Services } from './services'

export interface Chosen {
  grant: string
  label: string
}

/** What was chosen, for people. */
export function labelOf(paths: string[]): string {
  const [first, ...others] = paths.map((path) => basename(path))
  return others.length === 0 ? first : `${first} and ${others.length} more`
}

export function chosenFiles(grants: PathGrants, paths: string[]): Chosen {
  return { grant: grants.issue(...paths), label: labelOf(paths) }
}

/** By a native dialog, where the host has one. @returns null when nothing was chosen */
export async function pickFiles(
  { options, grants }: Pick<Services, 'options' | 'grants'>,
  kind: 'folder' | 'files'
): Promise<Chosen | null> {
  if (!options.pickImport) throw new PhasescopeError('unsupported', 'This host has no dialog. Type the path.')
  const paths = await options.pickImport(kind)
  return paths === null || paths.length === 0 ? null : chosenFiles(grants, paths)
}
