/** What the user says about what the project's series are for. */
import type { Role, RoleChoices } from '../../domain/roles'
import { rolesFile } from '../../project/roles-file'
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
  return session.alone(rolesFile.name, async (tell) => {
    const { said } = await rolesFile.read(session.folder)
    const { [role]: _before, ...others } = said
    const chosen = choice === null ? others : { ...others, [role]: choice.tag }
    await rolesFile.write(session.folder, chosen)
    tell(rolesFile.name)
    return chosen
  })
}
