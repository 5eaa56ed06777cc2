/**
 * Updates per second of the reference models on every backend of this machine, one thread, beside PyTorch in the same run: on
 * one thread, and for WebGPU on the graphics card, where PyTorch finds one.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { NetworkSpec } from '../src/domain/network'
import { Rng } from '../src/numeric/rng'
import { prepareBackend } from '../src/tensor/backend'
import { BatchSource } from '../src/training/batches'
import { loadDataset } from '../src/training/datasets'
import { findExperiment, resolveRecipe } from '../src/training/experiments'
import { TrainingSession } from '../src/training/session'
import type { BackendName } from '../src/domain/backends'
import type { Dataset, DatasetFacts, Split } from '../src/domain/dataset'
import type { ParamValue } from '../src/domain/recipe'
import type { RunSpec } from '../src/domain/run'
import { loadNativeTensorflow } from '../src/training-run/native-tensorflow'
import { nodeGpu } from '../src/training-run/node-gpu'
import { median, printTable, spreadOf } from './timing'

interface Model {
  name: string
  experiment: string
  params: Record<string, ParamValue>
  /** A network of its own, on numbers drawn once; ten classes. */
  network?: NetworkSpec
  /** What PyTorch's side calls it. */
  torch: string
  /** Of PyTorch's speed, for WebAssembly; null where none is asked for. */
  target: number | null
}

const models: Model[] = [
  {
    name: 'transformer, all positions',
    experiment: 'modular-addition',
    params: { positions: 'all' },
    torch: 'transformer',
    target: 0.35
  },
  {
    name: 'transformer, as it trains (last position)',
    experiment: 'modular-addition',
    params: {},
    torch: 'transformer',
    target: null
  },
  { name: 'mlp 784-512-512-10', experiment: 'mnist', params: { trainSamples: 1024 }, torch: 'mlp', target: 0.4 },
  {
    name: 'lenet5',
    experiment: 'mnist',
    params: { model: 'lenet5', initScale: 1, trainSamples: 1024 },
    torch: 'lenet5',
    target: 0.25
  },
  {
    name: 'captcha',
    experiment: 'captcha',
    params: { trainSamples: 256, validationSamples: 16 },
    torch: 'captcha',
    target: 0.25
  },
  {
    name: 'lstm 64 of 32, 64 steps',
    experiment: 'custom',
    params: { batchSize: 64 },
    torch: 'lstm',
    target: null,
    network: {
      title: 'lstm',
      input: [64, 32],
      layers: [
        { name: 'lstm', type: 'lstm', units: 64 },
        { name: 'fc', type: 'dense', units: 10 }
      ]
    }
  },
  {
    name: 'cnn of one dimension, 256 steps',
    experiment: 'custom',
    params: { batchSize: 64 },
    torch: 'cnn1d',
    target: null,
    network: {
      title: 'cnn',
      input: [256, 8],
      layers: [
        { name: 'conv1', type: 'conv', filters: 32, size: [5], pad: 'valid' },
        { name: 'relu1', type: 'activation', fn: 'relu' },
        { name: 'pool1', type: 'maxPool', size: [2] },
        { name: 'conv2', type: 'conv', filters: 64, size: [5], pad: 'valid' },
        { name: 'relu2', type: 'activation', fn: 'relu' },
        { name: 'mean', type: 'globalAvgPool' },
        { name: 'fc', type: 'dense', units: 10 }
      ]
    }
  }
]

/** How long one variant is timed in a round. */
const sliceSeconds = 1.5

export async function benchSteps(root: string, rounds: number): Promise<void> {
  const onThread = await startTorch(root)
  const onCard = await startTorch(root, 'cuda')
  const rows: string[][] = []
  for (const model of models) {
    // PyTorch's time of a round stands beside that of every backend in the same round.
    const times = { thread: [] as number[], card: [] as number[] }
    for (const backend of await backendsHere()) {
      const torch = backend === 'webgpu' ? (onCard ?? onThread) : onThread
      const theirs = times[torch === onCard ? 'card' : 'thread']
      const step = await stepsOf(root, model, backend)
      const ours: number[] = []
      const ratios: number[] = []
      try {
        const count = Math.max(1, Math.round(sliceSeconds / (await step.time(1))))
        const torchCount = torch ? Math.max(1, Math.round(sliceSeconds / (await torch.time(model.torch, 2)))) : 0
        for (let round = 0; round < (backend === 'cpu' ? 2 : rounds); round++) {
          const mine = await step.time(count)
          ours.push(1 / mine)
          if (!torch) continue
          const other = await torch.time(model.torch, torchCount)
          theirs.push(1 / other)
          ratios.push(other / mine)
        }
      } finally {
        step.end()
      }
      const { median: middle, least, most } = spreadOf(ours)
      const wanted = backend === 'wasm' && model.target !== null ? model.target.toFixed(2) : ''
      rows.push([
        ...[`${model.name}: ${backend}`, middle.toFixed(1), `${least.toFixed(1)} to ${most.toFixed(1)}`],
        ...[torch ? median(theirs).toFixed(1) : '-', torch ? median(ratios).toFixed(2) : '-', wanted]
      ])
    }
  }
  onThread?.end()
  onCard?.end()
  printTable(
    `Updates a second (forward, backward, AdamW), one thread, ${rounds} rounds in turn with ${onThread ? `PyTorch ${onThread.version}${onCard ? `; webgpu: ${onCard.version}` : ''}` : 'nobody: no Python with torch (PHASESCOPE_PYTHON names one)'}`,
    ['model: backend', 'steps/s', 'range', 'PyTorch', 'of PyTorch', 'target'],
    rows
  )
}

/** Backends that start in this process; a software GPU counts. */
async function backendsHere(): Promise<BackendName[]> {
  const found: BackendName[] = ['wasm', 'cpu']
  if ((await loadNativeTensorflow()).loaded) found.unshift('tensorflow')
  try {
    await prepareBackend('webgpu', { gpu: await nodeGpu() })
    found.unshift('webgpu')
  } catch {
    // No adapter: the table has no such row.
  }
  return found
}

async function stepsOf(
  root: string,
  { experiment, params, network }: Model,
  backend: BackendName
): Promise<{ time(count: number): Promise<number>; end(): void }> {
  await prepareBackend(backend, backend === 'webgpu' ? { gpu: await nodeGpu() } : {})
  const own = network ? drawnData(network) : null
  const recipe = resolveRecipe({ experiment, params, data: own?.facts ?? null, network: network ?? null })
  const { defaultRecord: record } = findExperiment(experiment)
  const spec: RunSpec = { ...recipe, seed: 0, streams: 2, hooks: [], record, backend, parent: null }
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(root, 'resources', name)))
  const dataset = own?.dataset ?? (await loadDataset(spec, { read }))
  const session = new TrainingSession(spec)
  const batches = new BatchSource(dataset.train, recipe.params.batchSize as number, spec)
  await session.update(batches.batchAt(0))
  return {
    /** Seconds per update. */
    async time(count) {
      const start = performance.now()
      for (let i = 0; i < count; i++) await session.update(batches.batchAt(session.step))
      return (performance.now() - start) / 1000 / count
    },
    end: () => session.dispose()
  }
}

/** A thousand examples of normal numbers in ten classes. */
function drawnData({ input }: NetworkSpec): { facts: DatasetFacts; dataset: Dataset } {
  const [rng, count, classes] = [new Rng(1), 1024, 10]
  const size = input.reduce((product, length) => product * length, 1)
  const train: Split = {
    inputs: Float32Array.from({ length: count * size }, () => rng.normal()),
    labels: Int32Array.from({ length: count }, () => rng.integer(classes)),
    count
  }
  const facts = { id: 'drawn', name: 'drawn', inputShape: input, classes, classNames: [], targetWidth: 0 }
  return {
    facts: { ...facts, train: count, validation: count },
    dataset: { inputShape: input, classes, train, validation: train }
  }
}

interface Torch {
  version: string
  /** Seconds per update. */
  time(model: string, count: number): Promise<number>
  end(): void
}

/** @param device none: one thread of the processor */
async function startTorch(root: string, ...device: 'cuda'[]): Promise<Torch | null> {
  const python = process.env.PHASESCOPE_PYTHON ?? 'python3'
  const child: ChildProcessWithoutNullStreams = spawn(python, [join(root, 'bench', 'torch_steps.py'), ...device])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const gone = new Promise<null>((resolve) => child.once('error', () => resolve(null)))
  const next = async (): Promise<string | null> => {
    const line = await Promise.race([lines.next(), gone])
    return line === null || line.done ? null : String(line.value)
  }
  const version = await next()
  if (version === null) return null
  return {
    version,
    async time(model, count) {
      child.stdin.write(`${model} ${count}\n`)
      return Number(await next()) / count
    },
    end: () => void child.kill()
  }
}
