/** One look at log folders: which runs are there, and whether their files have changed since the last look. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findLogRuns, isEventFile } from '../project/log-folder'

/** A run in a followed log folder: how many event files it has, and what tells whether they have changed. */
export interface LoggedRun {
  name: string
  files: number
  state: string
  modifiedMs: number
}

interface FollowedPlaces {
  folders: { id: string; path: string }[]
  /** Own runs that another process trains. */
  runs: { id: string; folder: string }[]
}

interface LogLook {
  folders: { id: string; problem: string | null; runs: LoggedRun[] }[]
  runs: { id: string; state: string }[]
}

export async function followLogs({ folders, runs }: FollowedPlaces): Promise<LogLook> {
  const found: LogLook = { folders: [], runs: [] }
  for (const { id, path } of folders) {
    try {
      const log = await findLogRuns(path)
      found.folders.push({
        id,
        problem: null,
        runs: log.map(({ name, files, modifiedMs }) => ({
          name,
          files: files.size,
          state: stateOf([...files]),
          modifiedMs
        }))
      })
    } catch (error) {
      found.folders.push({ id, problem: (error as Error).message, runs: [] })
    }
  }
  for (const { id, folder } of runs) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => isEventFile(name) || name === 'run.json')
    const files = await Promise.all(
      names.sort().map(async (name): Promise<[string, number]> => {
        const info = await stat(join(folder, name)).catch(() => null)
        return [name, info ? info.size + (name === 'run.json' ? info.mtimeMs : 0) : 0]
      })
    )
    found.runs.push({ id, state: stateOf(files) })
  }
  return found
}

/** Event files only grow: as long as their names and sizes are the same, so is what they hold. */
function stateOf(files: [name: string, size: number][]): string {
  return files.map(([name, size]) => `${name}:${size}`).join('|')
}
