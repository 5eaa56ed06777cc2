/**
 * Parts of one run have one axis and one value for each thing: where checkpoints count epochs and the log beside them counts steps,
 * the log says at which step each epoch ended. Where it does not, or where two logs have other values under one name, they are runs
 * of their own, and that is told.
 */
import type { ImportSource } from '../../domain/import-source'
import type { ImportFile } from '../../imports/sources'
import { relationOf } from './series'

type Unit = 'epoch' | 'step' | 'unknown'

/** Splits and moves in place what the parts of each run count differently. @param sources by file; those without problems count */
export function alignRuns(files: readonly ImportFile[], sources: ReadonlyMap<string, ImportSource>): void {
  const runs = new Map<string, ImportFile[]>()
  for (const file of files) runs.set(file.run, [...(runs.get(file.run) ?? []), file])
  for (const [key, parts] of runs) {
    const good = parts.flatMap((file) => {
      const source = sources.get(file.file)
      return source && source.problem === null ? [{ file, source }] : []
    })
    // What records most says what the axis of the run is.
    const clocks = good.filter(({ source }) => source.format !== 'checkpoints')
    const clock = clocks.sort((a, b) => Number(b.source.format === 'tensorboard') - Number(a.source.format === 'tensorboard') || b.source.rows - a.source.rows)[0] // prettier-ignore
    if (!clock || good.length < 2) continue
    const kept = [clock]
    const apart: typeof good = []
    for (const part of good) {
      if (part === clock) continue
      const why = whyApart(part.source, kept.map(({ source }) => source)) // prettier-ignore
      if (why === null) kept.push(part)
      else {
        apart.push(part)
        part.source.notes.push(`It is a run of its own: ${why}.`)
      }
    }
    for (const { file, source } of apart) {
      const name = source.format === 'checkpoints' ? `${file.name} · weights` : `${file.name} · ${file.file.slice(file.file.lastIndexOf('/') + 1)}` // prettier-ignore
      Object.assign(file, { run: file.file, name })
      Object.assign(source, { run: file.file, name })
    }
    // The run was called by a part that has left it.
    if (!apart.some(({ file }) => file.file === key)) continue
    for (const file of parts.filter((one) => !apart.some((left) => left.file === one))) {
      file.run = clock.file.file
      const source = sources.get(file.file)
      if (source) source.run = clock.file.file
    }
  }
}

/** Why a part cannot be of the run of the others, of which the first says what the axis is; null where it can. */
function whyApart(part: ImportSource, [clock, ...others]: ImportSource[]): string | null {
  for (const other of [clock, ...others]) {
    const tag = disagreement(part, other)
    if (tag !== null) return `its "${tag}" is another than that of ${other.file}`
  }
  return align(part, clock) ? null : `it counts ${countedBy(part)}, and ${clock.file} counts ${countedBy(clock)}`
}

/** A series that both have, with other values: of two loops, of two trainings. */
function disagreement(part: ImportSource, other: ImportSource): string | null {
  const held = new Map(other.series.map((series) => [series.tag, series]))
  const found = part.series.find((series) => {
    const same = held.get(series.tag)
    return same !== undefined && relationOf(series, same) === 'other'
  })
  return found?.tag ?? null
}

function countedBy({ stepColumn }: ImportSource): string {
  return stepColumn === '#row' ? 'rows' : stepColumn === '#none' || stepColumn === null ? 'nothing' : `"${stepColumn}"`
}

function unitOf({ stepColumn, format }: ImportSource): Unit {
  if (format === 'tensorboard') return 'step'
  if (/(^|[_/ ])epochs?$|^(ep|e)$/i.test(stepColumn ?? '')) return 'epoch'
  return /step|iter|update|batch/i.test(stepColumn ?? '') ? 'step' : 'unknown'
}

/** @returns whether the part can stand on the clock's axis; its steps are moved there */
function align(part: ImportSource, clock: ImportSource): boolean {
  const [own, wanted] = [unitOf(part), unitOf(clock)]
  if (own === wanted && own !== 'unknown') return true
  if (!part.checkpoints) return own === 'unknown' || wanted === 'unknown'
  if (own === 'step') return wanted !== 'epoch'
  const { lastStep: last } = part
  const end = clock.lastStep
  if (last === null || end === null) return true
  // One checkpoint without a step in its name: what is in it may have told one.
  if (part.stepColumn === '#none') return last > 0 && last <= end
  // Numbers without a word: of the same size as the log's steps they are its steps.
  if (own === 'unknown' && last <= end * 1.05 + 1 && last * 10 >= end) return true
  const { epochs } = clock
  if (!epochs || epochs.length === 0 || last > epochs[epochs.length - 1].epoch + 1) return false
  return moved(part, epochs)
}

function moved(part: ImportSource, epochs: NonNullable<ImportSource['epochs']>): boolean {
  const steps = part.checkpoints!.steps.map((one) => {
    const until = epochs.filter(({ epoch }) => epoch <= one.step)
    return { ...one, step: until.length > 0 ? until[until.length - 1].step : 0, epoch: one.step }
  })
  if (new Set(steps.map(({ step }) => step)).size < steps.length) return false
  part.checkpoints = { ...part.checkpoints!, steps }
  part.firstStep = steps[0].step
  part.lastStep = steps[steps.length - 1].step
  part.notes.push('Its checkpoints are named by epochs: each stands at the last step of its epoch in the log.')
  return true
}
