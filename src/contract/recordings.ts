/**
 * Requests of the tabs of Explore: what runs have recorded, tag by tag. Runs that are not in an answer have not recorded the
 * tag. All of them read what is on disk at the moment they are asked.
 */
import { z } from '../domain/words'
import { id, someIds, someTags, tagName } from '../domain/ids'
import { bytes, f64, i32 } from './packed'
import type { RequestTable } from './parts'

const runIds = someIds
/** Curves of groups in one picture. */
const mostGroups = 1000
/** NaN and the infinities, too, which z.number() refuses: runs record them. */
const anyNumber = z.custom<number>((value) => typeof value === 'number')
/** `latest`: a point at step s takes the place of what the tag had from s on. `all`: as written, in pieces. */
export const attempts = z.enum(['latest', 'all'])
export type Attempts = z.infer<typeof attempts>

/** What the x axis counts: steps, seconds since the run's first point, seconds since 1970, epochs, or another metric. */
export const xAxis = z.union([
  z.enum(['step', 'relative', 'wall', 'epoch']),
  /** Scalar tag; points without one of the same step are left out. */
  z.object({ tag: tagName })
])
export type XAxis = z.infer<typeof xAxis>

/** Expressions of curves, by the names that stand for them where a tag is asked for: `gap` is `"loss/val" - "loss/train"`. */
export const mostDerived = 100
const expression = z.string().max(2000)
const derived = z
  .record(tagName, expression)
  .refine((all) => Object.keys(all).length <= mostDerived, `at most ${mostDerived} curves can be derived`)
  .optional()
const asked = z.array(z.object({ tag: z.string(), at: z.number(), length: z.number() }))

/** Which tab of Explore shows a tag: TensorBoard's plugin names; `tensors` for those that have no plugin. */
const tagKind = z.string()

const tagInfo = z.object({
  tag: z.string(),
  kind: tagKind,
  displayName: z.string(),
  description: z.string(),
  /** Indices into the asked runs. */
  runs: i32,
  /** Points on disk over those runs. */
  points: z.number()
})
export type TagInfo = z.infer<typeof tagInfo>

const smoothing = z.number().min(0).max(0.999)
const range = { from: z.number().optional(), to: z.number().optional() }
const mostPoints = z.number().int().min(2).max(100_000)

/** One curve of one run; decimated for drawing only: first, last and extreme points are kept. */
const scalarCurve = z.object({
  runId: z.string(),
  /** [n] each. Steps beyond 2^53 are rounded here; the command line and exports tell them exactly. */
  x: f64,
  values: f64,
  /** [n], or [0] without smoothing. Computed over every point on disk before decimation. */
  smoothed: f64,
  steps: f64,
  /** Seconds since 1970. */
  wallTimes: f64,
  /** Indices at which an attempt begins, the first is 0; more than one only with `all` attempts. */
  pieces: i32,
  /** Points on disk in the asked range. */
  total: z.number()
})
export type ScalarCurve = z.infer<typeof scalarCurve>

const groupCurve = z.object({
  name: z.string(),
  /** Runs of the group that have the tag. */
  runs: z.number(),
  x: f64,
  /** Mean or median over the runs at each x; a run counts between its first and last point, linear in between. */
  center: f64,
  low: f64,
  high: f64,
  /** How many runs count at each x. */
  counts: f64
})
export type GroupCurve = z.infer<typeof groupCurve>

export const statisticsRow = z.object({
  runId: z.string(),
  tag: z.string(),
  points: z.number(),
  firstStep: z.number(),
  lastStep: z.number(),
  first: anyNumber,
  last: anyNumber,
  /** Over finite values; NaN where there is none. */
  min: anyNumber,
  max: anyNumber,
  mean: anyNumber
})
export type StatisticsRow = z.infer<typeof statisticsRow>

/** Histograms of one run: n of them, histogram i has the buckets offsets[i] to offsets[i + 1]. */
const packedHistograms = z.object({
  runId: z.string(),
  steps: f64,
  epochs: f64,
  wallTimes: f64,
  /** [n + 1]. */
  offsets: i32,
  /** Bucket edges and counts as recorded; the outermost edges may be infinite in spirit (+-1.8e308). */
  left: f64,
  right: f64,
  counts: f64,
  /** Histograms on disk in the asked range. */
  total: z.number()
})
export type PackedHistograms = z.infer<typeof packedHistograms>

const packedDistribution = z.object({
  runId: z.string(),
  steps: f64,
  epochs: f64,
  wallTimes: f64,
  /** [n, 9] row-major: values at 0, 6.68, 15.87, 30.85, 50, 69.15, 84.13, 93.32 and 100 percent. */
  bands: f64,
  total: z.number()
})
export type PackedDistribution = z.infer<typeof packedDistribution>

/** When the points of a tag were recorded that is neither a scalar nor drawn as a curve. */
const pointIndex = z.object({
  runId: z.string(),
  steps: f64,
  epochs: f64,
  wallTimes: f64,
  /** Images or sounds at each point; 1 for other kinds. */
  samples: i32
})
export type PointIndex = z.infer<typeof pointIndex>

const textPoint = z.object({
  runId: z.string(),
  step: z.number(),
  wallTime: anyNumber,
  /** Markdown. A table has rows of cells, a single text is one cell. */
  rows: z.array(z.array(z.string())),
  /** Why part of it is not shown, in words. */
  note: z.string().nullable()
})
export type TextPoint = z.infer<typeof textPoint>

export const prCurve = z.object({
  runId: z.string(),
  step: z.number(),
  wallTime: anyNumber,
  /** [n] each; thresholds i / (n - 1). */
  thresholds: f64,
  truePositives: f64,
  falsePositives: f64,
  trueNegatives: f64,
  falseNegatives: f64,
  precision: f64,
  recall: f64
})
export type PrCurve = z.infer<typeof prCurve>

const hparamValue = z.union([anyNumber, z.string(), z.boolean()])
const hparamRow = z.object({
  runId: z.string(),
  /** Run that carries the hyperparameters: this one or the nearest above it (`session/validation`). */
  session: z.string(),
  params: z.record(z.string(), hparamValue),
  status: z.enum(['unknown', 'success', 'failure', 'running']),
  /** Seconds since 1970; null when not recorded. */
  startTime: anyNumber.nullable(),
  endTime: anyNumber.nullable(),
  group: z.string()
})
export type HparamRow = z.infer<typeof hparamRow>

const graphNode = z.object({
  name: z.string(),
  op: z.string(),
  device: z.string(),
  /** As written: `node`, `node:k`, `^node` for control. */
  inputs: z.array(z.string()),
  attributes: z.array(z.tuple([z.string(), z.string()]))
})
export type GraphNode = z.infer<typeof graphNode>

const recordedGraph = z.object({
  runId: z.string(),
  /** Where it was found: a tag, or `graph` for the run's own. */
  source: z.string(),
  nodes: z.array(graphNode),
  /** Library functions by name, with their nodes. */
  functions: z.array(z.object({ name: z.string(), nodes: z.array(graphNode) }))
})
export type RecordedGraph = z.infer<typeof recordedGraph>

export const recordingsRequests = {
  /** Tags of some runs. Ask for runs in batches: the first answer of a large log comes sooner. */
  'recordings.tags': {
    params: z.object({ runIds }),
    result: z.object({
      tags: z.array(tagInfo),
      problems: z.array(z.object({ runId: z.string(), text: z.string() })),
      /** Runs that hold more than one attempt: somewhere a step comes twice. */
      restarted: z.array(z.string())
    })
  },
  'recordings.scalars': {
    params: z.object({ runIds, tag: tagName, derived, x: xAxis, attempts, smoothing, ...range, mostPoints }),
    result: z.object({
      curves: z.array(scalarCurve),
      /** 5th and 95th percentile over all finite points in the range; null without points. */
      inner: z.tuple([z.number(), z.number()]).nullable()
    })
  },
  'recordings.groups': {
    params: z.object({
      groups: z.array(z.object({ name: tagName, runIds })).max(mostGroups),
      tag: tagName,
      derived,
      x: xAxis,
      attempts,
      smoothing,
      center: z.enum(['mean', 'median']),
      /** std: sample standard deviation; sem: std / sqrt(n); ci95: Student's t interval of the mean. */
      band: z.enum(['none', 'minmax', 'std', 'sem', 'ci95']),
      ...range,
      mostPoints
    }),
    result: z.array(groupCurve)
  },
  'recordings.statistics': {
    params: z.object({ runIds, tags: someTags, derived, x: xAxis, attempts, ...range }),
    result: z.array(statisticsRow)
  },
  /** Of each expression of a curve which series it asks for, and where; `whole`: for one number of all their points. */
  'recordings.curves': {
    params: z.object({ expressions: z.array(expression).max(mostDerived) }),
    result: z.array(
      z.object({
        tags: asked,
        whole: asked,
        /** Why it cannot be computed; `at` counts from 0. */
        problem: z.object({ text: z.string(), at: z.number(), length: z.number() }).nullable()
      })
    )
  },
  'recordings.histograms': {
    params: z.object({
      runIds,
      tag: tagName,
      attempts,
      ...range,
      /** At most this many per run, evenly over the range, always the first and the last. */
      mostSteps: z.number().int().min(1).max(2000),
      /** Uniform bins over the run's whole range, or null for the buckets as recorded. */
      bins: z.number().int().min(2).max(512).nullable()
    }),
    result: z.array(packedHistograms)
  },
  'recordings.distributions': {
    params: z.object({ runIds, tag: tagName, attempts, ...range, mostSteps: z.number().int().min(2).max(4096) }),
    result: z.array(packedDistribution)
  },
  /** Points of images, audio, text, pr_curves or any other kind that is looked at one by one. */
  'recordings.points': {
    params: z.object({ runIds, tag: tagName, kind: tagKind, attempts }),
    result: z.array(pointIndex)
  },
  /** One encoded image or sound. `index` counts the points of `recordings.points`. */
  'recordings.blob': {
    params: z.object({
      runId: id,
      tag: tagName,
      kind: z.enum(['images', 'audio']),
      attempts,
      index: z.number().int().min(0),
      sample: z.number().int().min(0)
    }),
    result: z.object({
      data: bytes,
      /** By the bytes themselves; null when they are no known image or sound. */
      mime: z.string().nullable(),
      /** Pixels, as far as the record says; 0 else. */
      width: z.number(),
      height: z.number(),
      label: z.string()
    })
  },
  'recordings.texts': {
    /** @param index of `recordings.points`, or null for the last `last` points. */
    params: z.object({
      runIds,
      tag: tagName,
      attempts,
      step: z.number().nullable(),
      last: z.number().int().min(1).max(500)
    }),
    result: z.array(textPoint)
  },
  /** The PR curve of each run at its last point at or before `step` (null: its last). */
  'recordings.prCurves': {
    params: z.object({ runIds, tag: tagName, attempts, step: z.number().nullable() }),
    result: z.array(prCurve)
  },
  'recordings.hparams': {
    params: z.object({ runIds }),
    result: z.object({
      rows: z.array(hparamRow),
      /** Metrics that the writer declared as results: tags, in its order. */
      metrics: z.array(z.string())
    })
  },
  'recordings.graphs': {
    params: z.object({ runId: id }),
    result: z.array(z.object({ source: z.string(), nodes: z.number() }))
  },
  'recordings.graph': {
    params: z.object({ runId: id, source: tagName }),
    result: recordedGraph.nullable()
  },
  /** All points of scalar tags as a file in the project's folder `exports`. */
  'recordings.export': {
    params: z.object({
      runIds,
      tags: someTags,
      derived,
      attempts,
      format: z.enum(['csv', 'json', 'jsonl'])
    }),
    /** Place inside the project, for display. */
    result: z.object({ place: z.string(), points: z.number() })
  }
} satisfies RequestTable
