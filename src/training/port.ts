/** The trainer's only link with the outside. */
import type { TrainRecord } from '../domain/records'
import type { ParameterValues, WeightScalars } from '../hooks/weights'
import type { PointAsked, PointSeen, PointSite } from './point'
import type { UserMetricAnswers, UserMetricPoint } from '../domain/user-metrics'

/** Parameters as they are at a point, and what is to be computed of them. */
export interface WeightMetricsJob {
  /** Copies, safe to transfer. */
  parameters: ParameterValues[]
  hooks: readonly string[]
}

/** What a point shows, computed beside the training, to the same bits. */
export interface PointsBeside {
  /** Starts getting ready. Once, before anything is asked. */
  begin(site: PointSite): void
  /** Until it is, and after it has failed, the trainer looks itself. */
  ready(): boolean
  /** Answers come in the order in which they are asked for. @param values see `TrainingSession.modelValues`; all is transferred */
  look(asked: PointAsked, values: Float32Array[]): Promise<PointSeen>
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
  /** Where the host has a thread with the trainer's backend. */
  pointsBeside?: PointsBeside
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
