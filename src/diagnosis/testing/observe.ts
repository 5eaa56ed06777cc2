/** For tests: what the records of a run in memory come to, as the rules look at it. */
import type { HistogramRecord, TrainRecord } from '../../domain/records'
import type { RunSpec } from '../../domain/run'
import { tagOf } from '../../domain/tags'
import { hooksOf } from '../../recordings/diagnosis'
import { totalSteps } from '../../training/experiments'
import { watchedBy } from '../../training/watched-metric'
import type { Course, ObservedRun } from '../observed'

/** Every recorded series by its tag. */
export function coursesOf(records: readonly TrainRecord[]): Map<string, { steps: number[]; values: number[] }> {
  const series = new Map<string, { steps: number[]; values: number[] }>()
  for (const record of records) {
    if (record.kind !== 'scalars') continue
    for (const [tag, value] of Object.entries(record.values)) {
      const course = series.get(tag) ?? { steps: [], values: [] }
      series.set(tag, course)
      course.steps.push(record.step)
      course.values.push(value)
    }
  }
  return series
}

function watchedIn(spec: RunSpec, series: ReadonlyMap<string, Course>): ObservedRun['watched'] {
  const watched = watchedBy(spec.params)
  const course = watched && series.get(watched.metric)
  return watched && course
    ? { tag: watched.metric, better: watched.better, minChange: watched.minChange, course }
    : null
}

export function observedOf(spec: RunSpec, records: readonly TrainRecord[], ended = true): ObservedRun {
  const series = coursesOf(records)
  const histograms = new Map<string, HistogramRecord[]>()
  for (const record of records) {
    if (record.kind === 'histogram') histograms.set(record.tag, [...(histograms.get(record.tag) ?? []), record])
  }
  const outcome = (tag: string) => (series.has(tag) ? { tag, course: series.get(tag)! } : undefined)
  const facts = records.find((record) => record.kind === 'facts')
  const shares = ({ counts, num }: HistogramRecord): number[] =>
    Array.from(counts, (count) => (num > 0 ? count / num : 0))
  return {
    ended,
    totalSteps: totalSteps(spec),
    params: spec.params,
    hooks: hooksOf(spec),
    facts: facts?.kind === 'facts' ? facts.facts : null,
    outcomes: {
      trainLoss: outcome(tagOf.loss('train')),
      valLoss: outcome(tagOf.loss('val')),
      trainAccuracy: outcome(tagOf.accuracy('train')),
      valAccuracy: outcome(tagOf.accuracy('val'))
    },
    watched: watchedIn(spec, series),
    series: (tag) => series.get(tag) ?? null,
    outside(hook): Course | null {
      const all = histograms.get(tagOf.activationHistogram(hook))
      if (!all) return null
      return {
        steps: all.map(({ step }) => step),
        values: all.map(({ counts, num }) => (num > 0 ? (counts[0] + counts[counts.length - 1]) / num : 0))
      }
    },
    apart(hook): Course | null {
      const held = histograms.get(tagOf.validationHistogram(hook))?.at(-1)
      const seen = histograms.get(tagOf.activationHistogram(hook))
      if (!held || !seen) return null
      const last = seen.filter(({ epoch }) => epoch > held.epoch - 0.25 && epoch <= held.epoch)
      if (last.length === 0) return null
      const all = last.map(shares)
      const mean = all[0].map((_, b) => all.reduce((sum, one) => sum + one[b], 0) / all.length)
      return {
        steps: [held.step],
        values: [shares(held).reduce((sum, one, b) => sum + Math.abs(one - mean[b]), 0) / 2]
      }
    }
  }
}
