/** Networks of every family of layers: they train, learn, and go on from a checkpoint to the last bit. */
import { beforeAll, describe, expect, it } from 'vitest'
import { networkFromKeras } from '../formats/keras-model'
import type { Layer, NetworkSpec } from '../domain/network'
import { Rng } from '../numeric/rng'
import { prepareBackend, tensorMemory } from '../tensor/backend'
import { goldenJson } from '../testing/golden'
import { BatchSource } from './batches'
import { findExperiment, resolveRecipe } from './experiments'
import { TrainingSession } from './session'
import type { CheckpointState } from '../domain/records'
import type { DatasetFacts, Split } from '../domain/dataset'
import type { RunSpec } from '../domain/run'

interface Case {
  name: string
  model: unknown
  inputGradient: number[] | null
}

const known = goldenJson<{ cases: Case[] }>('networks/keras-architectures.json').cases.map(
  ({ name, model, inputGradient }): [string, NetworkSpec, boolean] => [
    ...([name, networkFromKeras(model, name).network, inputGradient === null] as const)
  ]
)

const picture = (...layers: Layer[]): NetworkSpec => ({
  title: 'pictures',
  input: [6, 5, 2],
  layers: [...layers, { name: 'flat', type: 'flatten' }, { name: 'logits', type: 'dense', units: 3 }]
})
const moved: { height: [number, number]; width: [number, number]; fill: 'reflect' } = {
  height: [-0.2, 0.2],
  width: [-0.3, 0.3],
  fill: 'reflect'
}
const chance: [string, NetworkSpec, boolean][] = [
  [
    'augmentation',
    picture(
      { name: 'flip', type: 'randomFlip', horizontal: true, vertical: true },
      { name: 'shift', type: 'randomShift', ...moved },
      { name: 'zoom', type: 'randomZoom', ...moved },
      { name: 'contrast', type: 'randomContrast', factor: [0.5, 1.5], range: [-5, 5] },
      { name: 'brightness', type: 'randomBrightness', delta: [-0.2, 0.2], range: [-5, 5] }
    ),
    false
  ],
  [
    'noise',
    picture(
      { name: 'noise', type: 'gaussianNoise', std: 0.1 },
      { name: 'spatial', type: 'spatialDropout', rate: 0.2 },
      { name: 'alpha', type: 'alphaDropout', rate: 0.1 },
      { name: 'gaussian', type: 'gaussianDropout', rate: 0.1 },
      { name: 'steps', type: 'reshape', shape: [6, 10] },
      { name: 'lstm', type: 'lstm', units: 4, dropout: 0.2, sequences: true },
      { name: 'attention', type: 'attention', heads: 2, width: 3, dropout: 0.2 }
    ),
    false
  ]
]

const count = 24

/** Classes that follow from the inputs, so that there is something to learn. */
function examples({ input }: NetworkSpec, tokens: boolean): Split {
  const rng = new Rng(7)
  const size = input.reduce((product, length) => product * length, 1)
  const inputs = tokens
    ? Int32Array.from({ length: count * size }, () => rng.integer(12))
    : Float32Array.from({ length: count * size }, () => rng.normal())
  const labels = Int32Array.from({ length: count }, (_, n) => {
    const first = inputs[n * size]
    return tokens ? first % 3 : first < -0.4 ? 0 : first < 0.4 ? 1 : 2
  })
  return { inputs, labels, count }
}

function specOf(network: NetworkSpec): RunSpec {
  const data: DatasetFacts = {
    id: 'd',
    name: 'd',
    inputShape: network.input,
    classes: 3,
    classNames: ['0', '1', '2'],
    targetWidth: 0,
    train: count,
    validation: count
  }
  const params = { optimizer: 'adam', learningRate: 0.02, weightDecay: 0, batchSize: 8, epochs: 10 }
  const recipe = resolveRecipe({ experiment: 'custom', params, data, network })
  const { defaultRecord: record } = findExperiment('custom')
  return { ...recipe, seed: 3, streams: 2, hooks: [], record, backend: 'wasm', parent: null }
}

async function trained(spec: RunSpec, split: Split, steps: number, from?: CheckpointState) {
  const session = new TrainingSession(spec)
  if (from) session.restore(from)
  const source = new BatchSource(split, 8, spec)
  const losses: number[] = []
  while (session.step < steps) losses.push(await session.update(source.batchAt(session.step)))
  const state = await session.checkpoint(0, false, {})
  session.dispose()
  return { losses, state }
}

beforeAll(() => prepareBackend('wasm'))

describe('a network', () => {
  it.each([...known, ...chance])(
    'of the kind %s learns, and goes on as if never stopped',
    async (_, network, tokens) => {
      const before = tensorMemory().tensors
      const spec = specOf(network)
      const split = examples(network, tokens)
      const whole = await trained(spec, split, 30)
      const half = await trained(spec, split, 11)
      const rest = await trained(spec, split, 30, half.state)
      expect(rest.losses).toEqual(whole.losses.slice(11))
      expect(rest.state).toEqual(whole.state)
      const mean = (losses: number[]): number => losses.reduce((sum, loss) => sum + loss, 0) / losses.length
      expect(mean(whole.losses.slice(-6))).toBeLessThan(mean(whole.losses.slice(0, 6)))
      expect(tensorMemory().tensors).toBe(before)
    }
  )
})
