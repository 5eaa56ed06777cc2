/** What people have said about what series are for, once for a project: `roles.json`. */
import { roleChoices, type RoleChoices } from '../domain/roles'
import { saidFile } from './said-file'

export const rolesFile = saidFile<RoleChoices>(
  'roles.json',
  'roles',
  roleChoices,
  {},
  { so: 'names alone tell what series are for', remedy: 'Choose roles again, or restore the file.' }
)

export async function readRoles(project: string): Promise<{ chosen: RoleChoices; problem: string | null }> {
  const { said, problem } = await rolesFile.read(project)
  return { chosen: said, problem }
}
