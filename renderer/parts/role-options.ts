/** How a role is chosen in a list: by the names of the series, none, or a series. */
import type { Role, RoleChoices, Roles } from '../../src/domain/roles'

/** Signs that no tag can be confused with: a tag has `tag ` before it. */
const [byName, none] = ['by name', 'none']

export function valueOf(role: Role, said: RoleChoices): string {
  const tag = said[role]
  return tag === undefined ? byName : tag === null ? none : `tag ${tag}`
}

/** @returns what is said with a value of the list; null: told by names */
export function choiceOf(value: string): { tag: string | null } | null {
  return value === byName ? null : { tag: value === none ? null : value.slice('tag '.length) }
}

/** @param tags of the runs, which may lack the one that was chosen */
export function optionsOf(
  role: Role,
  said: RoleChoices,
  roles: Roles,
  tags: readonly string[]
): { value: string; label: string }[] {
  const tag = said[role]
  const told = tag === undefined ? (roles[role] ?? 'nothing found') : null
  const gone = tag && !tags.includes(tag) ? [{ value: `tag ${tag}`, label: `${tag} (not in these runs)` }] : []
  return [
    { value: byName, label: told === null ? 'by its name' : `by its name: ${told}` },
    { value: none, label: 'none' },
    ...gone,
    ...tags.map((one) => ({ value: `tag ${one}`, label: one }))
  ]
}
