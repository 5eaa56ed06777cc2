/** Training: starting, stopping and ordering runs. */
import { z } from '../domain/words'
import { backendChoice, backendName } from '../domain/backends'
import { oneOrMoreIds, someTags } from '../domain/ids'
import { networkSpec } from '../domain/network'
import { projectActivity } from '../domain/project'
import { paramValue } from '../domain/recipe'
import { recordOptions } from '../domain/record-options'
import { done, nothing, wholeFile } from './parts'
import type { EventTable, RequestTable } from './parts'

export const trainingRequests = {
  'training.start': {
    params: z.object({
      name: z.string().trim().min(1).max(120),
      experiment: z.string(),
      params: z.record(z.string(), paramValue),
      data: z.string().nullable().default(null),
      network: networkSpec.nullable().default(null),
      /** Weights that the network begins with, where its `saved` says so and the project does not have them. */
      weights: wholeFile.nullable().default(null),
      seeds: z.array(z.number().int().min(0)).min(1).max(1000),
      /** A learning-rate sweep: each seed once at each of these rates. */
      rates: z.array(z.number().positive()).min(2).max(20).nullable().default(null),
      hooks: someTags,
      record: recordOptions,
      backend: backendChoice
    }),
    result: z.object({ runIds: z.array(z.string()) })
  },
  'training.control': {
    params: z.object({ runIds: oneOrMoreIds, action: z.enum(['pause', 'resume', 'cancel']) }),
    result: done
  },
  /** Goes on with interrupted, cancelled or failed runs from their last checkpoint (or from the start). */
  'training.continue': {
    params: z.object({
      runIds: oneOrMoreIds,
      backend: backendName.nullable().default(null),
      /** Also runs that another program trains; it stops when it notices. */
      force: z.boolean().default(false)
    }),
    result: done
  },
  /** Trains runs once more from their first step. */
  'training.retry': { params: z.object({ runIds: oneOrMoreIds }), result: done },
  /** Moves waiting runs in the queue. */
  'training.move': {
    params: z.object({ runIds: oneOrMoreIds, to: z.enum(['first', 'earlier', 'later', 'last']) }),
    result: done
  },
  /** What trains and waits in all projects. */
  'training.activity': { params: nothing, result: z.array(projectActivity) },
  'training.order': { params: nothing, result: z.object({ runIds: z.array(z.string()) }) },
  /** A new run that goes on from a checkpoint of another with changed hyperparameters. */
  'training.fork': {
    params: z.object({
      runId: z.string(),
      step: z.number().int().min(0),
      name: z.string().trim().min(1).max(120),
      params: z.record(z.string(), paramValue)
    }),
    result: z.object({ runId: z.string() })
  }
} satisfies RequestTable

export const trainingEvents = {
  'training.progress': z.object({
    runId: z.string(),
    step: z.number(),
    totalSteps: z.number(),
    epoch: z.number(),
    totalEpochs: z.number(),
    stepsPerSecond: z.number(),
    elapsedSeconds: z.number(),
    remainingSeconds: z.number()
  }),
  /** Waiting runs in the order in which they will train. */
  'training.order': z.object({ runIds: z.array(z.string()) }),
  /** What trains and waits in all projects. */
  'training.activity': z.array(projectActivity)
} satisfies EventTable
