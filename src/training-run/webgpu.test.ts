/** The same training on every backend of the machine: in this thread, and with the GPU on the other end of a channel. */
import { setImmediate as immediately } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { weightScalars } from '../hooks/weights'
import type { NetworkSpec } from '../domain/network'
import { Rng } from '../numeric/rng'
import { tensorMemory, type TensorBackend } from '../tensor/backend'
import { backends, missingBackends, useBackend } from '../tensor/testing/compare'
import { loadDataset } from '../training/datasets'
import { findExperiment, resolveRecipe } from '../training/experiments'
import { RecordingPort } from '../training/testing/tiny-runs'
import { train } from '../training/trainer'
import type { Dataset, DatasetFacts, Split } from '../domain/dataset'
import type { ParamValue } from '../domain/recipe'
import type { RunSpec } from '../domain/run'
import type { TrainerPort } from '../training/port'
import type { TrainRecord } from '../domain/records'
import { PieceReader, postInPieces, type Piece } from './gpu/pieces'
import { RemoteTrainer } from './remote-trainer'
import { GpuTrainer } from './gpu/trainer'
import { measureSpeed } from '../training/measure-speed'

for (const reason of missingBackends) it.skip(reason, () => undefined)

const facts: DatasetFacts = {
  id: 'bars',
  name: 'Bars',
  inputShape: [6, 6, 1],
  classes: 3,
  classNames: ['rows', 'columns', 'both'],
  targetWidth: 0,
  train: 60,
  validation: 15
}

/** Two convolutions, batch norm, pooling: what a device in software trains in seconds. */
const network: NetworkSpec = {
  title: 'Small CNN',
  input: [6, 6, 1],
  layers: [
    { name: 'conv1', type: 'conv', filters: 4, size: [3, 3], pad: 'same', bias: false },
    { name: 'bn1', type: 'batchNorm' },
    { name: 'relu1', type: 'activation', fn: 'relu' },
    { name: 'pool1', type: 'maxPool', size: [2, 2] },
    { name: 'conv2', type: 'conv', filters: 5, size: [3, 3], pad: 'same' },
    { name: 'relu2', type: 'activation', fn: 'relu' },
    { name: 'flatten', type: 'flatten' },
    { name: 'fc', type: 'dense', units: 3 }
  ]
}

/** 20 steps of the small CNN. */
function specOf(backend: TensorBackend, change: Record<string, ParamValue> = {}): RunSpec {
  const params = { batchSize: 12, epochs: 4, evalSamples: 15, learningRate: 0.003, ...change }
  const recipe = resolveRecipe({ experiment: 'custom', params, data: facts, network })
  const { defaultRecord } = findExperiment('custom')
  const record = { ...defaultRecord, metricsUnit: 'step' as const, metricsEvery: 10, checkpointEvery: 4 }
  return { ...recipe, seed: 3, streams: 2, hooks: ['conv1', 'fc'], record, backend, parent: null }
}

function examples(count: number, seed: number): Split {
  const rng = new Rng(seed)
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3)
  const inputs = Float32Array.from({ length: count * 36 }, (_, at) => {
    const [row, column] = [Math.floor((at % 36) / 6), at % 6]
    const label = labels[Math.floor(at / 36)]
    const bright = (label !== 1 && row % 2 === 0) || (label !== 0 && column % 2 === 0)
    return (bright ? 1 : 0) + 0.5 * rng.normal()
  })
  return { inputs, labels, count }
}

function dataFor(spec: RunSpec): Promise<Dataset> {
  const { inputShape, classes } = facts
  const dataset = { inputShape, classes, train: examples(60, 1), validation: examples(15, 2) }
  return loadDataset(spec, {
    read: () => Promise.reject(new Error('This run has its own data.')),
    dataset: () => Promise.resolve({ dataset, validation: dataset.validation })
  })
}

function lossesOf(port: RecordingPort): number[] {
  return port.of('scalars').map(({ values }) => values['loss/train'])
}

async function trained(backend: TensorBackend): Promise<RecordingPort> {
  await useBackend(backend)
  const spec = specOf(backend)
  const port = new RecordingPort()
  const before = tensorMemory().tensors
  await train(spec, await dataFor(spec), port)
  expect(tensorMemory().tensors, `live tensors on ${backend}`).toBe(before)
  return port
}

describe('a small CNN, 20 steps', () => {
  for (const backend of backends.filter((name) => name !== 'cpu')) {
    it(`has the losses of cpu on ${backend}`, async () => {
      const expected = lossesOf(await trained('cpu'))
      const first = await trained(backend)
      const losses = lossesOf(first)
      expect(expected).toHaveLength(3)
      expect(expected[2]).toBeLessThan(expected[0])
      losses.forEach((loss, i) => expect(Math.abs(loss - expected[i]), `record ${i}`).toBeLessThan(1e-3))
      // The same run again is the same to the last bit.
      const again = await trained(backend)
      expect(again.deterministic()).toEqual(first.deterministic())
      expect(again.checkpoints()).toEqual(first.checkpoints())
    })
  }
})

/** Both ends, connected by a real channel. */
async function remotely(
  spec: RunSpec,
  emit: (record: TrainRecord) => void | Promise<void>,
  prepare: (spec: RunSpec, failed: (error: Error) => void) => Promise<void>,
  ready: (remote: RemoteTrainer) => void = () => undefined,
  helps: Partial<TrainerPort> = {}
): ReturnType<RemoteTrainer['train']> {
  const { port1: near, port2: far } = new MessageChannel()
  onTestFinished(() => near.close())
  const host = new GpuTrainer({
    post: (piece) => far.postMessage(piece),
    prepare,
    now: () => performance.now(),
    yield: () => immediately()
  })
  far.on('message', (piece: Piece) => host.receive(piece))
  const remote = new RemoteTrainer((piece) => near.postMessage(piece))
  near.on('message', (piece: Piece) => remote.receive(piece))
  ready(remote)
  const before = tensorMemory().tensors
  try {
    return await remote.train(spec, await dataFor(spec), { emit, ...helps } as TrainerPort)
  } finally {
    // A trainer whose end nobody waited for goes on; the next test wants its backend, and no tensor may be left.
    host.receive({ message: { kind: 'control', wanted: 'cancel' } })
    await expect.poll(() => tensorMemory().tensors).toBe(before)
  }
}

describe('training at the other end of a channel', () => {
  it('gives the same records in the same order, checkpoints included', async () => {
    const here = await trained('cpu')
    const there = new RecordingPort()
    const outcome = await remotely(
      specOf('cpu'),
      (record) => there.emit(record),
      () => useBackend('cpu')
    )
    expect(outcome).toMatchObject({ status: 'done', step: 20 })
    expect(there.deterministic()).toEqual(here.deterministic())
    expect(there.checkpoints()).toEqual(here.checkpoints())
  })

  it('has weight metrics computed where there are threads, and passes on that they could not be', async () => {
    const here = await trained('cpu')
    const there = new RecordingPort()
    let asked = 0
    const weightMetrics: TrainerPort['weightMetrics'] = (job) => {
      asked++
      return Promise.resolve(weightScalars(job.parameters, job.hooks))
    }
    const cpu = (): Promise<void> => useBackend('cpu')
    const emit = (record: TrainRecord): void => there.emit(record)
    await remotely(specOf('cpu'), emit, cpu, undefined, { weightMetrics })
    expect(asked).toBe(3)
    const weightsOf = (port: RecordingPort): [string, number][][] =>
      port.of('scalars').map(({ values }) => Object.entries(values).filter(([tag]) => tag.startsWith('weights/')))
    // Their records may come later than without help, but they are the same.
    const filled = (port: RecordingPort): [string, number][][] => weightsOf(port).filter((found) => found.length > 0)
    expect(filled(there)).toEqual(filled(here))
    const failing = { weightMetrics: () => Promise.reject(new Error('The thread for metrics stopped.')) }
    // What only observes ends no run: it is told, and has a gap.
    const logs: string[] = []
    const tell = (record: TrainRecord): void => void (record.kind === 'log' && logs.push(record.text))
    expect(await remotely(specOf('cpu'), tell, cpu, undefined, failing)).toMatchObject({ status: 'done' })
    expect(
      logs.filter((text) => /^The weight metrics could not be computed.*thread for metrics stopped/.test(text))
    ).toHaveLength(1)
  })

  it('waits for records to be written, and ends with the error that writing met', async () => {
    let written = 0
    const slow = async (): Promise<void> => {
      if (++written === 3) throw new Error('The disk is full.')
      await immediately()
    }
    await expect(remotely(specOf('cpu'), slow, () => useBackend('cpu'))).rejects.toThrow('The disk is full.')
    expect(written).toBe(3)
  })

  it('is paused, goes on and is cancelled from afar', async () => {
    let remote: RemoteTrainer | null = null
    let paused = false
    let seen = -1
    let stillAt = -1
    const spec = specOf('cpu', { epochs: 40 })
    // It is paused when nothing comes any more, however long that takes on a busy machine.
    const goOnOnceStill = (last: number): void =>
      void setTimeout(() => {
        if (seen !== last) return goOnOnceStill(seen)
        paused = true
        stillAt = seen
        remote!.control('run')
      }, 50)
    const outcome = await remotely(
      spec,
      async (record) => {
        if (record.kind !== 'scalars') return
        const first = seen < 0
        seen = record.step
        if (first) {
          remote!.control('pause')
          goOnOnceStill(seen)
        }
        if (paused) remote!.control('cancel')
      },
      () => useBackend('cpu'),
      (made) => (remote = made)
    )
    expect(paused).toBe(true)
    expect(outcome.status).toBe('cancelled')
    // Cancelled at the first record after it went on.
    expect(outcome.step).toBeLessThan(stillAt + 20)
  })

  it('ends in a sentence when the device is lost, the backend cannot start, or the other end is gone', async () => {
    const losing = async (_spec: RunSpec, failed: (error: Error) => void): Promise<void> => {
      await useBackend('cpu')
      setTimeout(() => failed(new Error('The GPU device was lost: it was unplugged')), 20)
    }
    const ignore = (): void => undefined
    await expect(remotely(specOf('cpu', { epochs: 1000 }), ignore, losing)).rejects.toThrow(
      'The GPU device was lost: it was unplugged'
    )
    const refusing = (): Promise<void> => Promise.reject(new Error('no GPU adapter was found.'))
    await expect(remotely(specOf('cpu'), ignore, refusing)).rejects.toThrow('no GPU adapter was found.')
    const leaving = remotely(
      specOf('cpu', { epochs: 1000 }),
      ignore,
      () => useBackend('cpu'),
      (remote) => setTimeout(() => remote.gone('Its window was closed.'), 20)
    )
    await expect(leaving).rejects.toThrow('Its window was closed.')
  })
})

describe('messages in pieces', () => {
  const roundTrip = (message: unknown): { back: unknown; pieces: number; largest: number } => {
    const reader = new PieceReader()
    const pieces: Piece[] = []
    postInPieces(message, (piece) => pieces.push(structuredClone(piece)))
    const whole = pieces.map((piece) => reader.accept(piece)).filter((found) => found !== undefined)
    expect(whole).toHaveLength(1)
    const sizes = pieces.map((piece) => ('bytes' in piece ? piece.bytes.length : 0))
    return { back: whole[0], pieces: pieces.length, largest: Math.max(...sizes) }
  }

  it('come back as they were, and none is large', () => {
    const message = {
      kind: 'start',
      nothing: null,
      missing: undefined,
      list: [{ data: Float32Array.from({ length: 1_000_001 }, (_, i) => i / 7) }, { data: new Float64Array(3) }],
      inputs: Uint8Array.from({ length: 3_000_000 }, (_, i) => i),
      labels: Int32Array.from({ length: 70_000 }, (_, i) => -i)
    }
    const { back, pieces, largest } = roundTrip(message)
    const { list, inputs, labels, ...rest } = back as typeof message
    expect(rest).toEqual({ kind: 'start', nothing: null, missing: undefined })
    const arrays = [message.list[0].data, message.list[1].data, message.inputs, message.labels]
    const returned = [list[0].data, list[1].data, inputs, labels]
    returned.forEach((array, i) => {
      expect(array.constructor).toBe(arrays[i].constructor)
      expect(Buffer.compare(new Uint8Array(array.buffer), new Uint8Array(arrays[i].buffer))).toBe(0)
    })
    expect(largest).toBe(1024 * 1024)
    expect(pieces).toBe(1 + 4 + 3 + 1)
  })

  it('with views into larger buffers carry only what is seen', () => {
    const view = new Float32Array(new ArrayBuffer(400_000), 4000, 50_000).fill(3)
    const { back } = roundTrip({ view })
    expect((back as { view: Float32Array }).view).toEqual(view)
    expect((back as { view: Float32Array }).view.buffer.byteLength).toBe(200_000)
  })
})

describe('measuring', () => {
  it('takes about as long as it may and tells the time of a step', async () => {
    await useBackend('wasm')
    const spec = specOf('wasm', { epochs: 1000 })
    // A clock of its own: each look at it takes 1 ms, so that what is measured does not hang on the machine.
    let clock = 0
    const port = { now: () => (clock += 1), wallTime: () => 0, yield: () => immediately() }
    const { msPerStep, steps } = await measureSpeed(spec, await dataFor(spec), 200, port)
    expect(clock).toBeGreaterThan(200)
    expect(clock).toBeLessThan(400)
    expect(steps).toBeGreaterThanOrEqual(2)
    expect(steps).toBeLessThanOrEqual(60)
    expect(msPerStep).toBeGreaterThanOrEqual(1)
    expect(msPerStep).toBeLessThan(200)
  })

  it('judges a run that is shorter than its warm-up', async () => {
    await useBackend('cpu')
    const spec = specOf('cpu', { epochs: 1, batchSize: 60 })
    const port = { now: () => performance.now(), wallTime: () => 0, yield: () => immediately() }
    const { msPerStep } = await measureSpeed(spec, await dataFor(spec), 200, port)
    expect(msPerStep).toBeGreaterThan(0)
  })
})
