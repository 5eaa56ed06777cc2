/** A recipe: what can be trained, with which hyperparameters, and what to expect of it. */
import { datasetFacts } from './dataset'
import { networkSpec } from './network'
import { recordOptions } from './record-options'
import { z } from './words'

export const paramValue = z.union([z.number(), z.string(), z.boolean()])
export type ParamValue = z.infer<typeof paramValue>

/** One hyperparameter of an experiment: enough to build a form field, a command line flag and a check. */
const paramSpec = z.object({
  key: z.string(),
  label: z.string(),
  group: z.enum(['Data', 'Model', 'Optimiser', 'Schedule']),
  kind: z.enum(['integer', 'number', 'choice', 'boolean', 'tag']),
  default: paramValue,
  /** Another default where an earlier choice has one of these values. */
  defaultFor: z.object({ key: z.string(), values: z.record(z.string(), paramValue) }).optional(),
  /** Inclusive bounds for numbers. */
  min: z.number().optional(),
  max: z.number().optional(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  /** Some tags that most runs have, for a parameter that names one. */
  suggestions: z.array(z.string()).optional(),
  /** One short sentence shown under the field. */
  hint: z.string().optional(),
  /** The parameter matters only where another one has one of these values, or none of those; forms hide it otherwise. */
  when: z
    .union([
      z.object({ key: z.string(), values: z.array(paramValue) }),
      z.object({ key: z.string(), not: z.array(paramValue) })
    ])
    .optional()
})
export type ParamSpec = z.infer<typeof paramSpec>

export const experimentSpec = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  reference: z.string(),
  expected: z.string(),
  params: z.array(paramSpec),
  /** Whether it trains on a data set of the project: never, instead of its own where one is chosen, or always. */
  data: z.enum(['own', 'optional', 'required']),
  /** Whether the network is the user's own. */
  network: z.boolean(),
  /** Hook points switched on by default, where the model has them. */
  defaultHooks: z.array(z.string()),
  defaultRecord: recordOptions
})
export type ExperimentSpec = z.infer<typeof experimentSpec>

/** What is trained on what: enough to build the model and to plan the run. */
export const recipe = z.object({
  experiment: z.string().min(1),
  params: z.record(z.string(), paramValue),
  /** The project's data set, where the experiment does not use its own data. */
  data: datasetFacts.nullable().default(null),
  /** The user's own network. Its input and the width of its last layer must fit the data. */
  network: networkSpec.nullable().default(null)
})
export type Recipe = z.infer<typeof recipe>
