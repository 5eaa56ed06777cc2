/** What recorded series are for: which one is the loss, the accuracy, the epoch. */
import { tagName } from './ids'
import { tagOf } from './tags'
import { z } from './words'

/** The outcomes first. */
export const roleNames = ['valAccuracy', 'valLoss', 'trainAccuracy', 'trainLoss', 'epoch', 'step', 'seed'] as const
export const roleName = z.enum(roleNames)
export type Role = z.infer<typeof roleName>

export const roleWords: Record<Role, string> = {
  valAccuracy: 'validation accuracy',
  valLoss: 'validation loss',
  trainAccuracy: 'training accuracy',
  trainLoss: 'training loss',
  epoch: 'epoch',
  step: 'step',
  seed: 'seed'
}

/** Where `last` of a run has the newest value of the series with a role, whatever the run calls it. */
export const lastKeys = {
  valAccuracy: tagOf.accuracy('val'),
  valLoss: tagOf.loss('val'),
  trainAccuracy: tagOf.accuracy('train'),
  trainLoss: tagOf.loss('train')
} as const satisfies Partial<Record<Role, string>>

const roleTag = tagName.min(1)

/** The tag of each role; a role that nothing has is absent. */
export const roles = z.partialRecord(roleName, roleTag)
export type Roles = z.infer<typeof roles>

/** What people have said: a tag, or null for a role that nothing shall have. What is absent is told by names. */
export const roleChoices = z.partialRecord(roleName, roleTag.nullable())
export type RoleChoices = z.infer<typeof roleChoices>
