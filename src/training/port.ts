/** The trainer's only link with the outside. */
import type { TrainRecord } from '../domain/records'
import type { ParameterValues, WeightScalars } from '../hooks/weights'
import type { UserMetricAnswers, UserMetricPoint } from '../domain/user-metrics'

/** Parameters as they are at a point, and what is to be computed of them. */
export interface WeightMetricsJob {
  /** Copies, safe to transfer. */
  parameters: ParameterValues[]
  hooks: readonly string[]
}

/** Pure: the same trainer runs in a worker thread or in a browser worker. */
export interface TrainerPort {
  emit(record: TrainRecord): void | Promise<void>
  /** Milliseconds, monotonic. */
  now(): number
  /** Seconds since 1970. */
  wallTime(): number
  /** Asked between steps. 'pause' makes the trainer await `resumed()`. */
  control(): 'run' | 'pause' | 'cancel'
  resumed(): Promise<void>
  /** Lets pending messages in; awaited between steps every few milliseconds. */
  yield(): Promise<void>
  /** Computes the weight metrics beside the training, where the host has a thread for it; without, the trainer does. */
  weightMetrics?(job: WeightMetricsJob): Promise<WeightScalars>
  /** The user's own metric functions, where there are some. */
  userMetrics?(point: UserMetricPoint): Promise<UserMetricAnswers>
}

export interface TrainOutcome {
  status: 'done' | 'cancelled'
  /** Why it ended before the last planned step, as a clause; null where it did not. */
  stoppedEarly: string | null
  step: number
  epoch: number
}
