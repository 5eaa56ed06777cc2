/**
 * Looks through a whole project for what the disk, a crash or somebody's hand has done to it: what is wrong, what would help,
 * and, only when asked, helping. Nothing that cannot be used is deleted: it is set aside under another name beside where it
 * was. Runs that some program trains at this moment are left alone.
 */
import type { Dirent } from 'node:fs'
import { lstat, readdir, rename, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ProjectFinding } from '../domain/project'
import { isUnfinished } from '../domain/run'
import { PhasescopeError } from '../domain/errors'
import { listCheckpoints, unfinishedCheckpoints, verifyCheckpoint } from './checkpoints'
import { claimName, holds, newestClaim } from './claims'
import { listDatasets } from './datasets'
import { readJson, removeTree, syncFolder, writeJson } from './files'
import { isEventFile } from './log-folder'
import { readLogLinks } from './log-links'
import { projectVersion, readAnalysisFile, readProjectManifest, readRunManifest, runVersion } from './manifests'
import { guard } from './places'
import { lives } from './processes'
import { analysisFile, isEmpty, newId } from './project-folder'
import { RunReader } from './run-reader'
import { emptyTrash, keptDays, listTrash, moveToTrash } from './trash'

/** What a process has written to this recently may be in the middle of being written. */
const freshMs = 60_000

interface Fault extends Omit<ProjectFinding, 'done'> {
  act: (() => Promise<unknown>) | null
}

/**
 * @param repair also does what each finding says would help
 * @param progress told which part is looked at, and how many of how many
 */
export async function checkProject(
  folder: string,
  repair: boolean,
  progress: (text: string, done: number, total: number) => void = () => undefined
): Promise<ProjectFinding[]> {
  const findings: ProjectFinding[] = []
  const settle = async (faults: AsyncIterable<Fault>): Promise<void> => {
    for await (const { act, ...fault } of faults) {
      if (!repair || !act) {
        findings.push({ ...fault, done: false })
        continue
      }
      const trouble = await act().then(
        () => null,
        (error: Error) => error.message
      )
      findings.push({ ...fault, problem: trouble ? `${fault.problem} ${trouble}` : fault.problem, done: !trouble })
    }
  }
  await settle(ofProject(folder))
  const runs = await namesIn(join(folder, 'runs'))
  for (const [i, entry] of runs.entries()) {
    progress('Runs', i, runs.length)
    await settle(ofRun(folder, entry))
  }
  progress('Analyses', 0, 1)
  await settle(ofAnalyses(folder))
  progress('Data', 0, 1)
  await settle(ofData(folder))
  await settle(ofTrash(folder))
  return findings
}

async function* ofProject(folder: string): AsyncGenerator<Fault> {
  const path = join(folder, 'project.json')
  const project = await problemOf(() => readProjectManifest(path))
  if (project?.code === 'newer-version') yield fault('project.json', 'damage', project.message)
  else if (project) {
    yield fault(
      'project.json',
      'damage',
      project.message,
      'A new one with the name of the folder takes its place.',
      async () => {
        await setAside(path)
        const manifest = { schemaVersion: projectVersion, id: newId('project'), name: basename(folder), sample: false }
        await writeJson(path, { ...manifest, createdAt: new Date().toISOString() })
      }
    )
  }
  for (const [name, read] of [
    ['logs.json', () => readLogLinks(folder)],
    ['queue.json', () => readJson(join(folder, 'queue.json'))],
    ['views.json', () => readJson(join(folder, 'views.json'))],
    ['roles.json', () => readJson(join(folder, 'roles.json'))],
    ['readings.json', () => readJson(join(folder, 'readings.json'))]
  ] as const) {
    const problem = await problemOf(read)
    if (!problem || problem.code === 'not-found') continue
    yield fault(name, 'damage', problem.message, 'It is set aside; the project begins without it.', () =>
      setAside(join(folder, name))
    )
  }
  for (const name of ['runs', 'analyses']) {
    const problem = await problemOf(() => guard(join(folder, name)))
    if (problem) yield fault(name, 'damage', problem.message)
  }
  yield* leftovers(folder, '')
}

async function* ofRun(folder: string, entry: Dirent): AsyncGenerator<Fault> {
  const place = `runs/${entry.name}`
  const path = join(folder, 'runs', entry.name)
  if (entry.name.startsWith('.importing-')) {
    const pid = Number(entry.name.slice('.importing-'.length).split('-')[0])
    if (lives(pid)) return
    yield fault(place, 'leftover', 'An import that was killed has left this behind.', 'It is removed.', () =>
      removeTree(path)
    )
    return
  }
  if (entry.name.startsWith('.')) return
  if (!entry.isDirectory()) {
    if (entry.isSymbolicLink()) yield fault(place, 'note', 'This is a link; runs are real folders, and it is not read.')
    return
  }
  const newest = await newestClaim(path, claimName).catch(() => null)
  if (newest && (await holds(path, claimName, newest))) return
  if (await isEmpty(path)) return yield emptied(path, place)
  const manifest = join(path, 'run.json')
  const problem = await problemOf(() => readRunManifest(manifest))
  if (problem?.code === 'newer-version') yield fault(`${place}/run.json`, 'damage', problem.message)
  else if (problem) yield ofManifest(folder, place, manifest, problem)
  else {
    const { status } = await readRunManifest(manifest)
    if (isUnfinished(status)) {
      const text = `It says "${status}", but no program trains it.`
      yield fault(`${place}/run.json`, 'leftover', text, 'It becomes "interrupted", as opening the project does.', () =>
        interrupt(manifest)
      )
    }
  }
  yield* ofEventFiles(place, path)
  yield* ofCheckpoints(place, path)
  yield* leftovers(path, place)
}

/** A kill in the moment between a folder and the first thing in it. */
function emptied(path: string, place: string): Fault {
  return fault(place, 'leftover', 'A folder with nothing in it.', 'It is removed.', () => removeTree(path))
}

/** A run whose manifest is lost has its records still, and can be read as one of another program. */
function ofManifest(folder: string, place: string, path: string, problem: PhasescopeError): Fault {
  const id = basename(place)
  const remedy = 'It is set aside, and the run is listed with its recorded series, without its settings.'
  return fault(`${place}/run.json`, 'damage', problem.message, remedy, async () => {
    await setAside(path)
    const reader = new RunReader(join(folder, place))
    reader.refresh()
    const now = new Date().toISOString()
    await writeJson(path, {
      schemaVersion: runVersion,
      revision: 1,
      id,
      name: id,
      group: id,
      groupName: id,
      spec: null,
      log: null,
      imported: { format: 'tensorboard', file: id, seed: null },
      status: 'done',
      createdAt: now,
      startedAt: null,
      message: 'Its manifest was damaged; this is what its event files hold.',
      finishedAt: now,
      step: 0,
      totalSteps: 0,
      epoch: 0,
      totalEpochs: 0,
      elapsedSeconds: 0,
      last: {},
      notes: '',
      tags: [],
      versions: {}
    })
  })
}

async function* ofEventFiles(place: string, path: string): AsyncGenerator<Fault> {
  const names = (await readdir(path)).filter((name) => isEventFile(name))
  if (names.length === 0) return
  const reader = new RunReader(path)
  const problem = await problemOf(() => Promise.resolve(reader.refresh()))
  if (problem) yield fault(place, 'damage', problem.message)
  for (const text of reader.log.problems) yield fault(place, 'note', `${text} What is whole is read.`)
  for (const { name, offset, ended } of reader.log.files) {
    const { size } = await stat(join(path, name))
    if (ended || size <= offset) continue
    const bytes = size - offset
    yield fault(
      `${place}/${name}`,
      'note',
      `Its last ${bytes} bytes are an unfinished record, as a kill leaves it; all before is read.`
    )
  }
}

async function* ofCheckpoints(place: string, path: string): AsyncGenerator<Fault> {
  const steps = await listCheckpoints(path).catch(() => [])
  for (const step of steps) {
    const at = `${place}/checkpoints/${step}`
    let summed = true
    const problem = await problemOf(async () => {
      summed = await verifyCheckpoint(path, step)
    })
    if (problem) {
      yield fault(
        at,
        'damage',
        problem.message,
        'It is set aside; the run goes on from the checkpoint before it.',
        () => setAside(join(path, 'checkpoints', String(step)))
      )
    } else if (!summed) yield fault(at, 'note', 'It was written by version 0.1, without sums to check it by.')
  }
  for (const name of await unfinishedCheckpoints(path).catch(() => [])) {
    yield fault(
      `${place}/checkpoints/${name}`,
      'leftover',
      'A checkpoint that was never finished.',
      'It is removed.',
      () => removeTree(join(path, 'checkpoints', name))
    )
  }
}

async function* ofAnalyses(folder: string): AsyncGenerator<Fault> {
  for (const entry of await namesIn(join(folder, 'analyses'))) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    const problem = await problemOf(() => readAnalysisFile(analysisFile(folder, entry.name)))
    if (!problem) continue
    const place = `analyses/${entry.name}`
    const path = join(folder, place)
    if (await isEmpty(path)) {
      yield emptied(path, place)
      continue
    }
    if (problem.code === 'newer-version') yield fault(place, 'damage', problem.message)
    else {
      yield fault(place, 'damage', problem.message, 'It goes to the trash; fit again to replace it.', () =>
        moveToTrash(folder, place)
      )
    }
  }
}

async function* ofData(folder: string): AsyncGenerator<Fault> {
  const parent = join(folder, 'data')
  const problem = await problemOf(() => guard(parent))
  if (problem) return yield fault('data', 'damage', problem.message)
  for (const { place, message } of (await listDatasets(folder)).problems) {
    yield fault(place, 'damage', message, 'The data set goes to the trash; add the data again.', () =>
      moveToTrash(folder, place.split('/').slice(0, 2).join('/'))
    )
  }
  for (const { name } of await namesIn(parent)) {
    const pid = Number(/^\..*\.(\d+)\.[0-9a-f]+\.tmp$/.exec(name)?.[1] ?? NaN)
    if (Number.isNaN(pid) || lives(pid)) continue
    yield fault(`data/${name}`, 'leftover', 'A data set that was never finished.', 'It is removed.', () =>
      removeTree(join(parent, name))
    )
  }
}

async function* ofTrash(folder: string): AsyncGenerator<Fault> {
  const problem = await problemOf(() => guard(join(folder, '.trash')))
  if (problem) return yield fault('.trash', 'damage', problem.message)
  const limit = Date.now() - keptDays * 24 * 60 * 60 * 1000
  const old = (await listTrash(folder)).filter(({ removedAt }) => Date.parse(removedAt) <= limit)
  if (old.length === 0) return
  const text = `${old.length} removed more than ${keptDays} days ago.`
  yield fault('.trash', 'leftover', text, 'They are deleted for good.', () => emptyTrash(folder))
}

/** Temporary files of processes that were killed while they wrote. */
async function* leftovers(path: string, place: string): AsyncGenerator<Fault> {
  for (const entry of await namesIn(path)) {
    if (!/\.[0-9a-f]{8,12}\.tmp$/.test(entry.name) || !entry.isFile()) continue
    const info = await lstat(join(path, entry.name)).catch(() => null)
    if (!info || Date.now() - info.mtimeMs < freshMs) continue
    const at = place ? `${place}/${entry.name}` : entry.name
    yield fault(at, 'leftover', 'A file that was never finished.', 'It is removed.', () =>
      removeTree(join(path, entry.name))
    )
  }
}

function fault(
  place: string,
  severity: ProjectFinding['severity'],
  problem: string,
  remedy: string | null = null,
  act: (() => Promise<unknown>) | null = null
): Fault {
  return { place, severity, problem, remedy, act }
}

async function problemOf(work: () => Promise<unknown>): Promise<PhasescopeError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof PhasescopeError) return error
    return new PhasescopeError('internal', (error as Error).message)
  }
}

async function namesIn(path: string): Promise<Dirent[]> {
  // Nothing that lies behind a link is looked at, and least of all repaired.
  if (await problemOf(() => guard(path))) return []
  return readdir(path, { withFileTypes: true }).catch(() => [])
}

/** Under a name that says so, in the same folder. */
async function setAside(path: string): Promise<void> {
  await guard(path)
  if (!(await lstat(path).catch(() => null))) return
  await rename(path, `${path}.damaged-${Date.now()}`)
  await syncFolder(join(path, '..'))
}

async function interrupt(path: string): Promise<void> {
  const run = await readRunManifest(path)
  const message = 'Its process ended without a word. Continue it from its last checkpoint.'
  await writeJson(path, { ...run, status: 'interrupted', message, revision: (run.revision ?? 0) + 1 })
}
