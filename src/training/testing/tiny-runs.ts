/** For tests: small runs, and a port that keeps all records. */
import { readFileSync } from 'node:fs'
import { prepareBackend } from '../../tensor/backend'
import { loadDataset } from '../datasets'
import { defaultHooks, findExperiment, resolveRecipe } from '../experiments'
import { train } from '../trainer'
import type { CheckpointState, RecordedRecord, TrainRecord } from '../../domain/records'
import type { Dataset, DatasetFacts } from '../../domain/dataset'
import type { ParamValue, Recipe } from '../../domain/recipe'
import type { RecordOptions } from '../../domain/record-options'
import type { RunSpec } from '../../domain/run'
import type { TrainerPort, TrainOutcome } from '../port'

export const tinyTransformer: Record<string, ParamValue> = {
  p: 11,
  dModel: 16,
  heads: 2,
  dMlp: 32,
  trainFraction: 0.5,
  batchSize: 16,
  epochs: 3,
  evalSamples: 40
}

export const tinyMnist: Record<string, ParamValue> = {
  trainSamples: 60,
  validationSamples: 30,
  hidden1: 16,
  hidden2: 12,
  batchSize: 16,
  epochs: 3
}

/** A complete recipe. */
export function recipeOf(
  experiment: string,
  params: Record<string, ParamValue> = {},
  data: DatasetFacts | null = null
): Recipe {
  return resolveRecipe({ experiment, params, data, network: null })
}

export function tinySpec(experiment: string, params: Record<string, ParamValue>, more: Partial<RunSpec> = {}): RunSpec {
  const { defaultRecord } = findExperiment(experiment)
  const recipe = recipeOf(experiment, params)
  const record: RecordOptions = { ...defaultRecord, metricsEvery: 1, activationsEvery: 2, checkpointEvery: 1 }
  return {
    ...recipe,
    seed: 5,
    streams: 2,
    hooks: defaultHooks(recipe),
    record,
    backend: 'wasm',
    parent: null,
    ...more
  }
}

export class RecordingPort implements TrainerPort {
  readonly records: TrainRecord[] = []
  yields = 0
  /** Asked at every look for control. */
  decide: () => 'run' | 'pause' | 'cancel' = () => 'run'
  waits = 0
  /** Free for `decide` to count with. */
  stepsSeen = 0
  private clock = 0

  emit(record: TrainRecord): void {
    this.records.push(record)
  }
  now(): number {
    // A clock of its own, so that nothing depends on the machine: every look takes 5 ms.
    return (this.clock += 5)
  }
  wallTime(): number {
    return 1_700_000_000 + this.clock / 1000
  }
  control(): 'run' | 'pause' | 'cancel' {
    return this.decide()
  }
  async resumed(): Promise<void> {
    this.waits++
  }
  async yield(): Promise<void> {
    this.yields++
  }

  of<K extends TrainRecord['kind']>(kind: K): Extract<TrainRecord, { kind: K }>[] {
    return this.records.filter((record) => record.kind === kind) as Extract<TrainRecord, { kind: K }>[]
  }

  checkpoints(): CheckpointState[] {
    return this.of('checkpoint').map(({ state }) => state)
  }

  /** All that has to be the same when a run is repeated: what becomes part of the event file, without wall-clock values. */
  deterministic(fromStep = 0): unknown[] {
    return this.records
      .filter((record): record is RecordedRecord => 'wallTimeSeconds' in record && record.step >= fromStep)
      .map((record) => {
        const { wallTimeSeconds: _, ...rest } = record
        if (record.kind !== 'scalars') return rest
        const values = Object.entries(record.values).filter(([tag]) => !tag.startsWith('time/'))
        return { ...rest, values: Object.fromEntries(values) }
      })
  }
}

export async function runTiny(
  spec: RunSpec,
  port = new RecordingPort(),
  resume?: CheckpointState
): Promise<{ port: RecordingPort; outcome: TrainOutcome }> {
  await prepareBackend(spec.backend)
  const outcome = await train(spec, await tinyDataset(spec), port, resume)
  return { port, outcome }
}

export function tinyDataset(spec: RunSpec): Promise<Dataset> {
  const read = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`../../../resources/${name}`, import.meta.url)))
  return loadDataset(spec, { read })
}

export function finalState(port: RecordingPort): CheckpointState {
  return port.checkpoints().find(({ final }) => final)!
}

/** A copy through the form in which it would be stored. */
export function stored(state: CheckpointState): CheckpointState {
  return { ...structuredClone(state), progress: JSON.parse(JSON.stringify(state.progress)) as Record<string, unknown> }
}
