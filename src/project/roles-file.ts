/**
 * What people have said about what series are for, once for a project: `roles.json`. It is small and says nothing that cannot
 * be said again, so one that cannot be used is as good as none, and a sentence tells why.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RoleChoices } from '../domain/roles'
import { roleChoices } from '../domain/roles'
import { z } from '../domain/words'
import { readText } from './files'

export const rolesName = 'roles.json'
const rolesVersion = 1
/** Seven tags of the longest kind. */
const mostBytes = 1_000_000

const rolesFile = z.object({ schemaVersion: z.literal(rolesVersion), roles: roleChoices })

export interface SaidRoles {
  chosen: RoleChoices
  /** Why the file was not read, in a sentence. */
  problem: string | null
}

/** Never throws. */
export async function readRoles(project: string): Promise<SaidRoles> {
  const path = join(project, rolesName)
  const unread = (why: string): SaidRoles => ({
    chosen: {},
    problem: `${rolesName} was not read, so names alone tell what series are for: ${why}. Choose roles again, or restore the file.`
  })
  try {
    const found = await lstat(path)
    if (!found.isFile()) return unread('it is no file')
    if (found.size > mostBytes) return unread(`it is larger than ${mostBytes / 1e6} MB`)
    const value: unknown = JSON.parse(await readText(path, mostBytes))
    const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
    if (typeof version === 'number' && version > rolesVersion) return unread('a newer Phasescope has written it')
    const parsed = rolesFile.safeParse(value)
    if (parsed.success) return { chosen: parsed.data.roles, problem: null }
    const [issue] = parsed.error.issues
    return unread(`at ${issue.path.length > 0 ? `"${issue.path.join('.')}"` : 'its top level'}, ${issue.message}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { chosen: {}, problem: null }
    return unread(error instanceof SyntaxError ? 'it is no valid JSON' : (error as Error).message.replace(/\.$/, ''))
  }
}

export function rolesText(chosen: RoleChoices): string {
  return JSON.stringify({ schemaVersion: rolesVersion, roles: chosen }, null, 2) + '\n'
}
