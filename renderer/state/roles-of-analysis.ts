/** Which series of an analysis are its losses and accuracies. */
import type { Analysis } from '../../src/domain/analysis'
import type { Role, Roles } from '../../src/domain/roles'

/** @param told by the names of what the runs recorded, for analyses from before there were roles */
export function rolesOf(analysis: Pick<Analysis, 'roles'> | null | undefined, told: Roles): Roles {
  return analysis?.roles ?? told
}

/** The tags of these roles, in their order. */
export function tagsOf(roles: Roles, wanted: readonly Role[]): string[] {
  return wanted.flatMap((role) => roles[role] ?? [])
}

/** A series that gets better as it falls. */
export function isLoss(tag: string, roles: Roles): boolean {
  return tag === roles.trainLoss || tag === roles.valLoss || tag.toLowerCase().includes('loss')
}
