/** Order of examples and cutting of batches. Everything follows from the seed and the step, so nothing has to be saved. */
import { Rng } from '../numeric/rng'
import type { Split } from './types'

export interface Batch {
  inputs: Float32Array | Int32Array
  labels: Int32Array
  count: number
}

export class BatchSource {
  private epoch = -1
  private order = new Uint32Array(0)
  private readonly width: number

  constructor(
    private readonly split: Split,
    private readonly batchSize: number,
    private readonly seed: number
  ) {
    this.width = split.inputs.length / split.count
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.split.count / this.batchSize)
  }

  /** The batch of update `step` + 1. Each epoch has its own shuffle, drawn from (seed, epoch) alone. */
  batchAt(step: number): Batch {
    const epoch = Math.floor(step / this.stepsPerEpoch)
    if (epoch !== this.epoch) {
      this.order = Uint32Array.from({ length: this.split.count }, (_, i) => i)
      Rng.forPurpose(this.seed, `order/${epoch}`).shuffle(this.order)
      this.epoch = epoch
    }
    const from = (step - epoch * this.stepsPerEpoch) * this.batchSize
    return gather(this.split, this.width, this.order.subarray(from, Math.min(from + this.batchSize, this.split.count)))
  }
}

/** At most `limit` examples of a split, drawn once by `rng`, in their original order. */
export function subset(split: Split, limit: number, rng: Rng): Split {
  if (split.count <= limit) return split
  const order = rng.shuffle(Uint32Array.from({ length: split.count }, (_, i) => i))
  const chosen = order.slice(0, limit).sort()
  return gather(split, split.inputs.length / split.count, chosen)
}

/** Consecutive batches of a split, as views. */
export function* consecutive(split: Split, size: number): Generator<Batch> {
  const width = split.inputs.length / split.count
  for (let from = 0; from < split.count; from += size) {
    const to = Math.min(from + size, split.count)
    const inputs = split.inputs.subarray(from * width, to * width)
    yield { inputs, labels: split.labels.subarray(from, to), count: to - from }
  }
}

function gather(split: Split, width: number, rows: Uint32Array): Batch {
  const floats = split.inputs instanceof Float32Array
  const inputs = floats ? new Float32Array(rows.length * width) : new Int32Array(rows.length * width)
  const labels = new Int32Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    inputs.set(split.inputs.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
    labels[i] = split.labels[rows[i]]
  }
  return { inputs, labels, count: rows.length }
}
