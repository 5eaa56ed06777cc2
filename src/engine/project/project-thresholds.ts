/** What the user says about the thresholds of readings. */
import { PhasescopeError } from '../../domain/errors'
import { ruleTitles, type RuleId, type ThresholdChanges } from '../../domain/reading'
import { ruleOf } from '../../diagnosis/rules'
import { thresholdsFile } from '../../project/thresholds-file'
import type { ProjectSession } from './project-session'

/**
 * One threshold at a time, as the file is now: another program may have changed another one meanwhile.
 * @param value null: the usual one
 */
export function changeThreshold(
  session: ProjectSession,
  rule: RuleId,
  name: string,
  value: number | null
): Promise<ThresholdChanges> {
  const { thresholds } = ruleOf(rule)
  if (!Object.hasOwn(thresholds, name)) {
    throw new PhasescopeError('bad-request', `"${ruleTitles[rule]}" has no threshold "${name}".`)
  }
  const { about, min, max } = thresholds[name]
  if (value !== null && !(value >= min && value <= max)) {
    throw new PhasescopeError('bad-request', `${about} is ${value}; it must be from ${min} to ${max}.`)
  }
  return session.alone(thresholdsFile.name, async (tell) => {
    const { said } = await thresholdsFile.read(session.folder)
    const { [rule]: before, ...rest } = said
    const { [name]: _before, ...others } = before ?? {}
    const ofRule = value === null ? others : { ...others, [name]: value }
    const changes = Object.keys(ofRule).length > 0 ? { ...rest, [rule]: ofRule } : rest
    await thresholdsFile.write(session.folder, changes)
    tell(thresholdsFile.name)
    return changes
  })
}
