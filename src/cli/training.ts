/** Watching runs until they end: what `train` and `resume` share. */
import type { Engine } from '../engine/engine'
import { tellLeads } from './commands/diagnose'
import { printRuns } from './commands/runs'
import { interruptible } from './interrupt'
import type { Context } from './options'
import { TrainingProgress } from './progress'
import { duration } from './terminal'

const unfinished = new Set(['queued', 'running', 'paused'])

/**
 * Begins runs, shows how they go, and lists them at the end. Ctrl-C stops them with a checkpoint each: they are interrupted,
 * not cancelled, so that `resume` goes on with them by itself.
 * @param begin starts the runs and returns their ids
 * @returns the exit code: 0 when every run is done
 */
export async function trainAndWatch(
  engine: Engine,
  context: Context,
  json: boolean,
  total: number,
  begin: () => Promise<string[]>
): Promise<number> {
  const { terminal } = context
  const progress = new TrainingProgress(terminal, total)
  const ended = new Set<string>()
  const told = new Set<string>()
  const listening = [
    engine.on('training.progress', (payload) => progress.advanced(payload)),
    engine.on('runs.changed', ({ runs }) => {
      for (const run of runs) {
        if (run.status === 'running') {
          progress.started(run.id, run.name)
          // Where it goes on from, and what could not be used.
          if (run.message !== null && !told.has(run.message)) {
            told.add(run.message)
            progress.note(`${run.name}: ${run.message}`)
          }
        }
        if (!unfinished.has(run.status) && !ended.has(run.id)) {
          ended.add(run.id)
          const text = run.message ?? `${run.status} after ${run.step} steps in ${duration(run.elapsedSeconds)}`
          progress.ended(run.id, run.name, text)
        }
      }
    }),
    engine.on('log', ({ level, source, text }) => {
      if (level !== 'warning') return
      told.add(text)
      progress.note(`${source}: ${text}`)
    })
  ]
  let runIds: string[] = []
  let stopped = false
  const session = engine.project
  try {
    const interrupted = await interruptible(
      terminal,
      'Stopping; every run saves a checkpoint first. Press Ctrl-C again to stop at once.',
      () => {
        stopped = true
        return engine.training.release(session)
      },
      async () => {
        runIds = await begin()
        // They were not there yet when somebody pressed it.
        if (stopped) await engine.training.release(session)
        await Promise.all(runIds.map((runId) => engine.training.finished(runId)))
      }
    )
    progress.clear()
    if (interrupted) terminal.note('Stopped. phasescope resume goes on with these runs.')
  } finally {
    for (const stop of listening) stop()
  }
  const runs = session.listRuns().filter((run) => runIds.includes(run.id))
  printRuns(runs, json, terminal)
  const read = runs.filter(({ status }) => !unfinished.has(status)).map(({ id }) => id)
  await tellLeads(engine, read, terminal)
  return runs.every((run) => run.status === 'done') ? 0 : 1
}
