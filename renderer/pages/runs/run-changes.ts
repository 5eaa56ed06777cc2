/** Changes of runs that can be taken back: labels, and what is removed. */
import type { RunInfo } from '../../../src/domain/run'
import type { RequestParams } from '../../../src/contract/requests'
import { request } from '../../bridge/host'
import { plural } from '../../ui/format'
import { useUndo } from '../../state/undo'

type Annotation = RequestParams<'runs.annotate'>['runs'][number]
export type Labels = Omit<Annotation, 'runId'>

/**
 * @param done what has been done: "Starred"
 * @param change what a run gets; what is the same as before is left out, and runs that stay as they are
 */
export function annotate(done: string, runs: readonly RunInfo[], change: (run: RunInfo) => Labels): Promise<void> {
  const [after, before]: [Annotation[], Annotation[]] = [[], []]
  for (const run of runs) {
    const labels = change(run)
    const now: Labels = {
      name: run.name,
      notes: run.notes,
      tags: run.tags,
      starred: !!run.starred,
      archived: !!run.archived
    }
    const keys = (Object.keys(labels) as (keyof Labels)[]).filter(
      (key) => labels[key] !== undefined && JSON.stringify(labels[key]) !== JSON.stringify(now[key])
    )
    if (keys.length === 0) continue
    const only = (from: Labels): Annotation => ({
      runId: run.id,
      ...Object.fromEntries(keys.map((key) => [key, from[key]]))
    })
    after.push(only(labels))
    before.push(only(now))
  }
  if (after.length === 0) return Promise.resolve()
  return useUndo().perform({
    title: `${done} ${plural(after.length, 'run')}`,
    redo: () => request('runs.annotate', { runs: after }),
    undo: () => request('runs.annotate', { runs: before })
  })
}

/** Into the project's trash, and back. */
export function remove(runs: readonly RunInfo[]): Promise<void> {
  const runIds = runs.map(({ id }) => id)
  return useUndo().perform({
    title: `Removed ${plural(runs.length, 'run')}`,
    redo: () => request('runs.remove', { runIds }),
    undo: () => putBack(runIds)
  })
}

/** The newest of each that lies in the trash. @throws Error where some are no longer there; the others are put back */
async function putBack(runIds: readonly string[]): Promise<void> {
  const items = await request('trash.list', {})
  let gone = 0
  for (const runId of runIds) {
    const its = items.filter(({ place }) => place === `runs/${runId}`)
    const newest = its.sort((a, b) => (a.removedAt < b.removedAt ? 1 : -1))[0]
    if (newest) await request('trash.restore', { name: newest.name })
    else gone += 1
  }
  if (gone > 0)
    throw new Error(`${plural(gone, 'run')} of ${runIds.length} cannot be put back: no longer in the trash.`)
}
