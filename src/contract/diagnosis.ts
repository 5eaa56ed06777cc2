/** What is wrong with runs, or remarkable about them. */
import { id } from '../domain/ids'
import { reading, ruleId, thresholdChanges } from '../domain/reading'
import { z } from '../domain/words'
import { nothing, type EventTable, type RequestTable } from './parts'

const threshold = z.object({
  name: z.string(),
  about: z.string(),
  usual: z.number(),
  /** What counts in this project. */
  now: z.number(),
  min: z.number(),
  max: z.number()
})

const ruleInWords = z.object({
  id: ruleId,
  formula: z.string(),
  source: z.string(),
  advice: z.string(),
  thresholds: z.array(threshold)
})
export type RuleInWords = z.infer<typeof ruleInWords>

export const diagnosisRequests = {
  /** All readings of a run as it is now, the one that leads first. */
  'diagnosis.run': { params: z.object({ runId: id }), result: z.array(reading) },
  /** Every rule, with its thresholds in this project. `problem`: why the file with those was not read. */
  'diagnosis.rules': {
    params: nothing,
    result: z.object({ rules: z.array(ruleInWords), problem: z.string().nullable() })
  },
  /** @param value null: the usual one */
  'diagnosis.threshold': {
    params: z.object({ rule: ruleId, name: z.string(), value: z.number().nullable() }),
    result: z.object({ changes: thresholdChanges })
  }
} satisfies RequestTable

export const diagnosisEvents = {
  /** A run that trains has come to something that is said above a note, and was not said of it before. */
  'diagnosis.found': z.object({ runId: z.string(), name: z.string(), reading }),
  /** A threshold was changed, here or by another program. */
  'diagnosis.changed': z.object({})
} satisfies EventTable
