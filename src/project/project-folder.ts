/** A project folder: creating, opening, and listing what is in it. One bad manifest never hides the rest. */
import { randomBytes } from 'node:crypto'
import { access, constants, readdir, rename, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Analysis } from '../analysis/types'
import { PhasescopeError } from '../contract/errors'
import { describeFileError, makeFolder, runFolder, writeJson } from './files'
import { readAnalysisFile, readProjectManifest, readRunManifest } from './manifests'
import type { ProjectManifest, RunManifest } from './manifests'

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
  const content = await readdir(absolute).catch((error: unknown) => {
    throw describeFileError(error, absolute, 'read')
  })
  if (content.includes('project.json')) {
    throw new PhasescopeError('bad-request', `${absolute} already holds a project. Open it, or choose another name.`)
  }
  if (content.some((entry) => !entry.startsWith('.'))) {
    throw new PhasescopeError('bad-request', `${absolute} is not empty. Choose another name or an empty folder.`)
  }
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

export async function listRuns(folder: string): Promise<{ runs: RunManifest[]; problems: Problem[] }> {
  const runs: RunManifest[] = []
  const problems: Problem[] = []
  for (const id of await subfolders(join(folder, 'runs'))) {
    try {
      const manifest = await readRunManifest(join(runFolder(folder, id), 'run.json'))
      // A copied run folder keeps its manifest's id; the folder's name is what everything else refers to.
      runs.push({ ...manifest, id })
    } catch (error) {
      problems.push({ place: `runs/${id}/run.json`, message: (error as Error).message })
    }
  }
  runs.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.spec.seed - b.spec.seed))
  return { runs, problems }
}

export async function listAnalyses(folder: string): Promise<{ analyses: Analysis[]; problems: Problem[] }> {
  const analyses: Analysis[] = []
  const problems: Problem[] = []
  for (const id of await subfolders(join(folder, 'analyses'))) {
    try {
      analyses.push({ ...((await readAnalysisFile(analysisFile(folder, id))) as Analysis), id })
    } catch (error) {
      problems.push({ place: `analyses/${id}/analysis.json`, message: (error as Error).message })
    }
  }
  analyses.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  return { analyses, problems }
}

export function analysisFile(folder: string, id: string): string {
  return join(folder, 'analyses', id, 'analysis.json')
}

export async function saveAnalysis(folder: string, analysis: Analysis): Promise<void> {
  await makeFolder(join(folder, 'analyses', analysis.id))
  await writeJson(analysisFile(folder, analysis.id), analysis)
}

/** Nothing is deleted: what the user removes goes to the project's trash folder. */
export async function moveToTrash(folder: string, place: string): Promise<void> {
  const trash = join(folder, '.trash')
  await makeFolder(trash)
  const target = join(trash, `${place.replace(/[\\/]/g, '-')}-${Date.now()}`)
  await rename(join(folder, place), target).catch((error: unknown) => {
    throw describeFileError(error, join(folder, place), 'moved to the trash folder')
  })
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw describeFileError(error, folder, 'read')
  })
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name)
}
