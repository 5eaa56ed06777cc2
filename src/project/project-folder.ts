/** A project folder: creating, opening, and listing what is in it. One bad manifest never hides the rest. */
import { randomBytes } from 'node:crypto'
import { access, constants, copyFile, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Analysis } from '../domain/analysis'
import { seedOf } from '../domain/run'
import { PhasescopeError } from '../domain/errors'
import { locksFolder, whileAlone } from './claims'
import { describeFileError, makeFolder, readJson, readText, writeFileAtomic, writeJson } from './files'
import { analysisVersion, readAnalysisFile, readProjectManifest, readRunManifest } from './manifests'
import type { ProjectManifest, RunManifest } from './manifests'
import { guard, placeIn } from './places'
import { markOf } from './processes'

export interface Problem {
  /** Path inside the project. */
  place: string
  message: string
}

export interface OpenedProject {
  folder: string
  manifest: ProjectManifest
}

/** Ids sort by time and are safe file names everywhere. */
export function newId(prefix: string): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15).replace('T', '-')
  return `${prefix}-${time}-${randomBytes(3).toString('hex')}`
}

/** @throws PhasescopeError when the folder cannot be written or already holds something else than a project. */
export async function createProject(folder: string, name: string, sample = false): Promise<OpenedProject> {
  const absolute = resolve(folder)
  await makeFolder(absolute)
  // Where somebody is just making one, it is no use to look before he is done. One look for both: between two he might begin.
  const content = await contentOf(absolute)
  if (!content.includes(locksFolder)) checkFree(absolute, content)
  // Two programs may make a project of the same name at once: the second one finds that of the first.
  return whileAlone(absolute, markOf(), () => fillProject(absolute, name, sample))
}

function contentOf(absolute: string): Promise<string[]> {
  return readdir(absolute).catch((error: unknown) => {
    throw describeFileError(error, absolute, 'read')
  })
}

/** Before anything is written, so that a folder that is in use stays as it is. */
function checkFree(absolute: string, content: readonly string[]): void {
  if (content.includes('project.json')) {
    throw new PhasescopeError('bad-request', `${absolute} already holds a project. Open it, or choose another name.`)
  }
  if (content.some((entry) => !entry.startsWith('.'))) {
    throw new PhasescopeError('bad-request', `${absolute} is not empty. Choose another name or an empty folder.`)
  }
}

async function fillProject(absolute: string, name: string, sample: boolean): Promise<OpenedProject> {
  checkFree(absolute, await contentOf(absolute))
  await makeFolder(join(absolute, 'runs'))
  await makeFolder(join(absolute, 'analyses'))
  const manifest: ProjectManifest = {
    schemaVersion: 1,
    id: newId('project'),
    name,
    createdAt: new Date().toISOString(),
    sample
  }
  await writeJson(join(absolute, 'project.json'), manifest)
  return { folder: absolute, manifest }
}

export async function openProject(folder: string): Promise<OpenedProject> {
  const absolute = resolve(folder)
  const info = await stat(absolute).catch((error: unknown) => {
    throw describeFileError(error, absolute, 'opened')
  })
  if (!info.isDirectory()) {
    throw new PhasescopeError('bad-request', `${absolute} is a file. A project is a folder with a project.json in it.`)
  }
  const manifestPath = join(absolute, 'project.json')
  const exists = await access(manifestPath).then(
    () => true,
    () => false
  )
  if (!exists) {
    throw new PhasescopeError(
      'not-found',
      `${absolute} is not a Phasescope project: it has no project.json. Choose a project folder or create a new project.`
    )
  }
  return { folder: absolute, manifest: await readProjectManifest(manifestPath) }
}

export async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false
  )
}

/** Manifests read at a time: enough to keep a disk or a file server at work, few enough for every limit of open files. */
const atOnce = 32

export async function listRuns(folder: string): Promise<{ runs: RunManifest[]; problems: Problem[] }> {
  const found = await eachOf(folder, 'runs', 'run.json', async (id, path) => {
    // A copied run folder keeps its manifest's id; the folder's name is what everything else refers to.
    return { ...(await readRunManifest(path)), id }
  })
  found.values.sort(inOrderOfCreation)
  return { runs: found.values, problems: found.problems }
}

/** Reads one file of each folder in `runs` or `analyses`. One that cannot be used is a problem and hides none of the others. */
async function eachOf<T>(
  folder: string,
  kind: string,
  file: string,
  read: (id: string, path: string) => Promise<T>
): Promise<{ values: T[]; problems: Problem[] }> {
  const problems: Problem[] = []
  const ids = await subfolders(join(folder, kind)).catch((error: Error) => {
    problems.push({ place: kind, message: error.message })
    return []
  })
  const values: (T | null)[] = new Array<T | null>(ids.length).fill(null)
  let next = 0
  const work = async (): Promise<void> => {
    while (next < ids.length) {
      const at = next++
      const id = ids[at]
      try {
        values[at] = await read(id, join(folder, kind, id, file))
      } catch (error) {
        if (await isEmpty(join(folder, kind, id))) continue
        problems.push({ place: `${kind}/${id}/${file}`, message: (error as Error).message })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work))
  problems.sort((a, b) => (a.place < b.place ? -1 : 1))
  return { values: values.filter((value) => value !== null), problems }
}

/** Runs of one start or one import were created together: by seed, and by name where there is none, or in a log. */
export function inOrderOfCreation(a: RunManifest, b: RunManifest): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  // Runs of a log lie in folders, whose names tell more than the number in the last of them.
  if (a.imported?.format === 'tensorboard' && b.imported?.format === 'tensorboard') {
    return a.imported.file.localeCompare(b.imported.file, 'en', { numeric: true })
  }
  const seeds = [seedOf(a), seedOf(b)].map((seed) => seed ?? Infinity)
  if (seeds[0] !== seeds[1]) return seeds[0] - seeds[1]
  return a.name.localeCompare(b.name, 'en', { numeric: true })
}

export async function listAnalyses(folder: string): Promise<{ analyses: Analysis[]; problems: Problem[] }> {
  const { values, problems } = await eachOf(folder, 'analyses', 'analysis.json', async (id, path) => {
    const analysis = { ...((await readAnalysisFile(path)) as Analysis), id }
    await keepOldFormat(path, analysis)
    return analysis
  })
  values.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  return { analyses: values, problems }
}

/** Whether nothing but marks of ours lies there: somebody is just making it, or was killed before there was anything. */
export async function isEmpty(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => ['?'])
  return names.every((name) => name.startsWith('.'))
}

/** Writes a migrated analysis back, beside a copy of the old file. Where that cannot be, it is migrated on every open. */
async function keepOldFormat(path: string, analysis: Analysis): Promise<void> {
  const { schemaVersion } = (await readJson(path)) as { schemaVersion: number }
  if (schemaVersion === analysisVersion) return
  const copy = path.replace(/\.json$/, `.format-${schemaVersion}.json`)
  await copyFile(path, copy, constants.COPYFILE_EXCL)
    .then(() => writeJson(path, analysis))
    .catch(() => undefined)
}

export function analysisFile(folder: string, id: string): string {
  return join(placeIn(folder, 'analyses', id), 'analysis.json')
}

export async function saveAnalysis(folder: string, analysis: Analysis): Promise<void> {
  await makeFolder(join(folder, 'analyses', analysis.id))
  await writeJson(analysisFile(folder, analysis.id), analysis)
}

/**
 * @param files name to content. Files of an earlier report are replaced.
 * @param replace also a README.md that somebody else has written
 * @throws PhasescopeError 'bad-request' when there is one
 */
export async function writeReport(folder: string, files: Record<string, string>, replace = false): Promise<void> {
  await makeFolder(folder)
  const page = join(folder, 'README.md')
  const there = await readText(page).catch(() => null)
  // Every report shows this figure, and nothing else does.
  if (there !== null && !there.includes('(selection.svg)') && !replace) {
    throw new PhasescopeError(
      'bad-request',
      `${page} is no report of Phasescope and was not overwritten. Choose another folder, or say --replace.`
    )
  }
  for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(folder, name), content)
}

async function subfolders(folder: string): Promise<string[]> {
  await guard(folder)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw describeFileError(error, folder, 'read')
  })
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name)
}
