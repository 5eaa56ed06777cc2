/**
 * The end with the GPU: trains what it is given, and hands out records and checkpoints. Pure: it runs in the web worker of
 * Electron's hidden window, and in tests wherever there is a backend.
 */
import { fromWireError, toWireError } from '../../domain/errors'
import { train } from '../../training/trainer'
import type { Dataset } from '../../domain/dataset'
import type { RunSpec } from '../../domain/run'
import type { TrainerPort } from '../../training/port'
import type { TrainRecord } from '../../domain/records'
import type { GpuCommand, GpuMessage, HelpName } from './messages'
import { PieceReader, postInPieces, type Piece } from './pieces'
import { measureSpeed } from '../../training/measure-speed'

/** Records that may be on their way at a time. A checkpoint is waited for: it is large, and a promise of safety. */
const mostUnwritten = 32

export interface GpuTrainerHost {
  post(piece: Piece): void
  /** Makes the backend of `spec` the current one; `failed` is told when it breaks down later. */
  prepare(spec: RunSpec, failed: (error: Error) => void): Promise<void>
  /** Milliseconds, monotonic. */
  now(): number
  /** Lets messages in. */
  yield(): Promise<void>
}

export class GpuTrainer {
  private readonly reader = new PieceReader()
  private wanted: 'run' | 'pause' | 'cancel' = 'run'
  private unwritten = 0
  private waiting: { most: number; resolve(): void }[] = []
  private wake: (() => void) | null = null
  private nextHelp = 1
  private readonly helping = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()

  constructor(private readonly host: GpuTrainerHost) {}

  /** Takes a piece of a command. Probes are for the host to answer. */
  receive(piece: Piece): void {
    const command = this.reader.accept(piece) as Exclude<GpuCommand, { kind: 'probe' }> | undefined
    if (!command) return
    switch (command.kind) {
      case 'start':
        void this.run(command)
        return
      case 'measure':
        void this.measure(command.spec, command.dataset, command.limitMs)
        return
      case 'written':
        this.unwritten--
        this.waiting = this.waiting.filter(({ most, resolve }) => {
          if (this.unwritten > most) return true
          resolve()
          return false
        })
        return
      case 'helped':
        this.helping.get(command.id)?.resolve(command.value)
        this.helping.delete(command.id)
        return
      case 'not-helped':
        this.helping.get(command.id)?.reject(fromWireError(command.error))
        this.helping.delete(command.id)
        return
      case 'control':
        this.wanted = command.wanted
        if (this.wanted !== 'pause') this.wake?.()
        return
    }
  }

  private async run({ spec, dataset, resume, helps }: Extract<GpuCommand, { kind: 'start' }>): Promise<void> {
    await this.guarded(spec, async () => {
      const outcome = await train(spec, dataset, this.port(helps), resume ?? undefined)
      await this.below(0)
      this.say({ kind: 'finished', outcome })
    })
  }

  private async measure(spec: RunSpec, dataset: Dataset, limitMs: number): Promise<void> {
    await this.guarded(spec, async () => {
      this.say({ kind: 'measured', speed: await measureSpeed(spec, dataset, limitMs, this.port()) })
    })
  }

  /** A device that breaks down may leave its reads unanswered, so its failure does not wait for the work to notice. */
  private guarded(spec: RunSpec, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      let failed = false
      const fail = (error: unknown): void => {
        if (!failed) this.say({ kind: 'failed', error: toWireError(error) })
        failed = true
        resolve()
      }
      this.host.prepare(spec, fail).then(work).then(resolve, fail)
    })
  }

  private port(helps: readonly HelpName[] = []): TrainerPort {
    return {
      emit: (record) => this.emit(record),
      now: () => this.host.now(),
      wallTime: () => Date.now() / 1000,
      control: () => this.wanted,
      resumed: () =>
        new Promise<void>((resolve) => {
          if (this.wanted !== 'pause') return resolve()
          this.wake = () => {
            this.wake = null
            resolve()
          }
        }),
      yield: () => this.host.yield(),
      ...Object.fromEntries(helps.map((name) => [name, (input: unknown) => this.help(name, input)]))
    }
  }

  private emit(record: TrainRecord): Promise<void> {
    this.unwritten++
    this.say({ kind: 'record', record })
    return this.below(record.kind === 'checkpoint' ? 0 : mostUnwritten)
  }

  private help(name: HelpName, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.nextHelp++
      this.helping.set(id, { resolve, reject })
      this.say({ kind: 'help', id, name, input })
    })
  }

  /** Resolves when at most that many records are unwritten. */
  private below(most: number): Promise<void> {
    if (this.unwritten <= most) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push({ most, resolve }))
  }

  private say(message: GpuMessage): void {
    postInPieces(message, (piece) => this.host.post(piece))
  }
}
