/**
 * Runs that train in turns in one process: each goes on for some steps and then waits while the others do. So whatever slows the
 * machine down for a moment meets all of them, and only the middle of a run is measured: neither its start nor its end.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RunWriter } from '../src/project/run-writer'
import { train } from '../src/training/trainer'
import { MetricsThread } from '../src/training-run/metrics-thread'
import { PointThread } from '../src/training-run/point-thread'
import type { Dataset } from '../src/domain/dataset'
import type { RunSpec } from '../src/domain/run'
import type { TrainerPort } from '../src/training/port'

export interface Turn {
  wallMs: number
  /** What this thread computed, without the time in which others had the core; the wall time where the system does not say. */
  cpuMs: number
}

export class RunInTurns {
  private readonly folder = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  private readonly writer = new RunWriter(this.folder, 0)
  private readonly metrics: MetricsThread
  private readonly points: PointThread
  private outcome: Promise<unknown> | null = null
  private steps = 0
  private until = 0
  private wake: () => void = () => undefined
  private turned: () => void = () => undefined
  private failed: (error: unknown) => void = () => undefined
  private ended = false

  /** @param threads the folder with the built threads beside the training, which are those of the application */
  constructor(
    private readonly spec: RunSpec,
    private readonly dataset: Dataset,
    threads: string
  ) {
    this.metrics = new MetricsThread(join(threads, 'metrics-worker.js'))
    this.points = new PointThread('', join(threads, 'point-worker.js'))
  }

  /** Trains `steps` further steps, and records what belongs to them. */
  async turn(steps: number): Promise<Turn> {
    const [start, cpu] = [performance.now(), threadCpuMs()]
    await new Promise<void>((resolve, reject) => {
      this.turned = resolve
      this.failed = reject
      this.until = this.steps + steps
      if (this.outcome) this.wake()
      else this.begin()
    })
    return { wallMs: performance.now() - start, cpuMs: threadCpuMs() - cpu }
  }

  /** With the first turn: two runs at once would take each other's values, which are views. */
  private begin(): void {
    this.outcome = train(this.spec, this.dataset, this.port())
    this.outcome.catch((error: unknown) => this.failed(error))
  }

  /** Until the threads beside the training have started. */
  async ready(): Promise<void> {
    while (!this.points.ready()) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  async end(): Promise<void> {
    this.ended = true
    this.wake()
    await this.outcome
    await Promise.all([this.metrics.close(), this.points.close()])
    this.writer.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private port(): TrainerPort {
    return {
      // Checkpoints are no observing: the one of the end is let go.
      emit: (record) => {
        if ('wallTimeSeconds' in record) this.writer.record(record)
      },
      now: () => performance.now(),
      wallTime: () => Date.now() / 1000,
      // Asked once before every step, and once more after a pause.
      control: () => {
        if (this.ended) return 'cancel'
        if (this.steps >= this.until) return 'pause'
        this.steps++
        return 'run'
      },
      resumed: () => {
        this.turned()
        return new Promise((resolve) => (this.wake = resolve))
      },
      yield: () => new Promise((resolve) => setImmediate(resolve)),
      weightMetrics: (job) => this.metrics.compute(job),
      pointsBeside: this.points
    }
  }
}

function threadCpuMs(): number {
  try {
    // Linux: nanoseconds on a core, nanoseconds of waiting for one, slices.
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  } catch {
    return performance.now()
  }
}
