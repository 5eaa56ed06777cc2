/** Going on is as never having stopped: for each optimizer and schedule, with running statistics, dropout and early stopping. */
import { beforeEach, describe, expect, it } from 'vitest'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { finalState, RecordingPort, runTiny, stored, tinyMnist, tinySpec } from './testing/tiny-runs'
import type { CheckpointState } from '../domain/records'
import type { ParamValue } from '../domain/recipe'
import type { RunSpec } from '../domain/run'

async function stoppedAt(spec: RunSpec, step: number): Promise<CheckpointState> {
  const port = new RecordingPort()
  port.decide = () => (port.stepsSeen++ === step ? 'cancel' : 'run')
  await runTiny(spec, port)
  return stored(port.checkpoints().at(-1)!)
}

async function expectSeamless(spec: RunSpec, step: number): Promise<void> {
  const whole = await runTiny(spec)
  const state = await stoppedAt(spec, step)
  expect(state.step).toBe(step)
  const rest = await runTiny(spec, new RecordingPort(), state)
  expect(rest.port.deterministic()).toEqual(whole.port.deterministic(step + 1))
  expect(finalState(rest.port)).toEqual(finalState(whole.port))
}

beforeEach(() => prepareBackend('wasm'))

describe('a continued run', () => {
  const optimizers = ['adamw', 'adam', 'sgd']
  const schedules = ['constant', 'step', 'cosine', 'one-cycle']
  const cases = optimizers.flatMap((optimizer) => schedules.map((schedule) => [optimizer, schedule] as const))
  it.each(cases)('with %s and a %s rate ends as one that never stopped', async (optimizer, schedule) => {
    const rates: Record<string, ParamValue> = { optimizer, schedule, stepEpochs: 1, warmupSteps: 3, clipNorm: 1 }
    await expectSeamless(tinySpec('mnist', { ...tinyMnist, ...rates, weightDecay: 0.1, labelSmoothing: 0.1 }), 5)
  })

  it('with batch norm and dropout, too', async () => {
    const resnet = { model: 'resnet18', width: 2, trainSamples: 40, validationSamples: 20, batchSize: 20, epochs: 2 }
    await expectSeamless(tinySpec('mnist', resnet, { hooks: ['layer1', 'fc'] }), 3)
    const captcha = {
      trainSamples: 24,
      validationSamples: 8,
      batchSize: 8,
      epochs: 2,
      dropout: 0.5,
      filters1: 2,
      filters2: 2,
      hidden1: 8,
      hidden2: 8
    }
    await expectSeamless(tinySpec('captcha', captcha), 4)
    const nodules = {
      trainSamples: 20,
      validationSamples: 10,
      size: 12,
      channels: 2,
      blocks: 2,
      batchSize: 5,
      epochs: 2
    }
    await expectSeamless(tinySpec('nodules', nodules, { hooks: ['block1'] }), 3)
  })

  it('remembers how long validation has not got better', async () => {
    const params = { ...tinyMnist, learningRate: 0, epochs: 50, patience: 6 }
    const spec = tinySpec('mnist', params)
    const { outcome, port } = await runTiny(spec)
    // The first point is the best; six more do not better it, one an epoch of four steps.
    expect(outcome).toMatchObject({ status: 'done', step: 24, epoch: 6 })
    expect(outcome.stoppedEarly).toMatch(/^loss\/val has not been below [\d.]+ at 6 recorded points$/)
    expect(finalState(port)).toMatchObject({ step: 24, final: true })
    await expectSeamless(spec, 10)
    const again = await runTiny(spec, new RecordingPort(), stored(finalState(port)))
    expect(again.outcome).toMatchObject({ status: 'done', step: 24 })
  })
})

it('10,000 steps leave no tensor behind', async () => {
  const before = tensorMemory()
  const params = {
    ...tinyMnist,
    hidden1: 4,
    hidden2: 4,
    trainSamples: 20,
    batchSize: 10,
    epochs: 5000,
    evalSamples: 10
  }
  const spec = tinySpec('mnist', params)
  const record = { ...spec.record, metricsEvery: 100, activationsEvery: 50, checkpointEvery: 1000 }
  const port = new RecordingPort()
  const counts = new Set<number>()
  // Between steps only the model, its optimizer's slots and nothing else is there.
  port.decide = () => {
    counts.add(tensorMemory().tensors)
    return 'run'
  }
  const { outcome } = await runTiny({ ...spec, record }, port)
  expect(outcome.step).toBe(10_000)
  expect(counts.size).toBe(1)
  expect(tensorMemory()).toEqual(before)
})
