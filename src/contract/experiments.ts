/** What can be trained: experiments, networks, the user's own metrics. */
import { z } from '../domain/words'
import { backendChoice, backendName } from '../domain/backends'
import { someTags } from '../domain/ids'
import { moduleGraph } from '../domain/model-graph'
import { networkSpec } from '../domain/network'
import { experimentSpec, paramValue } from '../domain/recipe'
import { recordOptions } from '../domain/record-options'
import { done, nothing, wholeFile } from './parts'
import type { RequestTable } from './parts'

export const experimentRequests = {
  'experiments.list': { params: nothing, result: z.array(experimentSpec) },
  /** Everything the design page shows about a draft; bad values come back as problems, not as an error. */
  'experiments.describe': {
    params: z.object({
      experiment: z.string(),
      params: z.record(z.string(), paramValue),
      /** A data set of the project. */
      data: z.string().nullable().default(null),
      network: networkSpec.nullable().default(null),
      /** null: those that the experiment begins with. */
      hooks: someTags.nullable(),
      record: recordOptions
    }),
    result: z.object({
      problems: z.array(z.object({ key: z.string().nullable(), message: z.string() })),
      graph: moduleGraph.nullable(),
      /** Those that were asked for or, by default, those of the experiment that this model has. */
      hooks: z.array(z.string()),
      /** The user's network, or the small one that stands in for it; null for experiments with one of their own. */
      network: networkSpec.nullable(),
      stepsPerEpoch: z.number(),
      totalSteps: z.number(),
      metricPoints: z.number(),
      histogramColumns: z.number(),
      /** Estimated bytes on disk of one run, checkpoints included. */
      bytesPerRun: z.number(),
      /** Measured on this machine by an earlier run of the same experiment and model, else null. */
      secondsPerStep: z.number().nullable()
    })
  },
  /**
   * How long the draft's runs will take, and what each hook point adds, by training their beginning for some seconds. Refused while
   * something trains; ended by a training that starts, and by `experiments.uncalibrate`.
   */
  'experiments.calibrate': {
    params: z.object({
      experiment: z.string(),
      params: z.record(z.string(), paramValue),
      data: z.string().nullable().default(null),
      network: networkSpec.nullable().default(null),
      hooks: someTags,
      record: recordOptions,
      backend: backendChoice,
      /** How many runs there will be. */
      runs: z.number().int().min(1)
    }),
    result: z.object({
      backend: backendName,
      /** How many train side by side. */
      together: z.number().int(),
      secondsPerRun: z.number(),
      hooks: z.array(
        z.object({
          hook: z.string(),
          /** Of the time of training with nothing observed: 0.06 is 6% more. */
          time: z.number(),
          /** On disk, of one run. */
          bytes: z.number()
        })
      )
    })
  },
  /** Nobody waits for what is being measured any more. */
  'experiments.uncalibrate': { params: nothing, result: done },
  /**
   * A network from a Keras or TensorFlow.js model file, with what is different here in words: from its text, or from the bytes of
   * an archive or an HDF5 file.
   */
  'networks.read': {
    params: z.object({
      name: z.string().min(1).max(300),
      file: z
        .string()
        .max(32 * 1024 * 1024)
        .or(wholeFile)
    }),
    result: z.object({
      network: networkSpec,
      /** Hyperparameters as the model was compiled: its optimizer and what belongs to it. */
      params: z.record(z.string(), paramValue),
      notes: z.array(z.string()),
      /** Weights of the network in the file: a safetensors file, and what the network's `saved` is to begin with them. */
      weights: z.object({ sha256: z.string(), file: wholeFile }).nullable()
    })
  },
  /** The project's own metric functions, `metrics.js`: what they say, and whether somebody has said that they may run. */
  'metrics.own': {
    params: nothing,
    result: z
      .object({
        text: z.string(),
        hash: z.string(),
        trusted: z.boolean(),
        /** Why it cannot be used, whoever trusts it. */
        problem: z.string().nullable()
      })
      .nullable()
  },
  /** They may run, as long as their text is the one that was shown. */
  'metrics.trust': { params: z.object({ hash: z.string().length(64) }), result: done }
} satisfies RequestTable
