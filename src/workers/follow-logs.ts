/** One look at log folders: which runs are there, and whether their files have changed since the last look. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findLogRuns, isEventFile } from '../project/log-folder'
import type { ComputeTasks } from './messages'

export async function followLogs({
  folders,
  runs
}: ComputeTasks['followLogs']['in']): Promise<ComputeTasks['followLogs']['out']> {
  const found: ComputeTasks['followLogs']['out'] = { folders: [], runs: [] }
  for (const { id, path } of folders) {
    try {
      const log = await findLogRuns(path)
      found.folders.push({
        id,
        problem: null,
        runs: log.map(({ name, files, modifiedMs }) => ({
          ...{ name, files: files.size, state: stateOf([...files]), modifiedMs }
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
