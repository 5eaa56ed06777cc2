/**
 * Speed of training and of what is measured beside it, on one thread of this machine: milliseconds per epoch of the three
 * reference models, and per recorded point.
 */
import { weightScalars } from '../src/hooks/weights'
import { prepareBackend } from '../src/tensor/backend'
import { valuesOf } from '../src/tensor/views'
import { BatchSource } from '../src/training/batches'
import { loadDataset, type Resources } from '../src/training/datasets'
import { defaultHooks, findExperiment, resolveRecipe } from '../src/training/experiments'
import { TrainingSession } from '../src/training/session'
import type { ParamValue } from '../src/domain/recipe'
import type { RunSpec } from '../src/domain/run'

export interface TrainingTiming {
  name: string
  /** ms, median and least of `epochs`. */
  epochMedian: number
  epochLeast: number
  epochs: number
  /** ms of all weight metrics at the default hook points, median. */
  metricsMedian: number
}

const cases: { name: string; experiment: string; params: Record<string, ParamValue> }[] = [
  { name: 'modular addition, 1-layer transformer, 3,830 samples', experiment: 'modular-addition', params: {} },
  { name: 'the same, all positions computed', experiment: 'modular-addition', params: { positions: 'all' } },
  {
    name: 'MLP 784-512-512-10, 1,024 samples',
    experiment: 'mnist',
    params: { hidden1: 512, hidden2: 512, trainSamples: 1024 }
  },
  { name: 'LeNet-5, 1,024 samples', experiment: 'mnist', params: { model: 'lenet5', trainSamples: 1024, initScale: 1 } }
]

export async function benchTraining(resources: Resources, epochs = 10): Promise<TrainingTiming[]> {
  await prepareBackend('wasm')
  const timings: TrainingTiming[] = []
  for (const { name, experiment, params: overrides } of cases) {
    const recipe = resolveRecipe({ experiment, params: overrides, data: null, network: null })
    const { params } = recipe
    const { defaultRecord: record } = findExperiment(experiment)
    const hooks = defaultHooks(recipe)
    const spec: RunSpec = { ...recipe, seed: 0, streams: 2, hooks, record, backend: 'wasm', parent: null }
    const dataset = await loadDataset(spec, resources)
    const session = new TrainingSession(spec)
    const batches = new BatchSource(dataset.train, params.batchSize as number, spec)
    const epoch = async (): Promise<void> => {
      for (let i = 0; i < batches.stepsPerEpoch; i++) await session.update(batches.batchAt(session.step))
    }
    await epoch()
    const measured = await inTurn(epochs, () => timed(epoch))
    const hooked = params.model === 'lenet5' ? ['conv1', 'conv2', 'fc1', 'fc2', 'fc3'] : hooks
    const metrics = (): unknown =>
      weightScalars(
        session.model.parameters.map((spec) => ({ spec, values: valuesOf(spec.tensor) })),
        hooked
      )
    metrics()
    timings.push({
      name,
      epochMedian: median(measured),
      epochLeast: Math.min(...measured),
      epochs,
      metricsMedian: median(await inTurn(5, () => timed(metrics)))
    })
    session.dispose()
  }
  return timings
}

async function inTurn(times: number, work: () => Promise<number>): Promise<number[]> {
  const results: number[] = []
  for (let i = 0; i < times; i++) results.push(await work())
  return results
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
