/** What the views of a project remember, in a file of the project. */
import { lstat, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { viewRequests } from '../../contract/views'
import { mostViews, viewsProblem } from '../../domain/views'
import { describeFileError, readText, writeFileAtomic } from '../../project/files'
import { mergeViews } from '../../project/merge-views'
import type { HandlersOf } from './handlers'
import type { Services } from './services'

export function viewHandlers({
  project,
  pushOf
}: Pick<Services, 'project' | 'pushOf'>): HandlersOf<typeof viewRequests> {
  return {
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
      pushOf(session, 'views.changed', {})
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
