/** What the dashboards ask for: every question goes to the workers that read runs. */
import { lstat, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { boardRequests } from '../contract/boards'
import { mostViews, viewsProblem } from '../domain/views'
import { describeFileError, makeFolder, readText, writeFileAtomic } from '../project/files'
import { mergeViews } from '../project/merge-views'
import type { Handlers } from './handlers'
import type { ProjectSession } from './project-session'
import { tagsOf } from './tag-pieces'
import type { TaskPool } from './task-pool'

/** @param viewsChanged tells the pages that the views of a project were written */
export function boardHandlers(
  queries: TaskPool,
  project: () => ProjectSession,
  viewsChanged: (session: ProjectSession) => void
): Pick<Handlers, keyof typeof boardRequests> {
  const runsOf = (runIds: string[]) => project().sources(runIds)
  const runOf = (runId: string) => project().sources([runId])[0]
  return {
    'board.tags': ({ runIds }, signal) => tagsOf(queries, project().folder, runsOf(runIds), signal),
    'board.scalars': ({ runIds, ...query }, signal) =>
      queries.run('scalars', { runs: runsOf(runIds), ...query }, signal),
    'board.groups': ({ groups, ...query }, signal) =>
      queries.run(
        'groups',
        {
          groups: groups.map(({ name, runIds }) => ({ name, runs: runsOf(runIds) })),
          ...query
        },
        signal
      ),
    'board.statistics': ({ runIds, ...query }, signal) =>
      queries.run('statistics', { runs: runsOf(runIds), ...query }, signal),
    'board.histograms': ({ runIds, ...query }, signal) =>
      queries.run('histograms', { runs: runsOf(runIds), ...query }, signal),
    'board.distributions': ({ runIds, ...query }, signal) =>
      queries.run('distributions', { runs: runsOf(runIds), ...query }, signal),
    'board.points': ({ runIds, ...query }, signal) => queries.run('points', { runs: runsOf(runIds), ...query }, signal),
    'board.blob': ({ runId, ...query }, signal) => queries.run('blob', { run: runOf(runId), ...query }, signal),
    'board.texts': ({ runIds, ...query }, signal) => queries.run('texts', { runs: runsOf(runIds), ...query }, signal),
    'board.prCurves': ({ runIds, ...query }, signal) =>
      queries.run('prCurves', { runs: runsOf(runIds), ...query }, signal),
    'board.hparams': ({ runIds }, signal) =>
      queries.run('hparams', { runs: runsOf(runIds), above: runsOf(project().runsAbove(runIds)) }, signal),
    'board.graphs': ({ runId }, signal) => queries.run('graphs', { run: runOf(runId) }, signal),
    'board.graph': ({ runId, source }, signal) => queries.run('graph', { run: runOf(runId), source }, signal),
    'board.export': async ({ runIds, ...query }, signal) => {
      const session = project()
      const { folder } = session
      await makeFolder(join(folder, 'exports'))
      const time = new Date().toISOString().replace(/[:.]/g, '-')
      const place = join('exports', `scalars-${time}.${query.format}`)
      const file = join(folder, place)
      const task = { runs: runsOf(runIds), ...query, file }
      const { points } = await session.during(place, () => queries.run('exportScalars', task, signal))
      return { place, points }
    },
    'views.get': () => readViews(project().folder),
    'views.put': async ({ value, base }) => {
      const session = project()
      const merged = await session.alone(viewsFile, async (tell) => {
        const path = join(session.folder, viewsFile)
        const there = await readText(path, mostViews * 4).catch(() => null)
        // Another page may have written since this one has read.
        const text = there === null ? value : mergedText(base, value, there)
        await writeFileAtomic(path, text)
        tell(viewsFile)
        return text
      })
      viewsChanged(session)
      return { value: merged }
    }
  }
}

export const viewsFile = 'views.json'

function mergedText(base: string | null, mine: string, theirs: string): string {
  try {
    const began: unknown = base === null ? null : JSON.parse(base)
    const merged = JSON.stringify(mergeViews(began, JSON.parse(mine), JSON.parse(theirs)))
    // Too large together to be read again: what is looked at now counts.
    return viewsProblem(merged) === null ? merged : mine
  } catch {
    // What is there is no views at all.
    return mine
  }
}

/**
 * A project that somebody else has made brings its views along. What cannot be ours is moved aside, so that the project opens with
 * the default ones today and tomorrow; where it cannot be moved, it is passed over each time.
 */
async function readViews(folder: string): Promise<{ value: string | null; problem: string | null }> {
  const path = join(folder, viewsFile)
  let wrong: string | null
  try {
    const found = await lstat(path)
    // Four bytes a character at most; a file of gigabytes need not be read to see that it is too large.
    if (!found.isFile()) wrong = 'it is no file'
    else if (found.size > mostViews * 4) wrong = `it is larger than ${mostViews / 1e6} MB`
    else {
      const value = await readFile(path, 'utf8')
      wrong = viewsProblem(value)
      if (wrong === null) return { value, problem: null }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { value: null, problem: null }
    throw describeFileError(error as NodeJS.ErrnoException, path, 'read')
  }
  const aside = `views-${new Date().toISOString().replace(/[:.]/g, '-')}.json`
  const moved = await rename(path, join(folder, aside)).then(
    () => `It lies beside the project as ${aside} now.`,
    () => 'It could not be moved aside.'
  )
  return { value: null, problem: `What the views of this project remember was not read: ${wrong}. ${moved}` }
}
