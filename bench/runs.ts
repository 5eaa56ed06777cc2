/** The two reference runs, trained as the application trains them: real data, real event file, real checkpoints. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { saveCheckpoint } from '../src/project/checkpoints'
import { RunWriter } from '../src/project/run-writer'
import { loadDataset } from '../src/training/datasets'
import { defaultHooks, findExperiment, resolveRecipe } from '../src/training/experiments'
import { train } from '../src/training/trainer'
import { MetricsThread } from '../src/training-run/metrics-thread'
import type { Dataset } from '../src/domain/dataset'
import type { ParamValue } from '../src/domain/recipe'
import type { RecordOptions } from '../src/domain/record-options'
import type { RunSpec } from '../src/domain/run'
import type { TrainerPort } from '../src/training/port'

export interface Reference {
  name: string
  experiment: string
  params: Record<string, ParamValue>
  /** Steps of one epoch. */
  stepsPerEpoch: number
}

export const references: Reference[] = [
  {
    name: 'mnist-mlp 512-512, batch 128',
    experiment: 'mnist',
    params: { hidden1: 512, hidden2: 512, trainSamples: 1024 },
    stepsPerEpoch: 8
  },
  { name: 'modular-addition p=113, batch 256', experiment: 'modular-addition', params: {}, stepsPerEpoch: 15 }
]

export function specOf(
  reference: Reference,
  steps: number,
  observed: { hooks: boolean; record?: Partial<RecordOptions> }
): RunSpec {
  const { defaultRecord } = findExperiment(reference.experiment)
  const recipe = resolveRecipe({
    experiment: reference.experiment,
    params: { ...reference.params, epochs: steps / reference.stepsPerEpoch },
    data: null,
    network: null
  })
  return {
    ...recipe,
    seed: 0,
    streams: 2,
    hooks: observed.hooks ? defaultHooks(recipe) : [],
    record: { ...defaultRecord, ...observed.record },
    backend: 'wasm',
    parent: null
  }
}

export function datasetOf(spec: RunSpec, resources: string): Promise<Dataset> {
  return loadDataset(spec, { read: (name) => new Uint8Array(readFileSync(join(resources, name))) })
}

/**
 * One whole run into a folder that goes away.
 * @param atStep called between steps, with how many of them are done
 * @param metricsEntry the built entry file of the metrics thread; without, the trainer computes weight metrics itself
 */
export async function trainOnce(
  spec: RunSpec,
  dataset: Dataset,
  atStep?: (step: number) => void,
  metricsEntry?: string
): Promise<void> {
  const metrics = metricsEntry === undefined ? null : new MetricsThread(metricsEntry)
  const folder = mkdtempSync(join(tmpdir(), 'phasescope-bench-'))
  const writer = new RunWriter(folder, 0)
  let steps = 0
  const port: TrainerPort = {
    async emit(record) {
      if (record.kind === 'checkpoint') {
        writer.flush(true)
        await saveCheckpoint(folder, record.state)
      } else if ('wallTimeSeconds' in record) writer.record(record)
    },
    now: () => performance.now(),
    wallTime: () => Date.now() / 1000,
    // The trainer asks once between any two steps.
    control() {
      atStep?.(steps++)
      return 'run'
    },
    resumed: () => Promise.resolve(),
    yield: () => new Promise((resolve) => setImmediate(resolve)),
    ...(metrics ? { weightMetrics: (job) => metrics.compute(job) } : {})
  }
  try {
    await train(spec, dataset, port)
    atStep?.(steps)
  } finally {
    await metrics?.close()
    writer.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
