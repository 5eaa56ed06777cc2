/** Runs of checkpoints: each checkpoint is a task of its own, so that progress tells of each and a cancel waits for none. */
import type { ImportSource } from '../contract/domain'
import type { ImportFile } from '../imports/sources'
import type { RunManifest } from '../project/manifests'
import type { ComputeTasks } from '../threads/messages'
import { lostTo } from './import-problems'
import type { TaskPool } from './task-pool'

export interface CheckpointImport {
  file: ImportFile
  /** As it was found; its steps and hook points are read. */
  source: ImportSource
  manifest: RunManifest
  /** Tags that another part of the run has. */
  without: string[]
  /** Where the run's folder is made. */
  folder: string
}

/** @param progress is told how many checkpoints of all have been measured */
export async function importCheckpoints(
  pool: TaskPool,
  imports: readonly CheckpointImport[],
  signal: AbortSignal,
  progress: (done: number, total: number) => void
): Promise<ComputeTasks['importCheckpoints']['out'][]> {
  const good = imports.filter(({ source }) => source.problem === null)
  const total = good.reduce((sum, { source }) => sum + source.checkpoints!.steps.length, 0)
  let done = 0
  if (total > 0) progress(done, total)
  return Promise.all(
    imports.map(async ({ file, source, manifest, without, folder }) => {
      if (source.problem !== null) return { source, manifest: null }
      if (file.holds.kind !== 'checkpoints') throw new Error('No checkpoints.')
      const { root, units } = file.holds
      const { hooks, steps } = source.checkpoints!
      const points = await Promise.all(
        steps.map(async ({ at, step, epoch }) => {
          const measured = await pool
            .run('checkpointMetrics', { root, unit: units[at], hooks }, signal)
            .catch((error: unknown) => ({ metrics: null, problem: lostTo(units[at].name, error) }))
          done += 1
          if (!signal.aborted) progress(done, total)
          return { ...measured, step, epoch, modifiedMs: units[at].modifiedMs }
        })
      )
      return pool.run('importCheckpoints', { file, source, points, without, folder, manifest }, signal)
    })
  )
}
