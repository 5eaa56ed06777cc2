/** What the user says about the thresholds of readings. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { PhasescopeError } from '../../domain/errors'
import { ruleTitles, type RuleId, type ThresholdChanges } from '../../domain/reading'
import { ruleOf } from '../../diagnosis/rules'
import { writeFileAtomic } from '../../project/files'
import { readThresholds, thresholdsName, thresholdsText } from '../../project/thresholds-file'
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
  const path = join(session.folder, thresholdsName)
  return session.alone(thresholdsName, async (tell) => {
    const there = await readThresholds(session.folder)
    // What cannot be read may be of a newer program, or can be put right by hand: it is not written over.
    if (there.problem !== null) {
      const time = new Date().toISOString().replace(/[:.]/g, '-')
      await rename(path, join(session.folder, `readings-${time}.json`))
    }
    const { [name]: _before, ...others } = there.changes[rule] ?? {}
    const ofRule = value === null ? others : { ...others, [name]: value }
    const { [rule]: _rule, ...rest } = there.changes
    const changes = Object.keys(ofRule).length > 0 ? { ...rest, [rule]: ofRule } : rest
    await writeFileAtomic(path, thresholdsText(changes))
    tell(thresholdsName)
    return changes
  })
}
