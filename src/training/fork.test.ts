/** A fork to another optimizer begins that optimizer anew: its slots, and the time of its bias correction. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ParameterValues } from '../hooks/weights'
import { prepareBackend } from '../tensor/backend'
import { expectClose } from '../tensor/testing/compare'
import { BatchSource } from './batches'
import type { OptimizerName } from './optimizers'
import { TrainingSession } from './session'
import { finalState, RecordingPort, runTiny, stored, tinyDataset, tinyMnist, tinySpec } from './testing/tiny-runs'
import type { CheckpointState } from '../domain/records'
import type { ParamValue } from '../domain/recipe'
import type { RunSpec } from '../domain/run'

const rate = 1e-3
const params = (optimizer: OptimizerName): Record<string, ParamValue> => {
  return { ...tinyMnist, optimizer, epochs: 6, learningRate: rate, schedule: 'constant', warmupSteps: 0, clipNorm: 0 }
}

async function parentState(optimizer: OptimizerName): Promise<CheckpointState> {
  const { port } = await runTiny(tinySpec('mnist', { ...params(optimizer), weightDecay: 0 }, { hooks: [] }))
  return stored(port.checkpoints().find(({ step }) => step === 12)!)
}

function forkOf(state: CheckpointState, optimizer: OptimizerName, more: Record<string, ParamValue> = {}): RunSpec {
  const parent = { runId: 'parent', step: state.step } as RunSpec['parent']
  return tinySpec('mnist', { ...params(optimizer), weightDecay: 0, ...more }, { hooks: [], parent })
}

/** Kingma & Ba 2015, algorithm 1, from zero moments; what each update adds to the weights, in double precision. */
class FreshAdam {
  private readonly m = new Map<string, Float64Array>()
  private readonly v = new Map<string, Float64Array>()
  private time = 0

  constructor(private readonly beta2: number) {}

  changes(gradients: ParameterValues[]): Float64Array[] {
    this.time++
    return gradients.map(({ spec: { name }, values }) => {
      const m = this.m.get(name) ?? new Float64Array(values.length)
      const v = this.v.get(name) ?? new Float64Array(values.length)
      this.m.set(name, m)
      this.v.set(name, v)
      return Float64Array.from(values, (g, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = this.beta2 * v[i] + (1 - this.beta2) * g * g
        const square = v[i] / (1 - this.beta2 ** this.time)
        return (-rate * (m[i] / (1 - 0.9 ** this.time))) / (Math.sqrt(square) + 1e-8)
      })
    })
  }
}

/** What the session adds to the weights in its next updates, and the gradients that it saw. */
async function nextUpdates(session: TrainingSession, spec: RunSpec, count: number) {
  const batches = new BatchSource((await tinyDataset(spec)).train, spec.params.batchSize as number, spec)
  const seen: { gradients: ParameterValues[]; changes: Float64Array[] }[] = []
  for (let i = 0; i < count; i++) {
    let gradients: ParameterValues[] = []
    let before: ParameterValues[] = []
    await session.update(batches.batchAt(session.step), {
      gradients: (values) => (gradients = values),
      before: (values) => (before = values)
    })
    const after = await session.trainedValues()
    const changes = before.map(({ values }, p) => Float64Array.from(values, (value, j) => after[p].values[j] - value))
    seen.push({ gradients, changes })
  }
  return seen
}

beforeEach(() => prepareBackend('wasm'))

describe('a fork to another optimizer', () => {
  const pairs: [OptimizerName, OptimizerName][] = [
    ['sgd', 'adam'],
    ['sgd', 'adamw'],
    ['adam', 'adamw'],
    ['adamw', 'adam']
  ]
  it.each(pairs)('from %s to %s makes the updates of a fresh one', async (from, to) => {
    const state = await parentState(from)
    const spec = forkOf(state, to)
    const session = new TrainingSession(spec)
    session.restore(state)
    const fresh = new FreshAdam(spec.params.beta2 as number)
    for (const [update, { gradients, changes }] of (await nextUpdates(session, spec, 5)).entries()) {
      const expected = fresh.changes(gradients)
      expected.forEach((values, p) => {
        const scaled = (array: Float64Array): Float64Array => array.map((value) => value / rate)
        // A weight near 1 is stored to 6e-8, which is 6e-5 of the rate.
        expectClose(scaled(changes[p]), scaled(values), 1e-3, `update ${update}, ${gradients[p].spec.name}`)
      })
    }
    session.dispose()
  })

  it.each(pairs)('from %s to %s ends, continued, as one that never stopped', async (from, to) => {
    const state = await parentState(from)
    const spec = forkOf(state, to, { weightDecay: 0.1 })
    const whole = await runTiny(spec, new RecordingPort(), state)
    const stopping = new RecordingPort()
    stopping.decide = () => (stopping.stepsSeen++ === 3 ? 'cancel' : 'run')
    await runTiny(spec, stopping, state)
    const stopped = stored(stopping.checkpoints().at(-1)!)
    expect(stopped.step).toBe(15)
    const rest = await runTiny(spec, new RecordingPort(), stopped)
    expect(rest.port.deterministic()).toEqual(whole.port.deterministic(16))
    expect(finalState(rest.port)).toEqual(finalState(whole.port))
  })

  it('counts on where a fork of a fork keeps it', async () => {
    const state = await parentState('sgd')
    const first = await runTiny(forkOf(state, 'adam'), new RecordingPort(), state)
    const middle = stored(first.port.checkpoints().find(({ step }) => step === 16)!)
    const second = await runTiny(forkOf(middle, 'adam'), new RecordingPort(), middle)
    expect(finalState(second.port).weights).toEqual(finalState(first.port).weights)
  })
})

describe('the time of the optimizer in a checkpoint', () => {
  it('is that of the run where an older program did not write it', async () => {
    const state = await parentState('adam')
    const { optimizerUpdates, ...older } = state.progress
    expect(optimizerUpdates).toBe(12)
    const spec = tinySpec('mnist', { ...params('adam'), weightDecay: 0 }, { hooks: [] })
    const whole = await runTiny(spec)
    const rest = await runTiny(spec, new RecordingPort(), { ...state, progress: older })
    expect(finalState(rest.port)).toEqual(finalState(whole.port))
  })

  it.each([-1, 13, 2.5, 'twelve', null])('is refused as %s', async (optimizerUpdates) => {
    const state = await parentState('adam')
    const bad = { ...state, progress: { ...state.progress, optimizerUpdates } }
    const session = new TrainingSession(tinySpec('mnist', params('adam'), { hooks: [] }))
    expect(() => session.restore(bad)).toThrow(
      `The checkpoint of step 12 is damaged: it counts ${String(optimizerUpdates)} updates of its optimizer.`
    )
    session.dispose()
  })
})
