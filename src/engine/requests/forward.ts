/** Requests that one task answers: nothing happens to them but that the ids of runs become the places where runs are read. */
import type { ComputeTasks, TaskName } from '../../threads/messages'
import type { Services } from './services'

type In<N extends TaskName> = ComputeTasks[N]['in']
type Out<N extends TaskName> = ComputeTasks[N]['out']
type AboutRuns = { [N in TaskName]: In<N> extends { runs: readonly { runId: string }[] } ? N : never }[TaskName]
type AboutRun = { [N in TaskName]: In<N> extends { run: { runId: string } } ? N : never }[TaskName]

export function questionsOf({ queries, project }: Pick<Services, 'queries' | 'project'>) {
  return {
    /** A task that takes `runs` answers a request that names `runIds`. */
    aboutRuns:
      <N extends AboutRuns>(name: N) =>
      ({ runIds, ...query }: Omit<In<N>, 'runs'> & { runIds: string[] }, signal?: AbortSignal): Promise<Out<N>> =>
        queries.run(name, { runs: project().sources(runIds), ...query } as unknown as In<N>, signal),
    /** A task that takes `run` answers a request that names `runId`. */
    aboutRun:
      <N extends AboutRun>(name: N) =>
      ({ runId, ...query }: Omit<In<N>, 'run'> & { runId: string }, signal?: AbortSignal): Promise<Out<N>> =>
        queries.run(name, { run: project().sources([runId])[0], ...query } as unknown as In<N>, signal),
    /** A task that takes what the request says as it is. */
    as:
      <N extends TaskName>(name: N) =>
      (query: In<N>, signal?: AbortSignal): Promise<Out<N>> =>
        queries.run(name, query, signal)
  }
}
