import { beforeEach, describe, expect, it } from 'vitest'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { loadDataset } from './datasets'
import { RecordingPort, runTiny, tinyMnist, tinySpec, tinyTransformer } from './testing/tiny-runs'
import { train } from './trainer'
import type { CheckpointState } from '../domain/records'
import type { RunSpec } from '../domain/run'

const cases: { name: string; spec: (more?: Partial<RunSpec>) => RunSpec }[] = [
  { name: 'modular addition', spec: (more) => tinySpec('modular-addition', tinyTransformer, more) },
  { name: 'MNIST, MLP', spec: (more) => tinySpec('mnist', tinyMnist, more) },
  {
    name: 'MNIST, LeNet-5',
    spec: (more) =>
      tinySpec(
        'mnist',
        { ...tinyMnist, model: 'lenet5', initScale: 1, epochs: 2 },
        { hooks: ['conv1', 'pool2'], ...more }
      )
  }
]

const finalState = (port: RecordingPort): CheckpointState => port.checkpoints().find(({ final }) => final)!

/** A copy through the form in which it would be stored. */
function stored(state: CheckpointState): CheckpointState {
  return { ...structuredClone(state), progress: JSON.parse(JSON.stringify(state.progress)) as Record<string, unknown> }
}

beforeEach(() => prepareBackend('wasm'))

for (const { name, spec } of cases) {
  describe(name, () => {
    it('records the first and the last step and what lies between, and leaves no tensor behind', async () => {
      const before = tensorMemory().tensors
      const { port, outcome } = await runTiny(spec())
      expect(tensorMemory().tensors).toBe(before)
      expect(outcome.status).toBe('done')
      const scalars = port.of('scalars')
      expect(scalars[0]).toMatchObject({ step: 0, epoch: 0 })
      expect(scalars.at(-1)).toMatchObject({ step: outcome.step, epoch: outcome.epoch })
      for (const { values, epoch } of scalars) {
        expect(values.epoch).toBe(epoch)
        for (const tag of [
          'loss/train',
          'loss/val',
          'accuracy/train',
          'accuracy/val',
          'lr',
          'weights/l2',
          'weights/spectral'
        ]) {
          expect(values[tag], tag).toBeTypeOf('number')
          expect(Number.isFinite(values[tag]), tag).toBe(true)
        }
      }
      expect(scalars.at(-1)!.values['loss/train']).toBeLessThan(scalars[0].values['loss/train'])
      const histograms = (pattern: RegExp): number => port.of('histogram').filter(({ tag }) => pattern.test(tag)).length
      const { length } = spec().hooks
      const batches = Math.ceil(outcome.step / 2)
      expect(histograms(/^activations\/[^/]+$/)).toBe(batches * length)
      expect(histograms(/^activation_gradients\//)).toBe(batches * length)
      expect(histograms(/^activations\/[^/]+\/validation$/)).toBe(scalars.length * length)
      for (const hook of spec().hooks) {
        const trained = scalars[0].values[`weights/${hook}/l2`] !== undefined
        expect(histograms(new RegExp(`^gradients/${hook}$`))).toBe(trained ? scalars.length : 0)
        for (const { values } of scalars) {
          expect(values[`gradients/${hook}/l2`] > 0, hook).toBe(trained)
          expect(values[`activations/${hook}/dead`], hook).toBeTypeOf('number')
        }
        expect(scalars.at(-1)!.values[`updates/${hook}/ratio`] > 0, hook).toBe(trained)
      }
      for (const { counts, num, nonFinite } of port.of('histogram')) {
        expect(counts.reduce((a, b) => a + b)).toBe(num)
        expect(nonFinite).toBe(0)
      }
      expect(port.checkpoints().map(({ final }) => final)).toEqual(
        Array.from({ length: outcome.epoch }, (_, i) => i === outcome.epoch - 1)
      )
      expect(port.yields).toBeGreaterThan(outcome.step / 10)
      expect(port.of('progress').at(-1)).toMatchObject({ step: outcome.step, remainingSeconds: 0 })
    })

    it('the same seed gives the same run bit by bit, another seed another', async () => {
      const [a, b, c] = [await runTiny(spec()), await runTiny(spec()), await runTiny(spec({ seed: 6 }))]
      expect(a.port.deterministic()).toEqual(b.port.deterministic())
      expect(finalState(a.port)).toEqual(finalState(b.port))
      expect(finalState(a.port).weights).not.toEqual(finalState(c.port).weights)
    })

    it('observing changes nothing: weights are the same with and without hooks', async () => {
      const watched = await runTiny(spec())
      const { record } = spec()
      const alone = await runTiny(spec({ hooks: [], record: { ...record, metricsEvery: 100, activationsEvery: 100 } }))
      expect(finalState(watched.port).weights).toEqual(finalState(alone.port).weights)
      expect(finalState(watched.port).optimizer).toEqual(finalState(alone.port).optimizer)
    })

    it('continued from a checkpoint, within an epoch too, it is as if it had never stopped', async () => {
      const whole = await runTiny(spec())
      for (const stopAt of [1, 6]) {
        const port = new RecordingPort()
        port.decide = () => (port.stepsSeen++ === stopAt ? 'cancel' : 'run')
        const first = await runTiny(spec(), port)
        expect(first.outcome).toMatchObject({ status: 'cancelled' })
        const state = stored(port.checkpoints().at(-1)!)
        expect(state).toMatchObject({ step: first.outcome.step, final: false })
        const second = await runTiny(spec(), new RecordingPort(), state)
        expect(second.outcome.status).toBe('done')
        expect(second.port.deterministic()).toEqual(whole.port.deterministic(state.step + 1))
        expect(finalState(second.port)).toEqual(finalState(whole.port))
      }
    })
  })
}

describe('control', () => {
  const spec = tinySpec('modular-addition', tinyTransformer)

  it('cancel ends between steps, with a checkpoint, and frees its tensors', async () => {
    const before = tensorMemory().tensors
    const port = new RecordingPort()
    port.decide = () => (port.of('histogram').length >= 4 ? 'cancel' : 'run')
    const { outcome } = await runTiny(spec, port)
    expect(outcome.status).toBe('cancelled')
    expect(port.checkpoints().at(-1)).toMatchObject({ step: outcome.step, final: false })
    expect(tensorMemory().tensors).toBe(before)
  })

  it('pause waits, then goes on to the same result', async () => {
    const port = new RecordingPort()
    let asked = 0
    port.decide = () => (++asked % 3 === 0 ? 'pause' : 'run')
    const paused = await runTiny(spec, port)
    expect(port.waits).toBeGreaterThan(3)
    const straight = await runTiny(spec)
    expect(finalState(paused.port)).toEqual(finalState(straight.port))
  })

  it('a port that throws ends the run, and its tensors are freed', async () => {
    const before = tensorMemory().tensors
    const port = new RecordingPort()
    port.emit = (record) => {
      port.records.push(record)
      if (record.kind === 'histogram') throw new Error('disk full')
    }
    await expect(runTiny(spec, port)).rejects.toThrow('disk full')
    expect(tensorMemory().tensors).toBe(before)
  })

  it('a run that is already complete does nothing more', async () => {
    const whole = await runTiny(spec)
    const again = await runTiny(spec, new RecordingPort(), stored(finalState(whole.port)))
    expect(again.outcome).toMatchObject({ status: 'done', step: whole.outcome.step })
    expect(again.port.of('scalars')).toEqual([])
  })
})

describe('failure in words', () => {
  it('a diverging loss names the epoch, after what was recorded', async () => {
    const before = tensorMemory().tensors
    const spec = tinySpec('mnist', { ...tinyMnist, optimizer: 'sgd', learningRate: 10, weightDecay: 90, epochs: 50 })
    const port = new RecordingPort()
    await expect(runTiny(spec, port)).rejects.toThrow(
      /^The loss became (NaN|infinite) at epoch [\d.]+ \(step \d+\); lower the learning rate and run again\.$/
    )
    expect(port.of('scalars')[0].step).toBe(0)
    expect(Number.isFinite(port.of('scalars').at(-1)!.values['loss/train'])).toBe(false)
    expect(tensorMemory().tensors).toBe(before)
  })

  it('a checkpoint of another run is refused', async () => {
    const spec = tinySpec('modular-addition', tinyTransformer)
    const state = finalState((await runTiny(spec)).port)
    await expect(runTiny({ ...spec, seed: 6 }, new RecordingPort(), state)).rejects.toThrow(
      'The checkpoint is of seed 5, this run has seed 6.'
    )
    const wider = tinySpec('modular-addition', { ...tinyTransformer, dMlp: 33 })
    await expect(runTiny(wider, new RecordingPort(), state)).rejects.toThrow(
      '"blocks.0.mlp.fc1.W" is [16, 32] in the checkpoint, [16, 33] in this run.'
    )
    const shorter = tinySpec('modular-addition', { ...tinyTransformer, epochs: 1 })
    await expect(runTiny(shorter, new RecordingPort(), state)).rejects.toThrow('but this run ends at step 4')
  })

  it('a dataset of another size is refused', async () => {
    const spec = tinySpec('modular-addition', tinyTransformer)
    const other = { ...spec, params: { ...spec.params, p: 23 } }
    const dataset = await loadDataset(other, { read: () => new Uint8Array() })
    await expect(train(spec, dataset, new RecordingPort())).rejects.toThrow('does not fit the parameters')
  })
})

it('the cpu backend trains to the same within rounding', async () => {
  const wasm = await runTiny(tinySpec('modular-addition', tinyTransformer))
  const cpu = await runTiny(tinySpec('modular-addition', tinyTransformer, { backend: 'cpu' }))
  const losses = [wasm, cpu].map(({ port }) => port.of('scalars').map(({ values }) => values['loss/train']))
  losses[0].forEach((loss, i) => expect(Math.abs(loss - losses[1][i])).toBeLessThan(3e-4))
})

describe('values that are not finite', () => {
  /** A run in which an activation overflows where no loss shows it: in front of a ReLU that is off. */
  async function broken(pauseOnNonFinite: boolean): Promise<RecordingPort> {
    const spec = tinySpec('mnist', tinyMnist)
    const whole = await runTiny(spec)
    const state = stored(whole.port.checkpoints()[0])
    const weights = (name: string): Float32Array => state.weights.find((one) => one.name === name)!.data
    // Finite weights, [784, 16], whose sum over a picture is minus infinity for unit 0.
    const w = weights('fc1.W')
    for (let i = 0; i < w.length; i += 16) w[i] = -3e38
    const port = new RecordingPort()
    await runTiny({ ...spec, record: { ...spec.record, pauseOnNonFinite } }, port, state)
    return port
  }

  it('ask for a pause, once for each thing, and say where', async () => {
    const port = await broken(true)
    const texts = port.of('alert').map(({ text }) => text)
    expect(texts).toContain(
      'The activations of fc1 have values that are not finite from step 5 on; metrics that they enter are NaN.'
    )
    const things = texts.map((text) => text.replace(/ from step .*/, ''))
    expect(new Set(things).size).toBe(things.length)
    expect(port.of('log').filter(({ text }) => text.includes('not finite'))).toEqual([])
  })

  it('are only told where nobody wants a pause', async () => {
    const port = await broken(false)
    expect(port.of('alert')).toEqual([])
    expect(port.of('log').some(({ level, text }) => level === 'warning' && text.includes('not finite'))).toBe(true)
  })
})
