/** Lets what was recorded out to the disk and to the host, a few times a second and never later than a second. */
import type { RunWriter } from '../project/run-writer'
import type { RecordedRecord } from '../domain/records'
import { tagOf } from '../domain/tags'
import type { TrainMessage } from './messages'

const growIntervalMs = 400
const headline = [
  ...[tagOf.loss('train'), tagOf.loss('val'), tagOf.accuracy('train'), tagOf.accuracy('val')],
  tagOf.meanWeights('l2')
]

export class RunOutput {
  private last: Record<string, number> = {}
  private step = 0
  private pending = false
  /** A timer, because the next record may be far away while this one waits. */
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly writer: RunWriter,
    private readonly say: (message: TrainMessage) => void
  ) {
    this.timer = setInterval(() => this.release(), growIntervalMs)
  }

  recorded(record: RecordedRecord): void {
    if (record.kind === 'scalars') {
      for (const tag of headline) if (tag in record.values) this.last[tag] = record.values[tag]
    }
    this.step = Math.max(this.step, record.step)
    this.pending = true
  }

  release(): void {
    if (!this.pending) return
    this.pending = false
    try {
      this.writer.flush(false)
    } catch {
      // The records stay in the writer; the next one that is emitted meets the same error inside the trainer.
      return
    }
    this.say({ kind: 'grew', step: this.step, last: this.last })
    this.last = {}
  }

  close(): void {
    clearInterval(this.timer)
    this.release()
  }
}
