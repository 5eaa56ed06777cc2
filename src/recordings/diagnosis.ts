/** What the readings of a run are, told from what it has recorded. */
import type { DataFacts } from '../domain/data-facts'
import type { Reading, ThresholdChanges } from '../domain/reading'
import type { RoleChoices } from '../domain/roles'
import type { RunSpec } from '../domain/run'
import { readTag, tagOf } from '../domain/tags'
import { diagnose } from '../diagnosis/diagnose'
import { envelopeOf, fewestHealthy, isOfHealth, outsideOf, type Recorded } from '../diagnosis/envelope'
import { outcomeOf } from '../diagnosis/outcome'
import type { Course, ObservedHook, ObservedRun, OutcomeName } from '../diagnosis/observed'
import { rolesOf } from '../analysis'
import type { RunLog } from '../events/run-log'
import { hookPoints } from '../hooks/hook-points'
import { architectureOf, findExperiment } from '../training/experiments'
import { watchedBy } from '../training/watched-metric'
import type { TwinPeaks } from '../contract/runs'
import { evenly, heatmapOf } from './histograms'
import type { RunSource } from './run-source'
import { readerIfThere, readerOf } from './run-cache'
import { scalarTags } from './series'
import { twinPeaksOf } from './twin-peaks'

export interface DiagnoseTask {
  run: RunSource
  /** Null for runs of other programs. */
  spec: RunSpec | null
  facts: DataFacts | null
  ended: boolean
  totalSteps: number
  /** What people have said about roles, and about thresholds. */
  said: RoleChoices
  changes: ThresholdChanges
  /** Also what is never more than a note and needs all histograms, and since when; lists show what leads, and need neither. */
  whole: boolean
  /** Runs of the same recipe that are done: those that have learned show what is healthy. */
  mates: DiagnosedMate[]
  /** Other seeds of its group, as far as they have come. */
  seeds: DiagnosedMate[]
}

export type DiagnosedMate = Omit<DiagnoseTask, 'said' | 'changes' | 'whole' | 'mates' | 'seeds'>

const outcomes: OutcomeName[] = ['trainLoss', 'valLoss', 'trainAccuracy', 'valAccuracy']
/** Columns of histograms that say whether the range was wide enough, and epochs at which training and validation are compared. */
const mostHistograms = 64
const mostEpochs = 8
type OutsideEnvelope = NonNullable<ReturnType<typeof outsideOf>>

export function diagnosisOf({ changes, mates, seeds, said, whole, ...task }: DiagnoseTask): Reading[] {
  const { run: source } = task
  const { log } = readerOf(source)
  const outside = (hook: string) => (whole ? outsideRangeOf(source, log, tagOf.activationHistogram(hook)) : null)
  const apart = (hook: string) => apartOf(source, hook, whole ? mostEpochs : 1)
  const otherSeeds = () => seeds.flatMap((seed) => (readerIfThere(seed.run) ? [observed(seed, said).outcomes] : []))
  const run = { ...observed(task, said), outside, apart, otherSeeds }
  return diagnose({ ...run, unlikeHealthy: () => unlikeHealthy(task, mates, said) }, changes)
}

function unlikeHealthy(
  task: DiagnosedMate,
  mates: readonly DiagnosedMate[],
  said: RoleChoices
): OutsideEnvelope | null {
  if (mates.length < fewestHealthy) return null
  const healthy = mates.filter((mate) => readerIfThere(mate.run) && outcomeOf(observed(mate, said)).kind === 'learned')
  const envelope = envelopeOf(healthy.map(({ run }) => recordedOf(readerOf(run).log)))
  return envelope ? outsideOf(recordedOf(readerOf(task.run).log), envelope) : null
}

function recordedOf(log: RunLog): Recorded {
  return new Map(
    scalarTags(log).flatMap((tag) => {
      const course = isOfHealth(tag) ? courseOf(log, tag) : null
      return course ? [[tag, course] as const] : []
    })
  )
}

function observed({ run, spec, facts, ended, totalSteps }: DiagnosedMate, said: RoleChoices): ObservedRun {
  const { log } = readerOf(run)
  const tags = scalarTags(log)
  const roles = rolesOf(tags, said, run.place === null ? [] : [run.place])
  const hooks = spec ? hooksOf(spec) : hooksIn(tags)
  return {
    ended,
    totalSteps,
    params: spec?.params ?? null,
    hooks,
    facts,
    outcomes: Object.fromEntries(
      outcomes.flatMap((name) => {
        const tag = roles[name]
        const course = tag === undefined ? null : courseOf(log, tag)
        return course ? [[name, { tag: tag!, course }]] : []
      })
    ),
    watched: watchedOf(spec, log),
    limits: (key) => limitsOf(spec, key),
    series: (tag) => courseOf(log, tag)
  }
}

function watchedOf(spec: RunSpec | null, log: RunLog): ObservedRun['watched'] {
  const watched = spec && watchedBy(spec.params)
  const course = watched ? courseOf(log, watched.metric) : null
  return course && { tag: watched!.metric, better: watched!.better, minChange: watched!.minChange, course }
}

function courseOf(log: RunLog, tag: string): Course | null {
  const view = log.scalars(tag)?.view('latest')
  if (!view || view.length === 0) return null
  return { steps: view.steps.subarray(0, view.length), values: view.values.subarray(0, view.length) }
}

/** What a form of the experiment allows. */
function limitsOf(spec: RunSpec | null, key: string): { min?: number; max?: number } | null {
  return (spec && findExperiment(spec.experiment).params.find((param) => param.key === key)) ?? null
}

export function hooksOf(spec: RunSpec): ObservedHook[] {
  const chosen = new Set(spec.hooks)
  const frozen = new Set(spec.network?.layers.filter((layer) => layer.frozen).map(({ name }) => name))
  return hookPoints(architectureOf(spec).graph)
    .filter(({ path }) => chosen.has(path))
    .map(({ path, type }) => ({ path, type, frozen: frozen.has(path) }))
}

/** Of the logs of others, in the order in which they were recorded. */
function hooksIn(tags: readonly string[]): ObservedHook[] {
  const paths = new Set<string>()
  for (const tag of tags) {
    const read = readTag(tag)
    if (read.kind !== 'activations' && read.kind !== 'gradients' && read.kind !== 'updates') continue
    if (read.hook !== null && read.metric !== null) paths.add(read.hook)
  }
  return [...paths].map((path) => ({ path, type: null }))
}

function outsideRangeOf(run: RunSource, log: RunLog, tag: string): Course | null {
  const view = log.find(tag, 'histograms')?.places?.view('latest')
  if (!view || view.length === 0) return null
  const map = heatmapOf(run, tag, {}, mostHistograms)
  // Bins that were found, for the view or while the run trained, say nothing about a range that somebody has given.
  if (!map || map.rebinned) return null
  const bins = map.edges.length - 1
  const values = Float64Array.from(map.steps, (_, d) => {
    const outside = map.underflow[d] + map.overflow[d]
    let all = outside
    for (let b = 0; b < bins; b++) all += map.counts[d * bins + b]
    return all > 0 ? outside / all : 0
  })
  return { steps: map.steps, values }
}

/** At epochs evenly over the run, with the newest that has both. */
function apartOf(run: RunSource, hook: string, mostEpochs: number): Course | null {
  const newest = twinPeaksOf({ run, hook, epoch: null })
  if (!newest) return null
  const until = newest.epochs.filter((epoch) => epoch <= newest.epoch)
  const epochs = evenly(0, until.length, mostEpochs).map((i) => until[i])
  const found = epochs.flatMap((epoch) => {
    const peaks = epoch === newest.epoch ? newest : twinPeaksOf({ run, hook, epoch })
    const distance = peaks && distanceOf(peaks)
    return distance == null ? [] : [{ step: peaks!.validation!.to, distance }]
  })
  if (found.length === 0) return null
  return { steps: found.map(({ step }) => step), values: found.map(({ distance }) => distance) }
}

function distanceOf({ train, validation, edges }: TwinPeaks): number | null {
  if (!train || !validation) return null
  let sum = Math.abs(train.below - validation.below) + Math.abs(train.above - validation.above)
  for (let b = 0; b + 1 < edges.length; b++) {
    sum += Math.abs(train.density[b] - validation.density[b]) * (edges[b + 1] - edges[b])
  }
  return sum / 2
}
