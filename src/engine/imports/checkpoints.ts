/** Runs of checkpoints: each checkpoint is a task of its own, so that progress tells of each and a cancel waits for none. */
import type { ImportSource } from '../../domain/import-source'
import type { ImportFile } from '../../imports/sources'
import type { RunManifest } from '../../project/manifests'
import type { ComputeTasks } from '../../threads/messages'
import { lostTo } from './problems'
import type { Measured, MeasuredCheckpoints } from './measured-checkpoints'
import type { TaskPool } from '../task-pool'

export interface CheckpointImport {
  file: ImportFile
  /** As it was found; its steps and hook points are read. */
  source: ImportSource
  manifest: RunManifest
  renamed: ComputeTasks['importCheckpoints']['in']['renamed']
  /** Where the run's folder is made. */
  folder: string
}

/** As many runs are measured at a time: their workers have enough to do, and what is measured waits for its run alone. */
const mostRuns = 3

/** @param progress is told how many checkpoints of all have been measured */
export async function importCheckpoints(
  pool: TaskPool,
  measurements: MeasuredCheckpoints,
  imports: readonly CheckpointImport[],
  signal: AbortSignal,
  progress: (done: number, total: number) => void
): Promise<{ done: ComputeTasks['importCheckpoints']['out'][]; keys: (string | null)[] }> {
  const good = imports.filter(({ source }) => source.problem === null)
  const total = good.reduce((sum, { source }) => sum + source.checkpoints!.steps.length, 0)
  const keys: (string | null)[] = []
  let measured = 0
  if (total > 0) progress(measured, total)

  const importRun = async ({ file, source, manifest, renamed, folder }: CheckpointImport): Promise<Done> => {
    if (source.problem !== null) return { source, manifest: null }
    if (file.holds.kind !== 'checkpoints') throw new Error('No checkpoints.')
    const { root, units } = file.holds
    const { hooks, steps } = source.checkpoints!
    const points = await Promise.all(
      steps.map(async ({ at, step, epoch }) => {
        const task = { root, unit: units[at], hooks }
        const key = measurements.keyOf(task)
        keys.push(key)
        const known = await measurements.find(key)
        const result: Measured = known
          ? { metrics: known, problem: null }
          : await pool
              .run('checkpointMetrics', task, signal)
              .catch((error: unknown) => ({ metrics: null, problem: lostTo(units[at].name, error) }))
        if (!known && result.metrics) await measurements.keep(key, result.metrics)
        measured += 1
        if (!signal.aborted) progress(measured, total)
        return { ...result, step, epoch, modifiedMs: units[at].modifiedMs }
      })
    )
    return pool.run('importCheckpoints', { file, source, points, renamed, folder, manifest }, signal)
  }

  const done: Done[] = []
  let next = 0
  const goOn = async (): Promise<void> => {
    for (let at = next++; at < imports.length; at = next++) done[at] = await importRun(imports[at])
  }
  await Promise.all(Array.from({ length: mostRuns }, goOn))
  return { done, keys }
}

type Done = ComputeTasks['importCheckpoints']['out']
