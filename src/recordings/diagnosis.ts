/** What the readings of a run are, told from what it has recorded. */
import type { DataFacts } from '../domain/data-facts'
import type { Reading, ThresholdChanges } from '../domain/reading'
import type { RoleChoices } from '../domain/roles'
import type { RunSpec } from '../domain/run'
import { readTag, tagOf } from '../domain/tags'
import { diagnose } from '../diagnosis/diagnose'
import { envelopeOf, fewestHealthy, outsideOf, type Recorded } from '../diagnosis/envelope'
import { outcomeOf } from '../diagnosis/outcome'
import type { Course, ObservedHook, ObservedRun, OutcomeName } from '../diagnosis/observed'
import { rolesOf } from '../analysis'
import type { RunLog } from '../events/run-log'
import { hookPoints } from '../hooks/hook-points'
import { architectureOf } from '../training/experiments'
import { heatmapOf } from './histograms'
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
  /** Runs of the same recipe that are done: those that have learned show what is healthy. */
  mates: DiagnosedMate[]
}

export type DiagnosedMate = Omit<DiagnoseTask, 'said' | 'changes' | 'mates'>

const outcomes: OutcomeName[] = ['trainLoss', 'valLoss', 'trainAccuracy', 'valAccuracy']
/** Histograms at the end of a run that say whether the range was wide enough. */
const mostHistograms = 16
const healthStatistics: ReadonlySet<string> = new Set(['mean', 'std', 'zero_share', 'near_zero', 'dead', 'saturated'])
type OutsideEnvelope = NonNullable<ReturnType<typeof outsideOf>>

export function diagnosisOf({ changes, mates, said, ...task }: DiagnoseTask): Reading[] {
  const run = observed(task, said)
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

/** Series that say how a network is, and not what it has come to by its seed alone. */
function recordedOf(log: RunLog): Recorded {
  return new Map(
    scalarTags(log).flatMap((tag) => {
      const course = isOfHealth(tag) ? courseOf(log, tag) : null
      return course ? [[tag, course] as const] : []
    })
  )
}

function isOfHealth(tag: string): boolean {
  const read = readTag(tag)
  switch (read.kind) {
    case 'loss':
    case 'accuracy':
      return read.of === null
    case 'activations':
      return read.of === null && read.metric !== null && healthStatistics.has(read.metric)
    case 'gradients':
      return read.metric === 'l2'
    case 'updates':
      return true
    default:
      return tag === tagOf.meanWeights('l2')
  }
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
    series: (tag) => courseOf(log, tag),
    outside: (hook) => outsideRangeOf(run, log, tagOf.activationHistogram(hook)),
    apart: (hook) => apartOf(run, hook)
  }
}

function courseOf(log: RunLog, tag: string): Course | null {
  const view = log.scalars(tag)?.view('latest')
  if (!view || view.length === 0) return null
  return { steps: view.steps.subarray(0, view.length), values: view.values.subarray(0, view.length) }
}

function hooksOf(spec: RunSpec): ObservedHook[] {
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
  const from = view.steps[Math.floor(view.length * 0.75)]
  const map = heatmapOf(run, tag, { from }, mostHistograms)
  // Bins that were found for the view leave out their outermost thousandths: they say nothing about the recorded range.
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

/** At the newest epoch that has both. */
function apartOf(run: RunSource, hook: string): Course | null {
  const peaks = twinPeaksOf({ run, hook, epoch: null })
  if (!peaks?.train || !peaks.validation) return null
  const { train, validation, edges } = peaks
  let sum = Math.abs(train.below - validation.below) + Math.abs(train.above - validation.above)
  for (let b = 0; b + 1 < edges.length; b++) {
    sum += Math.abs(train.density[b] - validation.density[b]) * (edges[b + 1] - edges[b])
  }
  return { steps: [validation.to], values: [sum / 2] }
}
