/** Order of examples and cutting of batches. Everything follows from the seed and the step, so nothing has to be saved. */
import type { Rng } from '../numeric/rng'
import { streamOf } from './streams'
import type { RunSpec } from '../domain/run'
import type { Split } from '../domain/dataset'

export interface Batch {
  inputs: Float32Array | Int32Array
  /** [count, heads] */
  labels: Int32Array
  /** [count, width] */
  targets?: Float32Array
  count: number
  /** What white is, where it is not 1. */
  byteMaximum?: 255
}

export class BatchSource {
  private epoch = -1
  private order = new Uint32Array(0)
  constructor(
    private readonly split: Split,
    private readonly batchSize: number,
    private readonly run: Pick<RunSpec, 'seed' | 'streams'>
  ) {}

  get stepsPerEpoch(): number {
    return Math.ceil(this.split.count / this.batchSize)
  }

  /** The batch of update `step` + 1. Each epoch has its own shuffle, drawn from (seed, epoch) alone. */
  batchAt(step: number): Batch {
    const epoch = Math.floor(step / this.stepsPerEpoch)
    if (epoch !== this.epoch) {
      this.order = Uint32Array.from({ length: this.split.count }, (_, i) => i)
      streamOf(this.run, `order/${epoch}`).shuffle(this.order)
      this.epoch = epoch
    }
    const from = (step - epoch * this.stepsPerEpoch) * this.batchSize
    return gather(this.split, this.order.subarray(from, Math.min(from + this.batchSize, this.split.count)))
  }
}

/** At most `limit` examples of a split, drawn once by `rng`, in their original order. */
export function subset(split: Split, limit: number, rng: Rng): Split {
  if (split.count <= limit) return split
  const order = rng.shuffle(Uint32Array.from({ length: split.count }, (_, i) => i))
  return takeExamples(split, order.slice(0, limit).sort())
}

/** Consecutive batches of a split. */
export function* consecutive(split: Split, size: number): Generator<Batch> {
  const rows = Uint32Array.from({ length: split.count }, (_, i) => i)
  for (let from = 0; from < split.count; from += size) yield gather(split, rows.subarray(from, from + size))
}

/** The examples of these indices, in this order. */
export function takeExamples(split: Split, rows: Uint32Array): Split {
  const per = (values: ArrayLike<number>): number => values.length / split.count
  return {
    inputs: rowsOf(split.inputs, per(split.inputs), rows),
    labels: rowsOf(split.labels, per(split.labels), rows),
    ...(split.targets ? { targets: rowsOf(split.targets, per(split.targets), rows) } : {}),
    ...(split.byteMaximum === undefined ? {} : { byteMaximum: split.byteMaximum }),
    count: rows.length
  }
}

function gather(split: Split, rows: Uint32Array): Batch {
  const { inputs, byteMaximum, ...rest } = takeExamples(split, rows)
  if (!(inputs instanceof Uint8Array)) return { ...rest, inputs }
  const unit = 255 / (byteMaximum ?? 1)
  const white = byteMaximum === undefined ? {} : { byteMaximum }
  return { ...rest, ...white, inputs: Float32Array.from(inputs, (byte) => byte / unit) }
}

function rowsOf<A extends Float32Array | Int32Array | Uint8Array>(values: A, width: number, rows: Uint32Array): A {
  const taken = new (values.constructor as new (size: number) => A)(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    taken.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  }
  return taken
}
