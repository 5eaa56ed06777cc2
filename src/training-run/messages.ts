/** Messages of the threads and processes that train: tagged unions, one per direction. */
import type { WireError } from '../domain/errors'
import type { DataFacts } from '../domain/data-facts'
import type { Recipe } from '../domain/recipe'
import type { RecordOptions } from '../domain/record-options'
import type { RunSpec } from '../domain/run'
import type { BestPoint } from '../domain/best-point'
import type { HookCost } from '../training/observing-cost'
import type { Speed } from '../training/measure-speed'
import type { Piece } from './gpu/pieces'

export type { Piece, Speed }
export type { ProbeCommand, ProbeReply } from './gpu/messages'

/** To a training worker. One worker trains one run and then ends. */
export type TrainCommand =
  | {
      kind: 'start'
      folder: string
      spec: RunSpec
      /** Folder with the bundled data sets. */
      resources: string
      /** The project's folder, for its data sets. */
      project: string
      /** Text of the user's metric functions, where there are some that are trusted. */
      userMetrics: string | null
      /** Whether somebody is there to let a paused run go on. */
      attended: boolean
      /** Folder with TensorFlow.js's .wasm files, ending in a separator. */
      wasm: string
      /** Number of the claim under which the run is trained: once there is a higher one, nothing is written any more. */
      claim: number | null
      /** Project folders in which no link is followed, because nobody has trusted them. */
      confined: string[]
      /** The host has a trainer with the GPU, with which it exchanges `gpu` messages. */
      remote?: boolean
    }
  /** Trains for about `limitMs`, records nothing and tells how fast it went, or what each of its hook points costs. */
  | {
      kind: 'measure'
      what: 'speed' | 'observing'
      spec: RunSpec
      resources: string
      project: string
      wasm: string
      remote: boolean
      limitMs: number
    }
  | { kind: 'gpu'; piece: Piece }
  | { kind: 'gpu-gone'; reason: string }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'cancel' }

/** From a training worker. */
export type TrainMessage =
  /** @param again what is to be said about checkpoints that could not be used */
  | { kind: 'started'; step: number; again: string[] }
  | {
      kind: 'progress'
      step: number
      totalSteps: number
      epoch: number
      totalEpochs: number
      stepsPerSecond: number
      elapsedSeconds: number
      remainingSeconds: number
    }
  | { kind: 'grew'; step: number; last: Record<string, number> }
  | { kind: 'checkpoint'; step: number; best: BestPoint | null }
  | { kind: 'log'; level: 'info' | 'warning' | 'error'; text: string }
  | { kind: 'facts'; facts: DataFacts }
  /** The run waits for somebody to look at it. */
  | { kind: 'alert'; step: number; text: string; paused: boolean }
  | { kind: 'finished'; status: 'done' | 'cancelled'; stoppedEarly: string | null; step: number; epoch: number }
  | { kind: 'failed'; error: WireError }
  | { kind: 'measured'; speed: Speed }
  | { kind: 'observed'; costs: HookCost[] }
  /** For the trainer with the GPU. */
  | { kind: 'gpu'; piece: Piece }

export interface Draft extends Recipe {
  /** null: those that the experiment begins with. */
  hooks: string[] | null
  record: RecordOptions
}
