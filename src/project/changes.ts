/**
 * Changes of manifests that several programs may have open: read, change, write, while nobody else does, and with a revision
 * that counts them. Changes of different fields come together; of the same field that somebody else has changed meanwhile
 * theirs stays, and both are told.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Analysis } from '../domain/analysis'
import { PhasescopeError } from '../domain/errors'
import { whileAlone } from './claims'
import { readJson, runFolder, writeJson } from './files'
import { readAnalysisFile, readRunManifest, type RunManifest } from './manifests'
import type { ProcessMark } from './processes'
import { analysisFile, saveAnalysis } from './project-folder'

/** Fields of a run that people write; all others belong to whoever trains it. */
const ofPeople = ['name', 'groupName', 'notes', 'tags', 'starred', 'archived'] as const
type OfPeople = (typeof ofPeople)[number]

export interface RunChange {
  /** The manifest as it is on disk now. */
  run: RunManifest
  /** Fields that somebody else has changed meanwhile; their values stayed. */
  conflicts: OfPeople[]
}

/**
 * Writes what has changed in a run since `base` was read.
 * @param base as it was read or written last
 * @param wanted as it shall be
 * @param trains whether the caller trains the run: what a training says about itself is its own then
 * @throws PhasescopeError 'not-found' when somebody has removed the run; nothing is written then
 */
export function changeRun(
  project: string,
  mark: ProcessMark,
  { base, wanted, trains }: { base: RunManifest; wanted: RunManifest; trains: boolean }
): Promise<RunChange> {
  const place = `runs/${wanted.id}`
  const path = join(runFolder(project, wanted.id), 'run.json')
  return whileAlone(project, mark, async (tell) => {
    const there = await readRunManifest(path).catch(async (error: unknown) => {
      if (error instanceof PhasescopeError && error.code === 'not-found') throw removed(wanted.name)
      // A manifest that somebody has damaged meanwhile is written anew from what is known.
      if (await lstat(path).catch(() => null)) return base
      throw error
    })
    const run: RunManifest = { ...there, id: wanted.id }
    const conflicts: OfPeople[] = []
    for (const key of Object.keys(wanted) as (keyof RunManifest)[]) {
      if (key === 'revision' || sameJson(wanted[key], base[key])) continue
      const untouched = sameJson(there[key], base[key]) || sameJson(there[key], wanted[key])
      const people = (ofPeople as readonly string[]).includes(key)
      if (untouched || (trains && !people)) Object.assign(run, { [key]: wanted[key] })
      else if (key === 'tags') run.tags = joinedTags(base.tags, wanted.tags, there.tags)
      else if (people) conflicts.push(key as OfPeople)
    }
    for (const key of conflicts) tell(`conflict ${place} ${key}`)
    if (sameJson({ ...run, revision: 0 }, { ...there, revision: 0 })) return { run: { ...run }, conflicts }
    run.revision = (there.revision ?? 0) + 1
    await writeJson(path, run)
    tell(place)
    return { run, conflicts }
  })
}

/** Tags that one has added and the other has added, without those that either has taken away. */
function joinedTags(base: string[], mine: string[], theirs: string[]): string[] {
  const gone = new Set(base.filter((tag) => !mine.includes(tag) || !theirs.includes(tag)))
  return [...new Set([...theirs, ...mine])].filter((tag) => !gone.has(tag))
}

/** Writes an analysis that is new. */
export function addAnalysis(project: string, mark: ProcessMark, analysis: Analysis): Promise<void> {
  return whileAlone(project, mark, async (tell) => {
    await saveAnalysis(project, analysis)
    tell(`analyses/${analysis.id}`)
  })
}

/**
 * Changes an analysis as it is on disk now.
 * @param change gets what is there; it throws 'conflict' where that is no longer what the user saw
 * @throws PhasescopeError 'not-found' when somebody has removed it
 */
export function changeAnalysis(
  project: string,
  mark: ProcessMark,
  id: string,
  change: (there: Analysis) => Analysis
): Promise<Analysis> {
  return whileAlone(project, mark, async (tell) => {
    const there = (await readAnalysisFile(analysisFile(project, id)).catch((error: unknown) => {
      if (error instanceof PhasescopeError && error.code === 'not-found') throw removed('This analysis')
      throw error
    })) as Analysis
    const analysis = { ...change({ ...there, id }), revision: (there.revision ?? 0) + 1 }
    await saveAnalysis(project, analysis)
    tell(`analyses/${id}`)
    return analysis
  })
}

/**
 * Changes a small file of the project as it is on disk now.
 * @param change gets its content, or null where there is none or it cannot be used
 */
export function changeFile(
  project: string,
  mark: ProcessMark,
  name: string,
  change: (there: unknown) => object
): Promise<void> {
  const path = join(project, name)
  return whileAlone(project, mark, async (tell) => {
    const there = await readJson(path).catch(() => null)
    const revision = ((there as { revision?: unknown } | null)?.revision as number | undefined) ?? 0
    const next = change(there)
    if (there !== null && sameJson({ ...next, revision: 0 }, { ...(there as object), revision: 0 })) return
    await writeJson(path, { ...next, revision: (Number.isSafeInteger(revision) ? revision : 0) + 1 })
    tell(name)
  })
}

export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function removed(what: string): PhasescopeError {
  return new PhasescopeError('not-found', `${what} has been removed by another program. Nothing was changed.`)
}
