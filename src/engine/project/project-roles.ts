/** What the user says about what the project's series are for. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Role, RoleChoices } from '../../domain/roles'
import { writeFileAtomic } from '../../project/files'
import { readRoles, rolesName, rolesText } from '../../project/roles-file'
import type { ProjectSession } from './project-session'

/**
 * One role at a time, as the file is now: another program may have said something about another one meanwhile.
 * @param choice null: told by names again
 */
export function changeRole(
  session: ProjectSession,
  role: Role,
  choice: { tag: string | null } | null
): Promise<RoleChoices> {
  const path = join(session.folder, rolesName)
  return session.alone(rolesName, async (tell) => {
    const there = await readRoles(session.folder)
    // What cannot be read may be of a newer program, or can be put right by hand: it is not written over.
    if (there.problem !== null) {
      const time = new Date().toISOString().replace(/[:.]/g, '-')
      await rename(path, join(session.folder, `roles-${time}.json`))
    }
    const { [role]: _before, ...others } = there.chosen
    const chosen = choice === null ? others : { ...others, [role]: choice.tag }
    await writeFileAtomic(path, rolesText(chosen))
    tell(rolesName)
    return chosen
  })
}
