/** Runs that are made of several sources: what each part adds, what the user says of them, and the manifest of the whole. */
import type { ImportSource } from '../../domain/import-source'
import type { RunAnswer } from '../../domain/import-answers'
import type { ImportFile } from '../../imports/sources'
import type { RunManifest } from '../../project/manifests'
import { unreadable } from './problems'
import { relationOf, type Series } from './series'

export type { RunAnswer }

/** Gives runs the names and seeds that the user wants, and takes apart what is not to be joined. */
export function answer(files: readonly ImportFile[], answers: Record<string, RunAnswer>, apart: boolean): void {
  const of = (key: string): RunAnswer | undefined => (Object.hasOwn(answers, key) ? answers[key] : undefined)
  const runs = new Map<string, ImportFile[]>()
  for (const file of files) runs.set(file.run, [...(runs.get(file.run) ?? []), file])
  for (const parts of runs.values()) {
    // By the run, or by any part that has been one of its own; what is said of the whole counts most.
    const said = Object.assign({}, ...parts.map(({ file }) => of(file) ?? {}), of(parts[0].run) ?? {}) as RunAnswer
    for (const file of parts) {
      if (said.name !== undefined) file.name = said.name
      if (said.seed !== undefined) Object.assign(file, { seed: said.seed, seedFrom: null })
      if (!(said.apart ?? apart) || parts.length === 1) continue
      const name = `${file.name} · ${file.file.slice(file.file.lastIndexOf('/') + 1)}`
      Object.assign(file, { run: file.file, name, prefix: null })
    }
  }
}

/** What belongs together by the answers: source to the run that it is of, or to null for a run of its own. */
export function saidTogether(answers: Record<string, RunAnswer>): Record<string, string | null> {
  const said = Object.entries(answers).flatMap(([run, { partOf }]) => (partOf === undefined ? [] : [[run, partOf] as const])) // prettier-ignore
  return Object.fromEntries(said)
}

/** The parts of each run that has several, in their order. */
export function partsOfRuns(sources: readonly ImportSource[]): ImportSource[][] {
  const runs = new Map<string, ImportSource[]>()
  for (const source of sources) runs.set(source.run, [...(runs.get(source.run) ?? []), source])
  return [...runs.values()].filter((parts) => parts.length > 1).map(inOrder)
}

/** The part that the run is called by comes first: its series are the run's. A table says its steps, a document counts from 0. */
function inOrder(parts: readonly ImportSource[]): ImportSource[] {
  const rank = ({ file, run, format }: ImportSource): number => (file === run ? 0 : format === 'json' ? 2 : 1)
  return [...parts].sort((a, b) => rank(a) - rank(b))
}

/**
 * A series that an earlier part of the run holds already is not taken again; one of the same name that may be another is kept under
 * the name of its file. Both are told.
 * @returns file to its tags that change: to null where they are given up
 */
export function tellShared(parts: readonly ImportSource[]): Map<string, Record<string, string | null>> {
  const holders = new Map<string, { file: string; series: Series }>()
  const changed = new Map<string, Record<string, string | null>>()
  for (const source of parts) {
    if (source.problem !== null) continue
    const names: Record<string, string | null> = {}
    // What is measured of weights has its epochs, too.
    if (source.format === 'checkpoints' && holders.has('epoch')) names.epoch = null
    const from = new Set<string>()
    const others: string[] = []
    source.series = source.series.flatMap((series) => {
      const holder = holders.get(series.tag)
      if (!holder) return [series]
      if (relationOf(series, holder.series) === 'same') {
        names[series.tag] = null
        from.add(holder.file)
        return []
      }
      const tag = `${series.tag} (${source.file.slice(source.file.lastIndexOf('/') + 1)})`
      names[series.tag] = tag
      others.push(series.tag)
      return [{ ...series, tag }]
    })
    if (from.size > 0) {
      const count = Object.values(names).filter((name) => name === null).length
      const what = source.series.length === 0 ? 'All its series are' : count === 1 ? '1 of its series is' : `${count} of its series are` // prettier-ignore
      source.notes.push(`${what} taken from ${[...from].join(' and ')}.`)
    }
    if (others.length > 0)
      source.notes.push(`Under names with that of the file, because they may be others: ${others.join(', ')}.`)
    for (const series of source.series) holders.set(series.tag, { file: source.file, series })
    changed.set(source.file, names)
  }
  return changed
}

/**
 * What lies beside logs that are followed: a followed run is its event files alone. Checkpoints become a run of their own, and tables
 * are left out.
 * @returns what is left out
 */
export function besideFollowed(files: readonly ImportFile[]): ImportSource[] {
  const followed = new Set(files.filter(({ holds }) => holds.kind === 'log').map(({ run }) => run))
  const refused: ImportSource[] = []
  for (const file of files) {
    if (!followed.has(file.run) || file.holds.kind === 'log') continue
    file.run = file.file
    if (file.holds.kind === 'checkpoints') file.name = `${file.name} · weights`
    else
      refused.push(
        unreadable(
          file,
          `${file.file}: left out, because the event files of the same training are read where they lie. Copy the logs into the project to have both in one run.`
        )
      )
  }
  return refused
}

/** One manifest for a run of several parts: how far the furthest came, and the last values of all. */
export function joinedManifest(parts: readonly RunManifest[]): RunManifest {
  const [first, ...others] = parts
  if (others.length === 0) return first
  const most = (of: (part: RunManifest) => number): number => Math.max(...parts.map(of))
  const last: RunManifest['last'] = {}
  for (const part of [...parts].reverse()) Object.assign(last, part.last)
  const beside = others.flatMap(({ imported }) => (imported ? [{ format: imported.format, file: imported.file }] : []))
  return {
    ...first,
    imported: first.imported && { ...first.imported, beside },
    step: most(({ step }) => step),
    totalSteps: most(({ totalSteps }) => totalSteps),
    epoch: most(({ epoch }) => epoch),
    totalEpochs: most(({ totalEpochs }) => totalEpochs),
    last
  }
}
