/** What is computed beside the training has to be what the trainer itself would have recorded, to the bit. */
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { buildFolder } from '../engine/testing/engines'
import { prepareBackend } from '../tensor/backend'
import {
  RecordingPort,
  runTiny,
  stored,
  tinyDataset,
  tinyMnist,
  tinySpec,
  tinyTransformer
} from '../training/testing/tiny-runs'
import { train } from '../training/trainer'
import { MetricsThread } from './metrics-thread'
import { PointThread } from './point-thread'
import type { CheckpointState } from '../domain/records'
import type { PointsBeside } from '../training/port'
import type { RunSpec } from '../domain/run'

const threads: { close(): Promise<void> }[] = []
afterEach(async () => void (await Promise.all(threads.splice(0).map((thread) => thread.close()))))

class PortWithThreads extends RecordingPort {
  asked = 0
  failsAt = Infinity
  readonly points = new PointThread('', join(buildFolder, 'point-worker.js'))
  private readonly metrics = new MetricsThread(join(buildFolder, 'metrics-worker.js'))

  constructor() {
    super()
    threads.push(this.points, this.metrics)
  }

  readonly weightMetrics = (job: Parameters<MetricsThread['compute']>[0]) => this.metrics.compute(job)

  readonly pointsBeside: PointsBeside = {
    begin: (site) => this.points.begin(site),
    ready: () => this.points.ready(),
    look: (asked, values) => {
      const seen = this.points.look(asked, values)
      if (++this.asked >= this.failsAt) void this.points.close()
      return seen
    }
  }

  /** Messages come in: the first time, until the thread is ready, so that it is used. */
  override async yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    await expect.poll(() => this.asked > 0 || this.points.ready(), { timeout: 60_000 }).toBe(true)
  }
}

async function beside(spec: RunSpec, port = new PortWithThreads(), resume?: CheckpointState) {
  await prepareBackend(spec.backend)
  return { port, outcome: await train(spec, await tinyDataset(spec), port, resume) }
}

/** Histograms by tag and step, scalars too: order and grouping are the threads' affair. */
function recorded(port: RecordingPort, fromStep = 0): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const put = (key: string, value: unknown): void => {
    expect(found.has(key), key).toBe(false)
    found.set(key, value)
  }
  for (const record of port.deterministic(fromStep) as { kind: string; step: number; tag?: string }[]) {
    if (record.kind !== 'scalars') put(`${record.step} ${record.kind} ${record.tag}`, record)
    else {
      for (const [tag, value] of Object.entries((record as unknown as { values: Record<string, number> }).values)) {
        if (tag !== 'epoch') put(`${record.step} ${tag}`, value)
      }
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const lenet = { ...tinyMnist, model: 'lenet5', initScale: 1 }

describe('points that are looked at beside the training', () => {
  it.each([
    ['mnist', tinyMnist],
    ['mnist', lenet],
    ['mnist', { ...tinyMnist, model: 'resnet18', width: 2, initScale: 1 }],
    ['modular-addition', tinyTransformer],
    ['sparse-parity', { trainSamples: 60, validationSamples: 30, epochs: 4, hidden: 20 }]
  ])('of %s %o are the same to the bit, and so are the weights', async (experiment, params) => {
    const spec = tinySpec(experiment, params)
    const here = await runTiny(spec)
    const there = await beside(spec)
    expect(there.port.asked).toBeGreaterThan(0)
    expect(there.outcome).toEqual(here.outcome)
    expect(recorded(there.port)).toEqual(recorded(here.port))
    expect(there.port.checkpoints()).toEqual(here.port.checkpoints())
    // Each series in the order of its steps, as readers take a step back for a run that was started again.
    const steps = there.port.of('scalars').flatMap(({ step, values }) => ('loss/val' in values ? [step] : []))
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
  })

  it('choose the best checkpoint of copies', async () => {
    const base = tinySpec('mnist', { ...tinyMnist, learningRate: 0.02, epochs: 6 })
    const spec = { ...base, record: { ...base.record, metricsEvery: 2, metricsUnit: 'step' as const, keepBest: true } }
    const here = await runTiny(spec)
    const there = await beside(spec)
    expect(there.port.asked).toBeGreaterThan(0)
    expect(there.port.of('checkpoint')).toEqual(here.port.of('checkpoint'))
    const middle = stored(there.port.checkpoints()[2])
    const again = await beside(spec, new PortWithThreads(), middle)
    expect(again.port.checkpoints().at(-1)).toEqual(here.port.checkpoints().at(-1))
    expect(recorded(again.port)).toEqual(recorded(here.port, middle.step + 1))
  })

  it('are not asked for where the next step depends on them', async () => {
    const spec = tinySpec('mnist', { ...tinyMnist, patience: 2 })
    const port = new PortWithThreads()
    port.asked = 1
    await beside(spec, port)
    expect(port.asked).toBe(1)
    expect(port.points.ready()).toBe(false)
  })

  it('are a gap where their thread ends, and the trainer looks itself from then on', async () => {
    const spec = tinySpec('mnist', tinyMnist)
    const here = await runTiny(spec)
    const port = new PortWithThreads()
    port.failsAt = 2
    const there = await beside(spec, port)
    expect(there.outcome).toEqual(here.outcome)
    expect(port.asked).toBe(2)
    const told = port.of('log').filter(({ text }) => text.includes('could not be computed'))
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The losses and accuracies could not .* at step \d+: Their thread has ended\. They have/)
    ])
    const losses = (of: RecordingPort): number[] =>
      of.of('scalars').flatMap(({ step, values }) => ('loss/val' in values ? [step] : []))
    expect(losses(here.port).length - losses(port).length).toBe(1)
    expect(losses(port).at(-1)).toBe(losses(here.port).at(-1))
    expect(port.checkpoints().at(-1)).toEqual(here.port.checkpoints().at(-1))
  })

  it('end a run whose loss is not finite there, after what was recorded', async () => {
    const params = { ...tinyMnist, optimizer: 'sgd', learningRate: 10, initScale: 100, epochs: 40 }
    const spec = tinySpec('mnist', params)
    const [here, there] = [new RecordingPort(), new PortWithThreads()]
    const message = async (run: Promise<unknown>): Promise<string> => run.then(String, (error: Error) => error.message)
    const expected = await message(runTiny(spec, here))
    expect(expected).toMatch(/^The loss became .* \(step \d+\)/)
    expect(await message(beside(spec, there))).toBe(expected)
    expect(recorded(there)).toEqual(recorded(here))
  })
})
