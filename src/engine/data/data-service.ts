/** The project's data sets: everything that reads or writes examples happens in a worker thread. */
import type { DataChoices, DataFindings, DatasetInfo } from '../../domain/data'
import { PhasescopeError } from '../../domain/errors'
import { listDatasets, removeDataset, sweepDatasets } from '../../project/datasets'
import type { Problem } from '../../project/project-folder'
import type { Log } from '../log'
import type { WorkerLauncher } from '../ports'
import { TaskPool } from '../task-pool'

interface Options {
  launcher: WorkerLauncher
  log: Log
}

export class DataService {
  /** A pool of its own: sixty thousand pictures wait behind no fit, and curves not behind them. */
  private readonly pool: TaskPool
  private readonly jobs = new Map<string, { abort: AbortController; ended: Promise<unknown> }>()

  constructor(private readonly options: Options) {
    this.pool = new TaskPool(options.launcher, 1)
  }

  get running(): number {
    return this.jobs.size
  }

  list(project: string): Promise<{ datasets: DatasetInfo[]; problems: Problem[] }> {
    return listDatasets(project)
  }

  /** What the chosen files hold. Nothing is written. */
  inspect(job: string, paths: string[], choices: DataChoices): Promise<DataFindings> {
    return this.during(job, (signal) => this.pool.run('dataInspect', { paths, choices }, signal))
  }

  /** Makes a data set of the chosen files: the whole of it or, after a cancel or an error, nothing. */
  async add(
    project: string,
    request: { job: string; paths: string[]; name: string; choices: DataChoices }
  ): Promise<DatasetInfo> {
    const { job, ...input } = request
    const run = (signal: AbortSignal): Promise<DatasetInfo> => this.pool.run('dataAdd', { ...input, project }, signal)
    const dataset = await this.during(job, run).catch(async (error: unknown) => {
      await sweepDatasets(project)
      throw error
    })
    // The worker may have held gigabytes; the next look at data starts a new one.
    await this.pool.rest()
    this.options.log.add('info', 'Data', `${dataset.name} was added: ${dataset.train + dataset.validation} examples.`)
    return dataset
  }

  async remove(project: string, id: string): Promise<void> {
    await removeDataset(project, id)
  }

  cancel(job: string): void {
    this.jobs.get(job)?.abort.abort()
  }

  /** Ends every job and waits until nothing of them is left. */
  async settle(): Promise<void> {
    for (const { abort } of this.jobs.values()) abort.abort()
    await Promise.allSettled([...this.jobs.values()].map(({ ended }) => ended))
  }

  async close(): Promise<void> {
    await this.settle()
    await this.pool.close()
  }

  private async during<T>(job: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.jobs.has(job)) throw new PhasescopeError('busy', 'These data are already being read.')
    const abort = new AbortController()
    const ended = work(abort.signal).finally(() => this.jobs.delete(job))
    this.jobs.set(job, { abort, ended })
    return ended
  }
}
