/**
 * Metrics of checkpoints that an import has measured and not kept yet. Thousands of checkpoints take hours: an import that was
 * cancelled, or whose process ended, goes on from here the next time. What has become a run is forgotten.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, writeFileAtomic } from '../../project/files'
import type { ComputeTasks } from '../../threads/messages'

type Task = ComputeTasks['checkpointMetrics']['in']
export type Measured = ComputeTasks['checkpointMetrics']['out']
type Metrics = NonNullable<Measured['metrics']>

/** Smaller ones are measured again in no time. */
const leastBytes = 1_000_000
const keptMs = 30 * 24 * 3600_000

export class MeasuredCheckpoints {
  /**
   * @param folder in the user's own folder
   * @param versions of the program: another one may measure otherwise
   */
  constructor(
    private readonly folder: string,
    private readonly versions: Record<string, string>
  ) {}

  /** What names a measurement: the files as they are, and the places that are measured. null: it is not worth keeping. */
  keyOf({ root, unit, hooks }: Task): string | null {
    if (unit.bytes < leastBytes) return null
    const said = [this.versions, root, unit.name, unit.files, unit.bytes, unit.modifiedMs, hooks]
    return createHash('sha256').update(JSON.stringify(said)).digest('hex')
  }

  async find(key: string | null): Promise<Metrics | null> {
    if (key === null) return null
    const text = await readFile(this.pathOf(key), 'utf8').catch(() => null)
    if (text === null) return null
    try {
      const { values, notes } = JSON.parse(text) as { values: [string, number | string][]; notes: string[] }
      return { values: Object.fromEntries(values.map(([tag, value]) => [tag, Number(value)])), notes }
    } catch {
      // Half a file of a process that ended: it is measured again.
      return null
    }
  }

  /** A disk that refuses costs what was to be kept, and not the import. */
  async keep(key: string | null, { values, notes }: Metrics): Promise<void> {
    if (key === null) return
    const kept = Object.entries(values).map(([tag, value]) => [tag, Number.isFinite(value) ? value : String(value)])
    await makeFolder(this.folder).catch(() => undefined)
    await writeFileAtomic(this.pathOf(key), JSON.stringify({ values: kept, notes })).catch(() => undefined)
  }

  async forget(keys: readonly (string | null)[]): Promise<void> {
    for (const key of keys) if (key !== null) await rm(this.pathOf(key), { force: true }).catch(() => undefined)
  }

  /** What nobody came back for. */
  async sweep(now = Date.now()): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      const info = await stat(join(this.folder, name)).catch(() => null)
      if (info && now - info.mtimeMs > keptMs) await rm(join(this.folder, name), { force: true }).catch(() => undefined)
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, `${key}.json`)
  }
}
