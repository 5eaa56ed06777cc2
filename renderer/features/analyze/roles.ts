/** Which series of an analysis are its losses and accuracies. */
import type { Analysis, Role, Roles } from '../../../src/analysis/types'

/** The tags of our own runs: analyses from before there were roles know no others. */
const own: Roles = {
  ...{ trainLoss: 'loss/train', valLoss: 'loss/val', trainAccuracy: 'accuracy/train', valAccuracy: 'accuracy/val' },
  epoch: 'epoch'
}

export function rolesOf(analysis: Pick<Analysis, 'roles'> | null | undefined): Roles {
  return analysis?.roles ?? own
}

/** The tags of these roles, in their order. */
export function tagsOf(roles: Roles, wanted: readonly Role[]): string[] {
  return wanted.flatMap((role) => roles[role] ?? [])
}

/** A series that gets better as it falls. */
export function isLoss(tag: string, roles: Roles): boolean {
  return tag === roles.trainLoss || tag === roles.valLoss || tag.toLowerCase().includes('loss')
}
