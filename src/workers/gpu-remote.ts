/** The training worker's end of a training that happens elsewhere: it gives data and takes records. */
import { fromWireError } from '../contract/errors'
import type { CheckpointState, Dataset, RunSpec, TrainerPort, TrainOutcome } from '../training/types'
import type { GpuCommand, GpuMessage, Speed } from './gpu-messages'
import { PieceReader, postInPieces, type Piece } from './gpu-pieces'
import type { TrainBackend } from './train-backend'

export class RemoteTrainer implements TrainBackend {
  private readonly reader = new PieceReader()
  private emit: TrainerPort['emit'] = () => undefined
  private settle: { resolve(result: TrainOutcome | Speed): void; reject(error: Error): void } | null = null
  private lost: Error | null = null
  /** Records are written one after the other, in the order in which they came. */
  private written = Promise.resolve()

  constructor(private readonly post: (piece: Piece) => void) {}

  /** Records go to `port`; what the host wants is told by `control`. */
  async train(spec: RunSpec, dataset: Dataset, port: TrainerPort, resume?: CheckpointState): Promise<TrainOutcome> {
    this.emit = (record) => port.emit(record)
    return (await this.ask({ kind: 'start', spec, dataset, resume: resume ?? null })) as TrainOutcome
  }

  async measure(spec: RunSpec, dataset: Dataset, limitMs: number): Promise<Speed> {
    return (await this.ask({ kind: 'measure', spec, dataset, limitMs })) as Speed
  }

  control(wanted: 'run' | 'pause' | 'cancel'): void {
    this.say({ kind: 'control', wanted })
  }

  receive(piece: Piece): void {
    const message = this.reader.accept(piece) as GpuMessage | undefined
    if (!message) return
    switch (message.kind) {
      case 'record':
        this.written = this.written
          .then(() => (this.lost ? undefined : this.emit(message.record)))
          .then(
            () => this.say({ kind: 'written' }),
            (error: Error) => this.end(error)
          )
        return
      case 'finished':
        void this.written.then(() => this.settle?.resolve(message.outcome))
        return
      case 'measured':
        this.settle?.resolve(message.speed)
        return
      case 'failed':
        void this.written.then(() => this.settle?.reject(fromWireError(message.error)))
        return
    }
  }

  /** The other end is gone. */
  gone(reason: string): void {
    this.end(new Error(reason))
  }

  /** Nothing is written any more after the first error. */
  private end(error: Error): void {
    this.lost ??= error
    this.settle?.reject(error)
  }

  private ask(command: GpuCommand): Promise<TrainOutcome | Speed> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(this.lost)
      this.settle = { resolve, reject }
      this.say(command)
    })
  }

  private say(command: GpuCommand): void {
    postInPieces(command, this.post)
  }
}
