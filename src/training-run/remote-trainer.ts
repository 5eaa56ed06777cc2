/** The training worker's end of a training that happens elsewhere: it gives data and takes records. */
import { fromWireError, toWireError } from '../domain/errors'
import type { CheckpointState } from '../domain/records'
import type { Dataset } from '../domain/dataset'
import type { RunSpec } from '../domain/run'
import type { TrainerPort, TrainOutcome } from '../training/port'
import { helpNames, type GpuCommand, type GpuMessage } from './gpu/messages'
import { PieceReader, postInPieces, type Piece } from './gpu/pieces'
import type { Speed } from '../training/measure-speed'
import type { TrainBackend } from './train-backend'

export class RemoteTrainer implements TrainBackend {
  private readonly reader = new PieceReader()
  private port: TrainerPort | null = null
  private settle: { resolve(result: TrainOutcome | Speed): void; reject(error: Error): void } | null = null
  private lost: Error | null = null
  /** Records are written one after the other, in the order in which they came. */
  private written = Promise.resolve()

  constructor(private readonly post: (piece: Piece) => void) {}

  /** Records go to `port`; what the host wants is told by `control`. */
  async train(spec: RunSpec, dataset: Dataset, port: TrainerPort, resume?: CheckpointState): Promise<TrainOutcome> {
    this.port = port
    const helps = helpNames.filter((name) => port[name] !== undefined)
    return (await this.ask({ kind: 'start', spec, dataset, resume: resume ?? null, helps })) as TrainOutcome
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
          .then(() => (this.lost ? undefined : this.port?.emit(message.record)))
          .catch((error: Error) => this.end(error))
          // Also after an error: the trainer must not wait for ever for what is not going to be written.
          .then(() => this.say({ kind: 'written' }))
        return
      case 'help':
        void this.help(message)
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

  private async help({ id, name, input }: Extract<GpuMessage, { kind: 'help' }>): Promise<void> {
    try {
      const compute = this.port![name] as (input: unknown) => Promise<unknown>
      this.say({ kind: 'helped', id, value: await compute(input) })
    } catch (error) {
      this.say({ kind: 'not-helped', id, error: toWireError(error) })
    }
  }

  /** Nothing is written any more after the first error, and the other end may stop. */
  private end(error: Error): void {
    this.lost ??= error
    this.control('cancel')
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
